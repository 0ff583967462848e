"""One file for every installation: only the environment differs. docs/operations.md lists what may be set."""

from __future__ import annotations

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import secret_files

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VAR = secret_files.var_directory()

DEBUG = env.bool("COUNTERSIGN_DEBUG", default=False)
BASE_URL = env.str("COUNTERSIGN_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")

SECRET_KEY = env.str("COUNTERSIGN_SECRET_KEY", default="")
if not SECRET_KEY and secret_files.secret_key_file().exists():
    SECRET_KEY = secret_files.secret_key_file().read_text().strip()
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "COUNTERSIGN_SECRET_KEY is not set, and scripts/start has not made one in "
        f"{secret_files.secret_key_file()}. Set it to at least 50 random characters, or run scripts/start."
    )

ALLOWED_HOSTS = env.list("COUNTERSIGN_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ALLOW_LOCAL_REPOSITORIES = env.bool("COUNTERSIGN_ALLOW_LOCAL_REPOSITORIES", default=False)
REPOSITORY_HOSTS = env.list("COUNTERSIGN_REPOSITORY_HOSTS", default=[])  # when set, only these hosts may be mirrored
PACKAGE_INDEX = env.str("COUNTERSIGN_PACKAGE_INDEX", default="")  # simple index that files of packages may be fetched from
PACKAGE_FILE_HOSTS = env.list("COUNTERSIGN_PACKAGE_FILE_HOSTS", default=[])  # where it keeps them, if not on its own host
DEMO_FILE = VAR / "demo.json"  # its presence is what makes an installation a demo
DEMO_REPOSITORIES = VAR / "demo"  # local repositories below it may always be registered
ADVISORIES_URLS = env.list("COUNTERSIGN_ADVISORIES_URL", default=[])  # feeds of known flaws, fetched once a day
FETCH_HOSTS = env.list("COUNTERSIGN_FETCH_HOSTS", default=[])  # hosts in our own network from which files may be fetched
MIRRORS = VAR / "mirrors"
FILES = VAR / "files"
KEYS = Path(env.str("COUNTERSIGN_KEYS", default="") or VAR / "keys")  # the worker reads it; the web process need not
LOG_ORIGIN = env.str("COUNTERSIGN_LOG_ORIGIN", default="countersign.local/log")
REPORT_FONT = env.str("REPORT_CJK_FONT", default="")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "foundation",
    "governance.people",
    "governance.usecases",
    "governance.dictionary",
    "governance.dependencies",
    "governance.economics",
    "lineage",
    "approvals",
    "reports",
    "config",
]

MIDDLEWARE = [
    "foundation.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "foundation.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "governance.people.middleware.LanguageMiddleware",
    "governance.people.middleware.OncePerPageMiddleware",
    "foundation.middleware.ProblemMiddleware",
    "foundation.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "config.context_processors.portal",
            ],
            "builtins": ["foundation.templatetags.countersign"],
        },
    }
]

# Data ----------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR / 'countersign.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # The lock is taken when a transaction begins: SQLite knows no SELECT … FOR UPDATE, and two readers that
        # both want to write would otherwise fail half way.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # recursive_triggers: without it INSERT OR REPLACE deletes rows past the append-only triggers.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("COUNTERSIGN_CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": env.cache("CACHE_URL", default="dbcache://countersign_cache")
    if "CACHE_URL" in env.ENVIRON
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "countersign_cache"}
}

# Background work -----------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 3600}
if CELERY_BROKER_URL.startswith("filesystem://"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR / "broker" / "queue"),
        "data_folder_out": str(VAR / "broker" / "queue"),
        "control_folder": str(VAR / "broker" / "control"),
        "processed_folder": str(VAR / "broker" / "processed"),
        "store_processed": True,  # a rename in one folder tree is atomic; a move to /tmp may be a copy
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500  # GitPython is not made for processes that live for ever
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ALWAYS_EAGER = env.bool("COUNTERSIGN_EAGER_TASKS", default=False)  # for tests: a bell rings in the same process
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "seal the log": {"task": "foundation.seal", "schedule": 2.0, "options": {"expires": 10}},
    "deliver the outbox": {"task": "foundation.deliver_outbox", "schedule": 5.0, "options": {"expires": 20}},
    "reap lost jobs": {"task": "foundation.reap_jobs", "schedule": 10.0, "options": {"expires": 20}},
    "heartbeat": {"task": "foundation.heartbeat", "schedule": 10.0, "options": {"expires": 20}},
    "look for new commits": {"task": "lineage.synchronise_stale", "schedule": 600.0, "options": {"expires": 600}},
    "mail notices": {"task": "people.mail_notices", "schedule": 60.0, "options": {"expires": 60}},
    "remind, escalate, close what has lapsed": {"task": "approvals.tick", "schedule": 30.0, "options": {"expires": 60}},
    "look at every open request": {"task": "approvals.look_at_all", "schedule": 3600.0, "options": {"expires": 3600}},
    "who has seen nothing": {"task": "usecases.tell_of_unseen", "schedule": 86_400.0, "options": {"expires": 86_400}},
    "look again with a newer scanner": {"task": "dependencies.rescan_old", "schedule": 3600.0, "options": {"expires": 3600}},
    "fetch known flaws": {"task": "dependencies.refresh_advisories", "schedule": 3600.0, "options": {"expires": 3600}},
    "rulings, sources and reviews that run out": {
        "task": "dependencies.warn_of_ends",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "reckon cases by new rules": {"task": "economics.keep_missing_figures", "schedule": 300.0, "options": {"expires": 300}},
    "provisions that run out": {"task": "economics.warn_of_ends", "schedule": 3600.0, "options": {"expires": 3600}},
    "forget old spreadsheets": {"task": "economics.forget_sheets", "schedule": 86_400.0, "options": {"expires": 86_400}},
    "prune": {"task": "foundation.prune", "schedule": 86_400.0, "options": {"expires": 86_400}},
}

# People --------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "governance.people.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "governance.people.accounts.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_FORMS = {"login": "governance.people.forms.sign_in.SignInForm"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Countersign"
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
if env.str("OIDC_ISSUER", default=""):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="Single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": env.str("OIDC_ISSUER")},
            }
        ],
    }

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
NOTICES_BY_MAIL = bool(env.str("EMAIL_URL", default=""))  # with nowhere to send it, no notice waits to be sent
DEFAULT_FROM_EMAIL = env.str("COUNTERSIGN_FROM_EMAIL", default="countersign@localhost")

# API -----------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "foundation.authentication.TokenAuthentication",
        "foundation.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "foundation.authentication.ScopePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["foundation.parsing.DecimalJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "foundation.problems.problem_handler",
    "DEFAULT_THROTTLE_CLASSES": ["foundation.authentication.FailedTokenThrottle"],
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Countersign",
    "DESCRIPTION": "May this version ship, and if not, whose move is it?",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "BindingRole": "governance.dictionary.models.Binding.Role",
        "Role": "governance.people.roles.ROLES",
        "DatasetKind": "governance.dictionary.models.Dataset.Kind",
        "PointVerdict": "governance.dependencies.review_sheet.VERDICTS",
        "ReviewVerdict": "governance.dependencies.models.Review.Verdict",
        "DependencyVerdict": "governance.dependencies.api.status.VERDICTS",
        "RiskTier": "governance.usecases.models.Definition.RiskTier",
        "ModelVersionKind": "lineage.models.ModelVersion.Kind",
        "TokenKind": "foundation.models.Token.Kind",
        "UseCaseKind": "governance.usecases.models.UseCase.Kind",
        "RateKind": "governance.economics.models.RateRecord.Kind",
        "SourceKind": "governance.dependencies.models.Source.Kind",
        "ExternalServiceKind": "governance.dependencies.models.ExternalService.Kind",
        "LicenceAnswer": "governance.dependencies.models.LicenceRule.Answer",
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024  # a push may carry several lock files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = [
    "governance.usecases.uploads.BoundedUpload",  # first: what is too large reaches neither memory nor disk
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Language, time, files -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILES)}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Source maps are for developers, and fonts of reports are read from disk: compressing them took most of a first start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    "jpg",
    "jpeg",
    "png",
    "gif",
    "webp",
    "ico",
    "zip",
    "gz",
    "br",
    "woff",
    "woff2",
    "map",
    "ttf",
)
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True

# Security ------------------------------------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if env.bool("COUNTERSIGN_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []
CSRF_FAILURE_VIEW = "foundation.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "foundation.logs.formatter", "json": env.bool("COUNTERSIGN_JSON_LOGS", default=not DEBUG)}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("COUNTERSIGN_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.security.DisallowedHost": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "fontTools": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # warns that a broker which is a folder has no host
        "pyhanko": {"level": "WARNING"},
    },
}
