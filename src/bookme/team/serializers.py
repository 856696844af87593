"""The shapes of members and invitations."""

from typing import Any

from rest_framework import serializers

from bookme.core.http.fields import BoundedList, EmailField, LanguageField, OneOf, PlainText
from bookme.core.http.serializers import InputSerializer
from bookme.core.permissions import TEAM_ROLES, CustomerScope, Permission
from bookme.core.time import now
from bookme.team.models import Invitation
from bookme.users.models import Membership
from bookme.users.rules import powers_of
from bookme.users.serializers import PasswordField, TokenInput

MOST_IDS = 500
_ROLES = sorted((each.value for each in TEAM_ROLES), reverse=True)
_PERMISSIONS = [each.value for each in Permission]
_SCOPES = [each.value for each in CustomerScope]


class IdsField(BoundedList):
    """Ids of places or people; null is all of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.UUIDField(), max_length=MOST_IDS, allow_null=True, **options)


class PowersInput(InputSerializer):
    """What is not given stays as it is, or, of an invitation, is as wide as the sender's own.

    `denied` takes single permissions of the role away; `location_ids` and `staff_ids` bound what is seen and changed,
    null does not; `customer_scope` is `own`, the customers who come there, or `all`.
    """

    denied = BoundedList(child=OneOf(_PERMISSIONS), max_length=len(_PERMISSIONS), required=False)
    location_ids = IdsField(required=False)
    staff_ids = IdsField(required=False)
    customer_scope = OneOf(_SCOPES, required=False)


class MemberInput(PowersInput):
    """`staff` is the calendar that is theirs from now on, instead of any other; null takes it away."""

    staff = serializers.UUIDField(required=False, allow_null=True)
    role = OneOf(_ROLES, required=False)


class InvitationInput(PowersInput):
    """`staff` is the calendar that they get, of somebody who works here and does not sign in yet."""

    email = EmailField()
    name = PlainText(max_length=120, required=False, allow_blank=True, default="")
    role = OneOf(_ROLES)
    staff = serializers.UUIDField(required=False, allow_null=True, default=None)
    language = LanguageField(required=False, default="")


class AcceptInput(TokenInput):
    """Of whoever has no account yet: their name, and a password unless they are to come by links.

    `as_myself` joins with the account that is signed in, whatever its address, instead of that of the invited one.
    """

    name = PlainText(max_length=120, required=False, allow_blank=True, default="")
    password = PasswordField(required=False, allow_blank=True, default="")
    as_myself = serializers.BooleanField(required=False, default=False)


class PowersOutput(serializers.Serializer[Any]):
    """`permissions` is what is left of the role's after `denied`."""

    role = serializers.ChoiceField(_ROLES)
    denied = serializers.ListField(child=serializers.CharField())
    permissions = serializers.SerializerMethodField()
    location_ids = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    staff_ids = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    customer_scope = serializers.ChoiceField(_SCOPES)

    def get_permissions(self, row: Membership | Invitation) -> list[str]:
        return sorted(powers_of(row).permissions)


class MemberOutput(PowersOutput):
    """`staff` is their calendar, if they have one; `last_seen` is when they signed in last."""

    id = serializers.UUIDField()
    user = serializers.UUIDField(source="user_id")
    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")
    staff = serializers.SerializerMethodField()
    two_factor = serializers.SerializerMethodField()
    last_seen = serializers.DateTimeField(allow_null=True)
    joined_at = serializers.DateTimeField(source="created_at")

    def get_staff(self, row: Membership) -> str | None:
        found = self.context["calendars"].get(row.user_id)
        return str(found.pk) if found else None

    def get_two_factor(self, row: Membership) -> bool:
        return row.user.has_two_factor


class InvitationOutput(PowersOutput):
    """`status` is `open`, `expired`, `accepted`, `declined` or `revoked`; `invited_by` is empty for the platform."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    staff = serializers.UUIDField(source="staff_id", allow_null=True)
    language = serializers.CharField()
    status = serializers.SerializerMethodField()
    invited_by = serializers.CharField(source="invited_by_name")
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    def get_status(self, row: Invitation) -> str:
        return row.state_at(now()).value


class InvitationOfferOutput(serializers.Serializer[Any]):
    """What a link offers: to whoever reads the mail of `email`. `invited_by` is empty for the platform."""

    business = serializers.CharField()
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.ChoiceField(_ROLES)
    invited_by = serializers.CharField()
    expires_at = serializers.DateTimeField()
