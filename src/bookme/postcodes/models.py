"""Where a postcode is. Reference data in the public schema, the same for every business."""

from django.db import models
from django.db.models import Q


class Postcode(models.Model):
    """A whole postcode, or the outward part of many, in capitals without spaces; degrees north and east (WGS 84)."""

    code = models.CharField(primary_key=True, max_length=16)
    latitude = models.FloatField()
    longitude = models.FloatField()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="postcode_point",
            ),
        ]

    def __str__(self) -> str:
        return self.code
