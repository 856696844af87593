"""What is the same everywhere. Secrets and addresses come from the environment; see docs/settings.md."""

from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote

from csp.constants import NONCE

from bookme.config.logs import configure_logging
from bookme.config.settings.admin import *  # noqa: F403
from bookme.config.settings.environment import BASE_DIR, env
from bookme.config.settings.social import *  # noqa: F403
from bookme.config.settings.twilio import *  # noqa: F403

DEBUG = False
LOCAL_MODE = False

# Hosts ------------------------------------------------------------------------------------------
# Every host is looked up among the domains, and an unknown one is a 404, so the list of hosts is the database's.
ALLOWED_HOSTS = ["*"]
PLATFORM_HOST = env.str("PLATFORM_HOST", "localhost")
PUBLIC_SCHEME = env.str("PUBLIC_SCHEME", "https")
PUBLIC_PORT = env.int("PUBLIC_PORT", 443)

# Apps -------------------------------------------------------------------------------------------
SHARED_APPS = [
    "bookme.tenants",  # before django_tenants: its migrate_schemas is ours
    "unfold",  # before django_tenants, whose admin/index.html would hide unfold's
    "unfold.contrib.filters",
    "django_tenants",
    "bookme.config",
    "bookme.postcodes",
    "bookme.users",
    "bookme.eventlog",
    "bookme.web",
    "bookme.onboarding",
    "bookme.privacy",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "lucide",
]
TENANT_APPS = [
    "bookme.eventlog",
    "bookme.locations",
    "bookme.services",
    "bookme.staff",
    "bookme.team",
    "bookme.customers",
    "bookme.bookings",
    "bookme.communications",
]
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_SYNC_ROUTER = "django_tenants.routers.TenantSyncRouter"
DATABASE_ROUTERS = [TENANT_SYNC_ROUTER]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "users.User"

MIDDLEWARE = [
    "bookme.config.middleware.RequestLog",
    "bookme.config.middleware.Health",
    "bookme.core.http.client.BelievedForwarding",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bookme.core.http.compression.CompressedPages",
    "bookme.tenants.middleware.TenantMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "bookme.core.http.limits.RateLimitHeaders",
    "csp.middleware.CSPMiddleware",
    "bookme.config.middleware.AdminPolicy",
    "bookme.web.widget.frames.FramedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bookme.web.middleware.LanguageMiddleware",
    "bookme.web.middleware.PrivateMiddleware",
    "bookme.web.middleware.RefusalMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "bookme.users.authentication.OperatorSessions",
    "bookme.users.authentication.OnlyOperatorsWhereClosed",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "bookme.config.urls.platform"
BUSINESS_URLCONF = "bookme.config.urls.business"
SWITCHED_URLCONF = "bookme.config.urls.switched"
WSGI_APPLICATION = "bookme.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "bookme.web.context.business",
            ],
            # cotton and Django both want to choose the loaders: chosen here, once
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.static",
                "django.templatetags.i18n",
                "lucide.templatetags.lucide",
                "bookme.web.templatetags.bookme",
            ],
        },
    }
]

# Database ---------------------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///bookme")}
DATABASES["default"] |= {
    "ENGINE": "bookme.tenants.backend",
    "HOST": unquote(DATABASES["default"].get("HOST", "")),
    "CONN_MAX_AGE": 0,
    # What the address says, as ?sslmode=verify-full. What is asked often is planned once (docs/decisions/0016).
    "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5} | DATABASES["default"].get("OPTIONS", {}),
}
# Only the web process keeps a pool: Celery's prefork and commands close their connection after each task.
if pool_size := env.int("DATABASE_POOL_SIZE", 0):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool_size, "max_lifetime": 600, "timeout": 5}

# Cache and broker -------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")
_REDIS = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": REDIS_URL,
    "OPTIONS": {"socket_connect_timeout": 0.25, "socket_timeout": 1},
}
CACHES = {
    "default": _REDIS | {"KEY_PREFIX": "bookme"},
    "tenant": _REDIS | {"KEY_PREFIX": "bookme-t", "KEY_FUNCTION": "bookme.tenants.cache.tenant_cache_key"},
    # What a process counts by itself while Redis is away (core/limits.py).
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "process",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 0.25, "socket_timeout": 5, "visibility_timeout": 600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # no results, hence no daily celery.backend_cleanup, which no tenant sends
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # a busy worker leaves the start of a delivery to an idle one
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "deliver-outbox": {"task": "tenants.deliver_outbox", "schedule": 5.0, "options": {"expires": 5}},
    "tidy-outbox": {"task": "tenants.tidy_outbox", "schedule": 86400.0},
    "tidy-answers": {"task": "eventlog.tidy_answers", "schedule": 86400.0},
    "tidy-invitations": {"task": "team.tidy_invitations", "schedule": 86400.0},
    "plan-approvals": {"task": "communications.plan_approvals", "schedule": 86400.0},
    "tidy-messages": {"task": "communications.tidy_messages", "schedule": 86400.0},
    "tidy-sign-ins": {"task": "users.tidy_sign_ins", "schedule": 86400.0},
    "erase-overdue": {"task": "privacy.erase_overdue", "schedule": 3600.0},
    "tidy-sessions": {"task": "users.tidy_sessions", "schedule": 86400.0},
}

# Secrets at rest --------------------------------------------------------------------------------
# The first one writes, each of them reads.
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", default=[])

# Sign-in ----------------------------------------------------------------------------------------
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/team/sign-in/"
LOGIN_REDIRECT_URL = "/"
OPERATOR_CODE_URL = "/sign-in/code/"
OPERATOR_RESET_URL = "/account/reset/"
OPERATORS_NEED_TWO_FACTOR = env.bool("OPERATORS_NEED_TWO_FACTOR", True)
ACCOUNT_LINK_HOURS = 24
PASSWORD_RESET_TIMEOUT = ACCOUNT_LINK_HOURS * 3600
INVITATION_DAYS = 7
ACCESS_TOKEN_MINUTES = 15
REFRESH_TOKEN_DAYS = 7
SIGN_IN_DAYS = 90  # however often it is refreshed
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = REFRESH_TOKEN_DAYS * 86400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "bookme.web.errors.csrf_failure"

# API --------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bookme.users.authentication.BusinessAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["bookme.core.http.permissions.DeclaredPermission"],
    "DEFAULT_RENDERER_CLASSES": ["bookme.core.http.renderers.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["bookme.core.http.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "bookme.core.http.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "bookme.core.http.schema.ApiSchema",
    "EXCEPTION_HANDLER": "bookme.core.http.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": "iso-8601",
    "URL_FORMAT_OVERRIDE": None,
}
API_VERSION = "1"
SPECTACULAR_SETTINGS = {
    "TITLE": "BookMe API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_URLCONF": BUSINESS_URLCONF,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "bookme.core.http.schema.add_problem",
        "bookme.config.openapi.add_examples",
    ],
    "DESCRIPTION": (
        "The API of one business, on its own domain. Instants are ISO 8601 with an offset, amounts are decimal texts"
        " beside a currency, lists are paged, errors are RFC 9457 problems with stable codes. See docs/api.md."
    ),
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
}
CORS_URLS_REGEX = r"^/api/"  # all of it varies by Origin, whoever asks: config/cors.py decides who is let in
CORS_ALLOW_HEADERS = (
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-none-match",
    "x-request-id",
)
CORS_EXPOSE_HEADERS = (
    "API-Version",
    "ETag",
    "Idempotency-Replayed",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Request-Id",
)

# Pages ------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'", NONCE],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:", "https:"],  # a business's logo is where the business says
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'self'"],
        "form-action": ["'self'"],
    }
}
X_FRAME_OPTIONS = "DENY"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "bookme.web.finders.SubsetFontFinder",
]
FONT_CACHE_DIR = Path(env.str("FONT_CACHE_DIR", str(BASE_DIR / ".bookme" / "fonts")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "bookme.web.storage.HashedStorage"},
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("ar", "العربية"), ("pl", "Polski"), ("es", "Español")]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "bookme.config.formats"  # of the admin; pages write days and times by the business's place

# Mail -------------------------------------------------------------------------------------------
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"bookings@{PLATFORM_HOST}")
MAILBOX_DIR = env.str("MAILBOX_DIR", "")
# What carries a channel for which there is no account: None means that it cannot be used.
MESSAGE_BACKENDS: dict[str, str | None] = {"sms": None, "whatsapp": None}
# By provider of e-mail, where its API is, if not at its own hosts: only the tests have others.
MESSAGE_PROVIDER_URLS: dict[str, str] = {}

# The world outside ------------------------------------------------------------------------------
# Who is asked what the DNS says: addresses, with a port if it is not 53; empty, those of the system.
DNS_SERVERS: list[str] = env.list("DNS_SERVERS", default=[])
# Requests to hosts that others name go to public addresses and to port 80. Only the tests have servers elsewhere.
OUTBOUND_ALSO_ALLOWED: list[str] = []
OUTBOUND_HTTP_PORT = 80

# Limits and ages --------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["bookme.core.http.uploads.BoundedForms"]
ACCOUNT_MAILS_PER_HOUR = env.int("ACCOUNT_MAILS_PER_HOUR", 500)
FORM_MIN_SECONDS = env.float("FORM_MIN_SECONDS", 0.5)
DOMAIN_PROOF_DAYS = 7
GUEST_BOOKINGS_PER_CONTACT, GUEST_BOOKINGS_PER_ADDRESS = 10, 100
IDEMPOTENCY_HOURS = env.int("IDEMPOTENCY_HOURS", 24)
INVITATION_KEEP_DAYS = env.int("INVITATION_KEEP_DAYS", 90)
NOTIFICATION_KEEP_DAYS = env.int("NOTIFICATION_KEEP_DAYS", 365)
OUTBOX_DEAD_KEEP_DAYS = env.int("OUTBOX_DEAD_KEEP_DAYS", 365)
OUTBOX_KEEP_DAYS = env.int("OUTBOX_KEEP_DAYS", 30)
OUTBOX_LAG_SECONDS = 120
PAID_MESSAGES_PER_NUMBER = 10  # in a day, of each business
PLATFORM_MAILS_PER_DAY = env.int("PLATFORM_MAILS_PER_DAY", 1000)  # of each business
PLATFORM_MAILS_PER_HOUR = env.int("PLATFORM_MAILS_PER_HOUR", 200)
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
TRUSTED_PROXIES = [str(ip_network(each)) for each in env.list("TRUSTED_PROXIES", default=[])]

# Logs and errors --------------------------------------------------------------------------------
LOGGING_CONFIG = None
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_FORMAT = env.str("LOG_FORMAT", "json")
SENTRY_DSN = env.str("SENTRY_DSN", "")
configure_logging(level=LOG_LEVEL, form=LOG_FORMAT)
