"""Who is asked to join the business."""

import datetime as dt
from enum import StrEnum

from django.db import models
from django.db.models import Q

from bookme.core.models import Row
from bookme.core.permissions import CustomerScope, Role
from bookme.staff.models import Staff

OPEN = Q(accepted_at=None, declined_at=None, revoked_at=None)
_ROLES = [Role.OWNER, Role.MANAGER, Role.STAFF]


class InvitationState(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"


class Invitation(Row):
    """An offer of a role, with its powers, to whoever reads the mail of an address; `staff` is the calendar they get.

    `version` is in the link, and raised whenever it is sent again or taken back: older links are worthless.
    `invited_by` is null for the platform; `user_id` is who accepted.
    """

    email = models.EmailField()
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=16, choices=[(each.value, each.value.title()) for each in _ROLES])
    staff = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    denied = models.JSONField(default=list, blank=True)
    location_ids = models.JSONField(null=True, blank=True)
    staff_ids = models.JSONField(null=True, blank=True)
    customer_scope = models.CharField(max_length=8, default=CustomerScope.OWN.value)
    language = models.CharField(max_length=8, blank=True)
    version = models.PositiveIntegerField(default=1)
    invited_by = models.UUIDField(null=True, blank=True)
    invited_by_name = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    user_id = models.UUIDField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=OPEN, name="invitation_open_once"),
            models.CheckConstraint(condition=Q(role__in=[each.value for each in _ROLES]), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} {self.role}"

    @property
    def is_closed(self) -> bool:
        """Nobody can accept it any more, whenever they come."""
        return bool(self.accepted_at or self.declined_at or self.revoked_at)

    def state_at(self, instant: dt.datetime) -> InvitationState:
        """What has become of it by then."""
        if self.accepted_at:
            return InvitationState.ACCEPTED
        if self.declined_at:
            return InvitationState.DECLINED
        if self.revoked_at:
            return InvitationState.REVOKED
        return InvitationState.OPEN if instant < self.expires_at else InvitationState.EXPIRED
