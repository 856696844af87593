"""The platform's account with Twilio, for businesses without one of their own.

It carries what it has a sender for, for businesses in whose currency it has a price.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ImproperlyConfigured

from bookme.config.settings.environment import env


def _amounts(given: Mapping[str, str]) -> dict[str, Decimal]:
    """Amounts of money, by currency. Raises ImproperlyConfigured for what is no number."""
    try:
        return {currency: Decimal(price) for currency, price in given.items()}
    except InvalidOperation:
        raise ImproperlyConfigured(f"These are no amounts, such as EUR=0.08,GBP=0.05: {dict(given)}") from None


TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_SENDERS = {"sms": env.str("TWILIO_FROM", ""), "whatsapp": env.str("TWILIO_WHATSAPP_FROM", "")}
# What one costs (of an SMS each segment), by channel and currency; it carries nothing for who pays in another.
TWILIO_PRICES = {
    "sms": _amounts(env.dict("TWILIO_SMS_PRICES", default={})),
    "whatsapp": _amounts(env.dict("TWILIO_WHATSAPP_PRICES", default={})),
}
# What one business may have carried by it in a month, by currency; in one that is not named, nothing.
TWILIO_MONTHLY_CAPS = _amounts(env.dict("TWILIO_MONTHLY_CAPS", default={}))
TWILIO_API_URL = ""  # empty, Twilio's own hosts; only the tests have another
