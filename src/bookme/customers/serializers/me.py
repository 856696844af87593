"""The shapes of who is signed in, for themselves."""

from typing import Any

from rest_framework import serializers

from bookme.core.http.fields import LanguageField, PhoneField, PlainText, ZoneField
from bookme.core.http.serializers import InputSerializer
from bookme.customers.serializers.customers import ConsentSerializer, CustomerAddressSerializer


class ChannelsInput(InputSerializer):
    """What is not given stays."""

    email = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False)
    whatsapp = serializers.BooleanField(required=False)


class ProfileInput(InputSerializer):
    """What is not given stays. Reminders come by those of the `channels` that are wanted; all else by e-mail always."""

    name = PlainText(max_length=120, required=False)
    phone = PhoneField(required=False, allow_blank=True)
    language = LanguageField(required=False)
    timezone = ZoneField(required=False, allow_blank=True)
    channels = ChannelsInput(required=False)
    marketing_consent = serializers.BooleanField(required=False)

    def known(self) -> set[str]:
        """And whatever an answer has."""
        return super().known() | set(ProfileOutput().fields)


class ChannelsOutput(serializers.Serializer[Any]):
    email = serializers.BooleanField()
    sms = serializers.BooleanField()
    whatsapp = serializers.BooleanField()


class ProfileOutput(serializers.Serializer[Any]):
    """`id` is that of the customer, null until they book or say something here.

    `email` is what they sign in with: another one is asked for at `auth/email/`.
    """

    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    email = serializers.EmailField()
    phone = serializers.CharField()
    language = serializers.CharField()
    timezone = serializers.CharField()
    channels = ChannelsOutput()
    marketing_consent = serializers.BooleanField()
    addresses = CustomerAddressSerializer(many=True)
    consents = ConsentSerializer(many=True)
