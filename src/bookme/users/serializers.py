"""What signing in takes and answers."""

from typing import Any

from rest_framework import serializers

from bookme.core.http.fields import EmailField, PhoneField, PlainText
from bookme.core.http.serializers import InputSerializer
from bookme.users.actions import MAX_PASSWORD


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


class TokensOutput(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()


class DetailOutput(serializers.Serializer[Any]):
    detail = serializers.CharField()


class OwnTenantOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class MeOutput(serializers.Serializer[Any]):
    """`kind` is `user`, or `operator` for one of the platform; an operator has no role."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    email = serializers.EmailField()
    name = serializers.CharField()
    phone = serializers.CharField()
    email_verified = serializers.BooleanField()
    role = serializers.CharField(allow_null=True)
    permissions = serializers.ListField(child=serializers.CharField())
    location_ids = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    staff_ids = serializers.ListField(child=serializers.UUIDField(), allow_null=True)
    tenant = OwnTenantOutput()
