"""What signing in takes and answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.core.http.fields import (
    BoundedList,
    EmailField,
    InstantField,
    LanguageField,
    OneOf,
    PhoneField,
    PlainText,
    ZoneField,
)
from bookme.core.http.serializers import InputSerializer
from bookme.core.permissions import KEY_PERMISSIONS
from bookme.eventlog.events import AuditTopic, FieldChange
from bookme.users.actions import MAX_PASSWORD
from bookme.users.codes import MAX_CODE

_WAS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]}


class PasswordField(serializers.CharField):
    """As it is typed: nothing is stripped, and a guess may be long, though not endless."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_PASSWORD, trim_whitespace=False, write_only=True, **options)


class LoginInput(InputSerializer):
    email = EmailField()
    password = PasswordField()


class RefreshInput(InputSerializer):
    refresh = PlainText(max_length=2048)


class LogoutInput(InputSerializer):
    refresh = PlainText(max_length=2048, required=False)


class RegisterInput(InputSerializer):
    email = EmailField()
    password = PasswordField()
    name = PlainText(max_length=120)
    phone = PhoneField(required=False, allow_blank=True, default="")


class TokenInput(InputSerializer):
    token = PlainText(max_length=2048)


class VerifyEmailInput(TokenInput):
    """A password that is given now takes the place of that of registering."""

    password = PasswordField(required=False)


class EmailInput(InputSerializer):
    email = EmailField()


class ResetInput(InputSerializer):
    token = PlainText(max_length=2048)
    password = PasswordField()


class NewPasswordInput(InputSerializer):
    current_password = PasswordField(required=False, allow_blank=True, default="")
    password = PasswordField()


class SamePersonInput(InputSerializer):
    """The password, of whoever has one; who has none must have signed in within the last ten minutes."""

    current_password = PasswordField(required=False, allow_blank=True, default="")


class NewEmailInput(InputSerializer):
    email = EmailField()
    current_password = PasswordField(required=False, allow_blank=True, default="")


class MeInput(InputSerializer):
    """What is not given stays."""

    name = PlainText(max_length=120, required=False)
    phone = PhoneField(required=False, allow_blank=True)
    language = LanguageField(required=False)
    timezone = ZoneField(required=False, allow_blank=True)


class CodeInput(InputSerializer):
    """A code of the authenticator app, or a recovery code."""

    code = PlainText(max_length=MAX_CODE)


class VerifyInput(CodeInput):
    challenge = PlainText(max_length=2048)


class SetupInput(InputSerializer):
    current_password = PasswordField(required=False, allow_blank=True, default="")


class TurnOffInput(CodeInput):
    current_password = PasswordField(required=False, allow_blank=True, default="")


class TwoFactorOutput(serializers.Serializer[Any]):
    """`is_demanded`: by the business of its team, or by the platform of its operators."""

    is_on = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    recovery_codes_left = serializers.IntegerField()
    is_demanded = serializers.BooleanField()


class SetupOutput(serializers.Serializer[Any]):
    """`secret` in base32 for typing, `uri` (`otpauth:`) for a QR code."""

    secret = serializers.CharField()
    uri = serializers.CharField()


class RecoveryCodesOutput(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField())


class SignInOutput(serializers.Serializer[Any]):
    """`kind` is `api` or `page`; `current` of the one that asks."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    address = serializers.CharField(allow_null=True)
    agent = serializers.CharField()
    created_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField()


class ApiKeyInput(InputSerializer):
    """`permissions` are at most those of whoever makes it; without `expires_at` it is good until it is revoked."""

    name = PlainText(max_length=80)
    permissions = BoundedList(
        child=OneOf(choices=sorted(KEY_PERMISSIONS)), min_length=1, max_length=len(KEY_PERMISSIONS)
    )
    expires_at = InstantField(required=False, allow_null=True, default=None)


class ApiKeyOutput(serializers.Serializer[Any]):
    """`prefix` is how the key begins. `last_used_at` is right to the minute."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    permissions = serializers.ListField(child=serializers.ChoiceField(choices=sorted(KEY_PERMISSIONS)))
    created_at = InstantField()
    created_by = serializers.CharField(source="created_by_name")
    expires_at = InstantField(allow_null=True)
    last_used_at = InstantField(allow_null=True)
    revoked_at = InstantField(allow_null=True)


class MadeApiKeyOutput(ApiKeyOutput):
    """`key` is told this once; null where the same request is answered again."""

    key = serializers.CharField(allow_null=True)


class SomebodyOutput(serializers.Serializer[Any]):
    """`kind` of an actor: `user`, `guest`, `key`, `operator`, `system`; of a subject: `user`, `key`, `invitation`."""

    kind = serializers.CharField()
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class ChangeOutput(serializers.Serializer[Any]):
    """Something that is other than it was; null in a scope is everywhere, or everybody. `text` is in the language."""

    field = serializers.CharField()
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()
    text = serializers.CharField()

    @extend_schema_field(_WAS)
    def get_before(self, change: FieldChange) -> Any:
        return change.before

    @extend_schema_field(_WAS)
    def get_after(self, change: FieldChange) -> Any:
        return change.after


class AuditOutput(serializers.Serializer[Any]):
    """One fact; `text` says it in the language of the request.

    `address` and `agent` are empty where they would be a customer's; `subject` is null where it is nobody's business.
    `changes` is empty where `text` says it all.
    """

    id = serializers.UUIDField(source="record.id")
    name = serializers.CharField(source="record.name")
    topic = serializers.ChoiceField(choices=[each.value for each in AuditTopic])
    occurred_at = InstantField(source="record.occurred_at")
    text = serializers.CharField()
    actor = SomebodyOutput()
    subject = SomebodyOutput(allow_null=True)
    address = serializers.CharField()
    agent = serializers.CharField()
    changes = ChangeOutput(many=True)


class TokensOutput(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class DetailOutput(serializers.Serializer[Any]):
    detail = serializers.CharField()


class OwnTenantOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class BusinessOutput(OwnTenantOutput):
    """`url` is its own start page; `role` what the caller is there."""

    url = serializers.URLField()
    role = serializers.CharField()


class ProviderOutput(serializers.Serializer[Any]):
    """`start_url` is a page for a browser; `?next=` with a path of this business goes on there afterwards."""

    provider = serializers.CharField()
    name = serializers.CharField()
    start_url = serializers.URLField()


class MeOutput(serializers.Serializer[Any]):
    """`kind` is `user`, `key`, or `operator` for one of the platform; only members of the business have a role.

    `two_factor_required`: the business wants a second factor, and until it is set up there are no permissions.
    """

    id = serializers.UUIDField()
    kind = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    name = serializers.CharField()
    phone = serializers.CharField()
    language = serializers.CharField()
    timezone = serializers.CharField()
    email_verified = serializers.BooleanField()
    two_factor = serializers.BooleanField()
    two_factor_required = serializers.BooleanField()
    has_password = serializers.BooleanField()
    role = serializers.CharField(allow_null=True)
    permissions = serializers.ListField(child=serializers.CharField())
    location_ids = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    staff_ids = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    all_customers = serializers.BooleanField()
    tenant = OwnTenantOutput(allow_null=True)
