"""Every choice of the site in one file, read from the environment.

The README's table says what each variable means. What the environment lacks and the site
cannot do without ends the start with one line that names the variable.
"""

import datetime
import sys
from pathlib import Path
from urllib.parse import urlsplit

import django.conf.locale
import environ
from csp.constants import NONCE, NONE, SELF
from django_prose_editor.config import html_tags
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def stop(message: str) -> None:
    """End the start with one line for the operator, before any server runs."""
    sys.exit(f"Settings: {message}")


# --- The machine ------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()

DEVELOPMENT_KEY = "development-only-key-never-use-it-where-anyone-else-can-reach-the-site"
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_KEY if DEBUG else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
if not DEBUG and (SECRET_KEY == DEVELOPMENT_KEY or len(SECRET_KEY) < 32):
    stop(
        "SECRET_KEY is missing, shorter than 32 characters or the development key. Give a long "
        "random one, for instance from: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
if not ALLOWED_HOSTS:
    stop("ALLOWED_HOSTS is missing. Give the host names of the site, separated by commas.")

HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://{HOST}:{PORT}").rstrip("/")
if urlsplit(SITE_URL).scheme not in ("http", "https") or not urlsplit(SITE_URL).netloc:
    stop("SITE_URL must be an absolute address such as https://laos.example.org")
HTTPS = SITE_URL.startswith("https://")
#: Addresses or networks of the reverse proxies whose X-Forwarded-* headers are believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# --- What the site is made of -----------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",
    "iomlaos.dashboard.apps.IomAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_prose_editor",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "iomlaos.delivery",
    "iomlaos.publishing",
    "iomlaos.media",
    "iomlaos.seeding",
    "iomlaos.staff",
    "iomlaos.accounts",
    "iomlaos.office",
    "programmes",
    "careers",
    "iomlaos.home",
    "iomlaos.dashboard",
]

MIDDLEWARE = [
    "iomlaos.delivery.middleware.ProxyHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "iomlaos.delivery.headers.CrossOriginHeadersMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "iomlaos.delivery.headers.AdminCspMiddleware",
    "iomlaos.delivery.middleware.RequestValidationMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "iomlaos.delivery.middleware.RequestTimeMiddleware",
    "iomlaos.delivery.compression.PublicGZipMiddleware",
    "iomlaos.delivery.headers.CacheControlMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "iomlaos.delivery.admin_middleware.AdminSessionMiddleware",
    "iomlaos.accounts.sessions.IdleSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "iomlaos.delivery.admin_middleware.AdminCsrfMiddleware",
    "iomlaos.delivery.admin_middleware.AdminAuthMiddleware",
    "iomlaos.delivery.admin_middleware.AdminOtpMiddleware",
    "iomlaos.delivery.admin_middleware.AdminMessageMiddleware",
    "iomlaos.publishing.scheduling.PublishDueMiddleware",
    "iomlaos.delivery.errors.RedirectAndGoneMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "iomlaos.urls"
WSGI_APPLICATION = "iomlaos.wsgi.application"

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
                "iomlaos.delivery.context_processors.address",
                "iomlaos.office.context_processors.office",
                "careers.alerts.context_processors.alerts",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        # A write lock is taken when a transaction begins, so that a reader never finds at its
        # first write that somebody was faster (SQLite would refuse at once, without waiting).
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["OPTIONS"].setdefault("connect_timeout", 5)
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c statement_timeout=15000 -c lock_timeout=10000")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
#: English alone until the Lao pages are built: no half-translated address stands in public.
LANGUAGES = [("en", "English")]
MODELTRANSLATION_LANGUAGES = ("en", "lo")
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
# Django does not know Lao; without this entry the forms of translated fields cannot be drawn.
django.conf.locale.LANG_INFO["lo"] = {"bidi": False, "code": "lo", "name": "Lao", "name_local": "ລາວ"}
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["iomlaos.formats"]
# For Lao, of which Django knows no formats.
DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
YEAR_MONTH_FORMAT = "F Y"
USE_I18N = True
USE_TZ = True
#: Stored in UTC, meant in Vientiane (UTC+7, no summer time).
TIME_ZONE = "Asia/Vientiane"

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
#: Uploads lie outside the static root; only a view that asks `live(at)` serves them.
MEDIA_ROOT = DATA_DIR / "uploads"
UPLOAD_LIMIT_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "iomlaos.media.upload_handlers.UnsafeFilenameUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

#: The rich text editor's own figures, with a dialog of the portal; the sanitiser keeps no more of them.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {
        "js": [static_lazy("staff/js/images.js")],
        "extensions": {
            "Image": html_tags(["img"], {"img": ["src", "alt"]}),
            "Figure": html_tags(["figure"]),
        },
    }
]

# --- Staff ------------------------------------------------------------------------------------

LOGIN_URL = "admin:login"
CSRF_FAILURE_VIEW = "iomlaos.delivery.errors.forbidden"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

#: Whether a password alone opens the admin to those who have set up no phone.
STAFF_SECOND_FACTOR = env.str("STAFF_SECOND_FACTOR", default="required" if HTTPS else "optional")
if STAFF_SECOND_FACTOR not in ("required", "optional"):
    stop("STAFF_SECOND_FACTOR must be required or optional.")
#: The name under which an authenticator app lists the site.
OTP_TOTP_ISSUER = "IOM Lao PDR"

#: Staff are signed out when their browser closes, and after this many minutes in which they did nothing.
STAFF_IDLE_MINUTES = env.str("STAFF_IDLE_MINUTES", default="30")
if not (STAFF_IDLE_MINUTES.isascii() and STAFF_IDLE_MINUTES.isdecimal() and int(STAFF_IDLE_MINUTES) >= 5):
    stop("STAFF_IDLE_MINUTES must be a whole number of minutes, 5 or more.")
SESSION_COOKIE_AGE = int(STAFF_IDLE_MINUTES) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
#: Seconds for which a link for a new password is good.
PASSWORD_RESET_TIMEOUT = 24 * 3600

AUTHENTICATION_BACKENDS = [
    "iomlaos.accounts.lockout.LockoutBackend",
    "django.contrib.auth.backends.ModelBackend",
]
#: So many wrong passwords for an account from one address, and so many from an address for all accounts.
AXES_FAILURE_LIMIT = 10
LOGIN_FAILURES_PER_IP = 50
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_HANDLER = "iomlaos.accounts.lockout.LockoutHandler"
AXES_LOCKOUT_CALLABLE = "iomlaos.accounts.lockout.locked"
AXES_CLIENT_IP_CALLABLE = "iomlaos.accounts.lockout.client_network"
# Tries during a lock-out do not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# The portal keeps a log of its own.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# --- What visitors may send -------------------------------------------------------------------

#: Public pages are read; below these addresses they also take a form, which is short.
CSRF_PUBLIC_PREFIXES = ("/careers/alerts/",)
PUBLIC_FORM_LIMIT_BYTES = 10 * 1024
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # How often a client has sent a form: in the memory of each worker alone, and for an hour.
    "limits": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# --- Headers ----------------------------------------------------------------------------------

# `__Host-` binds a cookie to this host and to https; over http, as in a trial on loopback, a
# browser would refuse it, so the plain names stand there. Visitors get no cookie at all.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL]

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    # AdminCsrfMiddleware of `delivery` checks admin forms; Django looks for its own class.
    "security.W003",
    # The site does not own its parent domain: whether subdomains and the browsers' preload list
    # are to follow is the domain's decision, not this site's.
    "security.W005",
    "security.W021",
]

PERMISSIONS_POLICY = {
    feature: []
    for feature in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
        "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
        "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "usb",
        "xr-spatial-tracking",
    )
}  # fmt: skip

#: Public pages: no script at all, and nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
#: The admin: its own scripts and the editor, still without any `unsafe-*`.
STAFF_CONTENT_SECURITY_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF, NONCE],
    # The hash is of the one inline style that the rich text editor's core (ProseMirror) sets.
    "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    # The preview of a page stands in a frame.
    "frame-src": [SELF],
    "base-uri": [NONE],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
}

# --- Other boards -----------------------------------------------------------------------------

#: ReliefWeb's number of the organization, with which it takes this site's vacancies; 0 where none is given.
RELIEFWEB_SOURCE = env.int("RELIEFWEB_SOURCE", default=0)

# --- Mail, errors, logs -----------------------------------------------------------------------

MAIL = env.email("EMAIL_URL", default="consolemail://")
vars().update(MAIL)
#: Seconds. A mail server that says nothing for so long does not answer.
EMAIL_TIMEOUT = 60
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"noreply@{urlsplit(SITE_URL).hostname}"
)
#: A new password by mail, too.
PASSWORD_RESET_ENABLED = MAIL["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
#: Alerts by e-mail are offered once there is a mail server.
ALERTS_ENABLED = MAIL["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}

if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    import sentry_sdk

    # Forms and the variables of a fault's place may hold the address of a visitor.
    sentry_sdk.init(
        dsn=SENTRY_DSN,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
    )
