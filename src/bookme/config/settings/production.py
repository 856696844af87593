"""Everything that is on the internet. Refuses to start without its secrets."""

import sentry_sdk
from django.core.exceptions import ImproperlyConfigured

from bookme.config.sentry import scrub_event
from bookme.config.settings.base import *  # noqa: F403
from bookme.config.settings.base import PLATFORM_HOST, SENTRY_DSN, TRUSTED_PROXY_COUNT
from bookme.config.settings.environment import env

SECRET_KEY = env.str("SECRET_KEY")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:  # it signs the tokens, too: whoever guesses it is anybody
    raise ImproperlyConfigured(
        "SECRET_KEY is too weak: give at least 50 random characters, such as those that this prints: "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS")
if any(len(each) < 32 for each in ENCRYPTION_KEYS) or not ENCRYPTION_KEYS:
    raise ImproperlyConfigured("ENCRYPTION_KEYS is too weak: give keys of at least 32 random characters each.")
env.str("DATABASE_URL")  # base reads it, with a default that is none here
REDIS_URL = env.str("REDIS_URL")

_OF_CLIENT = {
    "GOOGLE": ("CLIENT_SECRET",),
    "APPLE": ("TEAM_ID", "KEY_ID", "PRIVATE_KEY"),
    "MICROSOFT": ("CLIENT_SECRET",),
}
for _provider, _needed in _OF_CLIENT.items():
    _names = [f"SOCIAL_{_provider}_{each}" for each in _needed]
    if env.str(f"SOCIAL_{_provider}_CLIENT_ID", "") and not all(env.str(each, "") for each in _names):
        raise ImproperlyConfigured(f"SOCIAL_{_provider}_CLIENT_ID is set: it needs {', '.join(_names)} as well.")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
if TRUSTED_PROXY_COUNT:  # without a proxy, the header is what a visitor claims
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
# A business's own domain is the business's: what its other hosts speak is not ours to say, so by default neither is on,
# and the checks that ask for them are silenced.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^ready/$"]
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [f"https://{PLATFORM_HOST}"]

if SENTRY_DSN:
    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, before_send=scrub_event, max_request_body_size="never")
