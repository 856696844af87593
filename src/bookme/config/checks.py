"""System checks of settings that would only be missed when it is too late."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from bookme.communications.credentials import faults_of
from bookme.communications.models import Channel, Provider
from bookme.core.money import currency_codes

_SENDERS = {"sms": "TWILIO_FROM", "whatsapp": "TWILIO_WHATSAPP_FROM"}


@register()
def twilio_has_prices(**_: Any) -> list[CheckMessage]:
    """Without a price and a ceiling the platform's Twilio carries nothing, since nothing could hold what it costs."""
    return [
        Error(fault, hint=f"Such as TWILIO_{channel.upper()}_PRICES=EUR=0.08,GBP=0.05", id="bookme.E001")
        for channel, sender in settings.TWILIO_SENDERS.items()
        if settings.TWILIO_ACCOUNT_SID and sender
        for fault in (*_price_faults(channel), *_cap_faults(channel))
    ]


@register()
def twilio_is_whole(**_: Any) -> list[CheckMessage]:
    """The platform's Twilio is set with all that it needs, in the form that Twilio gives it, or not at all."""
    return [Error(each, hint="See docs/settings.md.", id="bookme.E002") for each in dict.fromkeys(_twilio_faults())]


def _twilio_faults() -> Iterator[str]:
    senders = {channel: sender for channel, sender in settings.TWILIO_SENDERS.items() if sender}
    if not settings.TWILIO_ACCOUNT_SID:
        rest = [_SENDERS[each] for each in senders]
        rest += [f"TWILIO_{channel.upper()}_PRICES" for channel, prices in settings.TWILIO_PRICES.items() if prices]
        rest += [name for name in ("TWILIO_AUTH_TOKEN", "TWILIO_MONTHLY_CAPS") if getattr(settings, name)]
        if rest:
            yield f"TWILIO_ACCOUNT_SID is not set: without it nothing is made of {', '.join(sorted(rest))}."
        return
    if not senders:
        yield f"By the platform's Twilio nothing goes out: none of {', '.join(_SENDERS.values())} is set."
    for channel in senders or ["sms"]:
        yield from _account_faults(channel, senders.get(channel, ""))


def _account_faults(channel: str, sender: str) -> Iterator[str]:
    """What would be wrong with it if it were a business's own account."""
    names = {
        "/sender": _SENDERS[channel],
        "/credentials/account_sid": "TWILIO_ACCOUNT_SID",
        "/credentials/auth_token": "TWILIO_AUTH_TOKEN",
    }
    faults = faults_of(
        channel=Channel(channel),
        provider=Provider.TWILIO,
        sender=sender,
        credentials={"account_sid": settings.TWILIO_ACCOUNT_SID, "auth_token": settings.TWILIO_AUTH_TOKEN},
        price=Decimal(1),
        is_local=False,
    )
    return (f"{names[each.pointer]}: {each.detail}" for each in faults if sender or each.pointer != "/sender")


def _cap_faults(channel: str) -> list[str]:
    without = sorted(settings.TWILIO_PRICES[channel].keys() - settings.TWILIO_MONTHLY_CAPS.keys())
    return [f"TWILIO_MONTHLY_CAPS does not say what a business may spend in {each}." for each in without]


def _price_faults(channel: str) -> list[str]:
    name, prices = f"TWILIO_{channel.upper()}_PRICES", settings.TWILIO_PRICES[channel]
    if not prices:
        return [f"{name} is not set: by the platform's Twilio no {channel} goes out."]
    wrong = [
        currency
        for currency, price in prices.items()
        if currency not in currency_codes() or not price.is_finite() or price <= 0 or price != round(price, 4)
    ]
    return [f"{name} has no price above 0, of at most 4 decimals, for {each!r}." for each in wrong]
