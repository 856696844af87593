"""The shapes of accounts with providers, and of what messages cost. Of credentials nothing but names is answered."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from bookme.communications.credentials import LONGEST
from bookme.communications.links import provider_url
from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.communications.selectors.channel_accounts import CarriedBy
from bookme.core.http.fields import InstantField, JsonObject, PlainText
from bookme.core.http.serializers import InputSerializer


class PriceField(serializers.DecimalField):
    """In the business's currency, in hundredths of its cents: an SMS costs a part of one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=4, min_value=0, **options)


class AccountInput(InputSerializer):
    """`credentials` are the provider's own members; left out, those that are known are kept."""

    provider = serializers.ChoiceField(choices=Provider.choices)
    sender = PlainText(max_length=254, allow_blank=True, default="")
    credentials = JsonObject(child=PlainText(max_length=LONGEST, allow_blank=True), required=False, write_only=True)
    price = PriceField(default=Decimal(0))
    is_active = serializers.BooleanField(default=True)


class AccountOutput(serializers.ModelSerializer[ChannelAccount]):
    """`credentials_given` names what is known of it; `webhook_url` is what its provider has to be told.

    There a provider of e-mail tells how mails went, and Twilio what people write; empty for a mail server.
    """

    credentials_given = serializers.SerializerMethodField()
    webhook_url = serializers.SerializerMethodField()
    price = PriceField()
    updated_at = InstantField(read_only=True)

    class Meta:
        model = ChannelAccount
        fields = ("provider", "sender", "price", "is_active", "credentials_given", "webhook_url", "updated_at")

    def get_credentials_given(self, account: ChannelAccount) -> list[str]:
        return sorted(account.members)

    def get_webhook_url(self, account: ChannelAccount) -> str:
        return provider_url(Provider(account.provider))


class ChannelOutput(serializers.Serializer[Any]):
    """A channel: who carries it now, and the business's own account, in use or not.

    `unreachable_since`: the account does not answer any more; null as long as it does, or was not asked.
    """

    channel = serializers.ChoiceField(choices=Channel.choices)
    is_on = serializers.BooleanField()
    carried_by = serializers.ChoiceField(choices=[(each.value, each.value) for each in CarriedBy])
    account = AccountOutput(allow_null=True)
    unreachable_since = InstantField(allow_null=True)


class TriedOutput(serializers.Serializer[Any]):
    """`reason` is empty where it works, else `unreachable`, `busy`, `credentials` or `refused`."""

    works = serializers.BooleanField()
    reason = serializers.CharField()


class SpendingOutput(serializers.Serializer[Any]):
    """What the messages of a month have cost, or may have; `cap` is null where there is none."""

    month = serializers.DateField()
    spent = PriceField()
    cap = PriceField(allow_null=True)
    currency = serializers.CharField()
