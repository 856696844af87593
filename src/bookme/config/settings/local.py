"""One machine, for trying and developing: `make run`. Demo people with a known password exist only here."""

from bookme.config.settings.base import *  # noqa: F403
from bookme.config.settings.base import TEMPLATES
from bookme.config.settings.environment import env

DEBUG = False  # our own error pages, as in production; tracebacks are in the log
LOCAL_MODE = True
DEMO_PASSWORD = "bookme-demo"  # noqa: S105 - public on purpose

SECRET_KEY = env.str("SECRET_KEY", "local-only-not-a-secret-local-only-not-a-secret")
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=["local-only-not-a-secret"])
OPERATORS_NEED_TWO_FACTOR = env.bool("OPERATORS_NEED_TWO_FACTOR", False)
PUBLIC_SCHEME = "http"
PUBLIC_PORT = env.int("PORT", 8000)

TEMPLATES[0]["OPTIONS"]["loaders"] = TEMPLATES[0]["OPTIONS"]["loaders"][0][1]  # type: ignore[index]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
MESSAGE_BACKENDS = {
    "sms": "bookme.communications.channels.email.MailboxChannel",
    "whatsapp": "bookme.communications.channels.email.MailboxWhatsApp",
}

# One machine is one address, whoever tries BookMe out books a lot, and its mail goes to nobody else.
GUEST_BOOKINGS_PER_ADDRESS = 10_000
PLATFORM_MAILS_PER_HOUR = PLATFORM_MAILS_PER_DAY = 10_000
