"""People who book, as one business knows them."""

from django.db import models
from django.db.models import Q

from bookme.core.models import Row

# What a customer may want, or not want, to be told by; the names are those of `communications.models.Channel`.
TOLD_BY = ("email", "sms", "whatsapp")


class Customer(Row):
    """Found by lower-case e-mail, else by phone. Booking never changes a row: the visit keeps what was given.

    `user_id` is the person with an account whose row it is; they may have several, such as under a former address.
    `channels` maps what they said of each of TOLD_BY to whether they want it; of what they said nothing, they do.
    `added_by` is who of the team put them down, if somebody did: theirs to see, wherever they come. `erased_at` is when
    who it was was taken out of it.
    """

    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=8, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    channels = models.JSONField(default=dict, blank=True)
    notes = models.TextField(max_length=4000, blank=True)
    tags = models.JSONField(default=list, blank=True)
    user_id = models.UUIDField(null=True, blank=True)
    added_by = models.UUIDField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="customer_email_once"),
        ]
        indexes = [
            models.Index(fields=["phone"], condition=~Q(phone=""), name="customer_phone"),
            models.Index(fields=["user_id"], condition=Q(user_id__isnull=False), name="customer_of_user"),
            models.Index(fields=["added_by"], condition=Q(added_by__isnull=False), name="customer_added_by"),
        ]

    def __str__(self) -> str:
        return self.name

    def wants(self, channel: str) -> bool:
        """Whether they want to be reminded by it."""
        return bool(self.channels.get(channel, True))


class CustomerAddress(Row):
    """Where a mobile trade goes to see them; the newest is the current one."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    line1 = models.CharField(max_length=200)
    line2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    county = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=16)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]


class ConsentKind(models.TextChoices):
    TERMS = "terms", "Terms"
    PRIVACY = "privacy", "Privacy"
    MARKETING = "marketing", "Marketing"


class Consent(Row):
    """Proof of one answer: what was asked, what was said, when, and on which visit. Never changed, only followed.

    `url` is where the text is that the question was about, if it was about one.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16, choices=ConsentKind.choices)
    granted = models.BooleanField()
    wording = models.CharField(max_length=1000)
    url = models.CharField(max_length=500, blank=True)
    visit_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.CheckConstraint(condition=Q(kind__in=ConsentKind.values), name="consent_kind_known")]
