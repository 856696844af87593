"""What the system check says of settings that would only be missed when it is too late."""

from decimal import Decimal
from typing import Any

import pytest

from bookme.config.checks import twilio_has_prices, twilio_is_whole

EURO = {"EUR": Decimal("0.08")}


def _faults(settings: Any, **prices: dict[str, Decimal]) -> list[str]:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_SENDERS = "AC1", {"sms": "+15005550006", "whatsapp": "+15005550007"}
    settings.TWILIO_PRICES = {"sms": EURO, "whatsapp": EURO} | prices
    settings.TWILIO_MONTHLY_CAPS = {"EUR": Decimal(50), "EURO": Decimal(50)}
    return [each.msg for each in twilio_has_prices()]


def test_the_platforms_twilio_has_a_price_for_each_channel(settings: Any) -> None:
    assert _faults(settings) == []
    assert _faults(settings, whatsapp={}) == [
        "TWILIO_WHATSAPP_PRICES is not set: by the platform's Twilio no whatsapp goes out."
    ]
    settings.TWILIO_SENDERS = {"sms": "+15005550006", "whatsapp": ""}
    assert twilio_has_prices() == []
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_PRICES = "", {"sms": {}, "whatsapp": {}}
    assert twilio_has_prices() == []


@pytest.mark.parametrize(
    ("currency", "price"), [("EUR", "0"), ("EUR", "-1"), ("EUR", "NaN"), ("EUR", "0.00001"), ("EURO", "0.08")]
)
def test_a_price_is_above_nothing_in_a_currency(settings: Any, currency: str, price: str) -> None:
    (fault,) = _faults(settings, sms={currency: Decimal(price)})
    assert f"for '{currency}'" in fault


def test_what_a_business_may_spend_is_said_for_each_currency(settings: Any) -> None:
    assert _faults(settings, sms=EURO | {"GBP": Decimal("0.05")}) == [
        "TWILIO_MONTHLY_CAPS does not say what a business may spend in GBP."
    ]


WHOLE = {
    "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
    "TWILIO_AUTH_TOKEN": "a token",
    "TWILIO_SENDERS": {"sms": "+15005550006", "whatsapp": "+15005550007"},
    "TWILIO_PRICES": {"sms": EURO, "whatsapp": EURO},
    "TWILIO_MONTHLY_CAPS": {"EUR": Decimal(50)},
}
NOTHING = {
    "TWILIO_ACCOUNT_SID": "",
    "TWILIO_AUTH_TOKEN": "",
    "TWILIO_SENDERS": {"sms": "", "whatsapp": ""},
    "TWILIO_PRICES": {"sms": {}, "whatsapp": {}},
    "TWILIO_MONTHLY_CAPS": {},
}


@pytest.mark.parametrize(
    ("given", "changes", "named"),
    [
        (WHOLE, {}, []),
        (NOTHING, {}, []),
        (WHOLE, {"TWILIO_SENDERS": {"sms": "Salon", "whatsapp": ""}}, []),
        (WHOLE, {"TWILIO_AUTH_TOKEN": ""}, ["TWILIO_AUTH_TOKEN"]),
        (WHOLE, {"TWILIO_ACCOUNT_SID": "AC1"}, ["TWILIO_ACCOUNT_SID"]),
        (WHOLE, {"TWILIO_SENDERS": {"sms": "12", "whatsapp": "Salon"}}, ["TWILIO_FROM", "TWILIO_WHATSAPP_FROM"]),
        (WHOLE, {"TWILIO_SENDERS": NOTHING["TWILIO_SENDERS"]}, ["TWILIO_FROM"]),
        (WHOLE, {"TWILIO_SENDERS": NOTHING["TWILIO_SENDERS"], "TWILIO_AUTH_TOKEN": ""},
         ["TWILIO_FROM", "TWILIO_AUTH_TOKEN"]),
        (NOTHING, {"TWILIO_SENDERS": {"sms": "12", "whatsapp": ""}}, ["TWILIO_FROM"]),
        (NOTHING, {"TWILIO_AUTH_TOKEN": "a token"}, ["TWILIO_AUTH_TOKEN"]),
        (NOTHING, {"TWILIO_PRICES": {"sms": {}, "whatsapp": EURO}}, ["TWILIO_WHATSAPP_PRICES"]),
        (NOTHING, {"TWILIO_MONTHLY_CAPS": {"EUR": Decimal(50)}}, ["TWILIO_MONTHLY_CAPS"]),
    ],
)  # fmt: skip
def test_the_platforms_twilio_is_set_whole_or_not_at_all(
    settings: Any, given: dict[str, Any], changes: dict[str, Any], named: list[str]
) -> None:
    for name, value in (given | changes).items():
        setattr(settings, name, value)
    faults = [each.msg for each in twilio_is_whole()]
    assert len(faults) == len(named), faults
    assert all(name in fault for name, fault in zip(named, faults, strict=True)), faults
