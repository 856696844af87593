"""Everything that is on the internet. Refuses to start without its secrets."""

import sentry_sdk

from bookme.config.errors import scrub_event
from bookme.config.settings.base import *  # noqa: F403
from bookme.config.settings.base import DATABASES, PLATFORM_HOST, SENTRY_DSN, env

SECRET_KEY = env.str("SECRET_KEY")
DATABASES["default"] |= {
    key: value for key, value in env.db("DATABASE_URL").items() if key in {"NAME", "USER", "PASSWORD", "PORT"}
}
REDIS_URL = env.str("REDIS_URL")

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^ready/$"]
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_TRUSTED_ORIGINS = [f"https://{PLATFORM_HOST}"]

if SENTRY_DSN:
    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False, before_send=scrub_event, max_request_body_size="never")
