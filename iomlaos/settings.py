"""Settings of the site, read from the environment. README.md says what each variable means."""

import datetime
import sys
from pathlib import Path
from urllib.parse import urlsplit

import django.conf.locale
import environ
from csp.constants import NONCE, NONE, SELF
from django_prose_editor.config import html_tags, process_link, process_table
from js_asset import static_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def stop(message: str) -> None:
    """End the start with one line that names the variable that is missing or wrong."""
    sys.exit(f"Settings: {message}")


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
#: A file, on which the server listens instead, for a proxy on the same machine.
SOCKET = env.str("SOCKET", default="")
WEB_WORKERS = env.int("WEB_WORKERS", default=2)
SITE_URL = env.str("SITE_URL", default=f"http://{HOST}:{PORT}").rstrip("/")
if urlsplit(SITE_URL).scheme not in ("http", "https") or not urlsplit(SITE_URL).netloc:
    stop("SITE_URL must be an absolute address such as https://laos.example.org")
HTTPS = SITE_URL.startswith("https://")
#: Addresses or networks of the reverse proxies whose X-Forwarded-* headers are believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])

# --- Apps and middleware ----------------------------------------------------------------------

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
    "iomlaos.operations",
    "iomlaos.publishing",
    "iomlaos.translations",
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
    "iomlaos.delivery.logs.RequestIDMiddleware",
    "iomlaos.delivery.language.LanguageMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "iomlaos.delivery.headers.SortedCSPMiddleware",
    "iomlaos.delivery.headers.ResponseHeadersMiddleware",
    "iomlaos.delivery.middleware.RequestValidationMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "iomlaos.delivery.middleware.RequestTimeMiddleware",
    "iomlaos.delivery.middleware.PublicGZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "iomlaos.delivery.database_guard.DatabaseGuardMiddleware",
    "iomlaos.delivery.admin_middleware.AdminSessionMiddleware",
    "iomlaos.accounts.sessions.IdleSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "iomlaos.delivery.line_breaks.LineBreakMiddleware",
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
                "iomlaos.delivery.context_processors.page",
                "iomlaos.office.context_processors.office",
                "careers.alerts.context_processors.alerts",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "iomlaos.delivery.templatetags.cached_translate",
                "iomlaos.delivery.templatetags.cached_url",
                # Any public page shows texts that may be in English alone.
                "iomlaos.translations.templatetags.translations",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "iomlaos.delivery.sqlite3"
    # Django's own default, which pytest-django supposes for Django's own backend alone.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        # Take the write lock when a transaction begins: SQLite refuses at once, without waiting,
        # a transaction that first read and then finds the database changed.
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        # A server that vanished from the network is given up after so many milliseconds, or four probes.
        "tcp_user_timeout": 15000,
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 4,
        "options": "-c statement_timeout=15000 -c lock_timeout=10000",
    } | DATABASES["default"].get("OPTIONS", {})
# Where a SQLite file was replaced, `delivery.database_file` closes the connections to the old one.
DATABASES["default"]["CONN_MAX_AGE"] = 600
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("lo", "ລາວ")]
MODELTRANSLATION_LANGUAGES = ("en", "lo")
# Django does not know Lao; without this entry the forms of translated fields fail.
django.conf.locale.LANG_INFO["lo"] = {"bidi": False, "code": "lo", "name": "Lao", "name_local": "ລາວ"}
#: Our strings, then those of Django's that visitors read in Lao.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "iomlaos/formats/locale"]
FORMAT_MODULE_PATH = ["iomlaos.formats"]
TIME_ZONE = "Asia/Vientiane"

# --- Files ------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
#: Icons that browsers and phones ask for at the root.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
#: Uploads are served by a view that checks `live(at)`, never by the web server.
MEDIA_ROOT = DATA_DIR / "uploads"
UPLOAD_LIMIT_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "iomlaos.delivery.static_files.MinifiedStaticFilesStorage"},
}

#: What the rich text editor has of ours, and the tags of it that the sanitizer allows.
DJANGO_PROSE_EDITOR_EXTENSIONS = [
    {"js": [static_lazy("staff/js/links.js")], "extensions": {"Link": process_link}},
    {
        "js": [static_lazy("staff/js/language.js")],
        "extensions": {"Language": html_tags(["span"], {"span": ["lang"]})},
    },
    {"js": [static_lazy("staff/js/paste.js")], "extensions": {"PastedText": html_tags([])}},
    {
        "js": [static_lazy("staff/js/editor_words.js")],
        "extensions": {"Words": html_tags([]), "Table": process_table},
    },
    {
        "js": [static_lazy("staff/js/images.js")],
        "extensions": {"Image": html_tags(["img"], {"img": ["src", "alt"]}), "Figure": html_tags(["figure"])},
    },
]

# --- Sign-in of staff -------------------------------------------------------------------------

LOGIN_URL = "admin:login"
CSRF_FAILURE_VIEW = "iomlaos.delivery.errors.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

STAFF_SECOND_FACTOR = env.str("STAFF_SECOND_FACTOR", default="required" if HTTPS else "optional")
if STAFF_SECOND_FACTOR not in ("required", "optional"):
    stop("STAFF_SECOND_FACTOR must be required or optional.")
OTP_TOTP_ISSUER = "IOM Lao PDR"
STAFF_IDLE_MINUTES = env.str("STAFF_IDLE_MINUTES", default="30")
if not (STAFF_IDLE_MINUTES.isascii() and STAFF_IDLE_MINUTES.isdecimal() and int(STAFF_IDLE_MINUTES) >= 5):
    stop("STAFF_IDLE_MINUTES must be a whole number of minutes, 5 or more.")
SESSION_COOKIE_AGE = int(STAFF_IDLE_MINUTES) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
PASSWORD_RESET_TIMEOUT = 24 * 3600
AUTHENTICATION_BACKENDS = [
    "iomlaos.accounts.lockout.LockoutBackend",
    "django.contrib.auth.backends.ModelBackend",
]
#: Wrong passwords for one account from one address, and for all accounts from one address.
AXES_FAILURE_LIMIT = 10
LOGIN_FAILURES_PER_IP = 50
AXES_COOLOFF_TIME = datetime.timedelta(minutes=15)
AXES_HANDLER = "iomlaos.accounts.lockout.LockoutHandler"
AXES_LOCKOUT_CALLABLE = "iomlaos.accounts.lockout.lockout_response"
# An attempt during a lock-out does not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# --- Requests and responses -------------------------------------------------------------------

#: Public pages answer GET and HEAD only; below these paths they also accept a form.
PUBLIC_FORM_PREFIXES = ("/careers/alerts/", "/careers/check/")
#: A text of 10,000 Lao characters has 90,000 bytes in a form. A longer one is told so beside the field.
PUBLIC_FORM_LIMIT_BYTES = 256 * 1024

# `__Host-` binds a cookie to this host and to https; browsers refuse it over http. Visitors get no cookie.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]

SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES or SOCKET else None
# W003: AdminCsrfMiddleware checks admin forms, but Django looks for its own class.
# W005, W021: HSTS for subdomains and the preload list are the decision of the parent domain.
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W005", "security.W021"]

FORBIDDEN_FEATURES = [
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking",
]  # fmt: skip
PERMISSIONS_POLICY = dict.fromkeys(FORBIDDEN_FEATURES, [])

BASE_POLICY = {"default-src": [NONE], "base-uri": [NONE], "form-action": [SELF], "frame-ancestors": [NONE]}
#: Public pages: no script, and nothing from another origin. `connect-src` is for tools that read robots.txt
#: from within a page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": BASE_POLICY
    | dict.fromkeys(["style-src", "font-src", "img-src", "connect-src", "manifest-src"], [SELF])
}
#: The admin: its own scripts and the editor, without any `unsafe-*`.
ADMIN_CONTENT_SECURITY_POLICY = BASE_POLICY | {
    "script-src": [SELF, NONCE],
    # The hash of the one inline style that the rich text editor's core (ProseMirror) sets.
    "style-src": [SELF, "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
}

#: The commands that deploy/*.timer start, and how often.
TIMERS = {
    "publish_due": datetime.timedelta(minutes=1),
    "mirror": datetime.timedelta(minutes=1),
    "send_alerts": datetime.timedelta(minutes=1),
    "send_notifications": datetime.timedelta(minutes=1),
    "clean_uploads": datetime.timedelta(days=1),
    "check_links": datetime.timedelta(days=7),
}

# --- Other services ---------------------------------------------------------------------------

#: ReliefWeb's number of the organization, for the export of vacancies; 0: none.
RELIEFWEB_SOURCE = env.int("RELIEFWEB_SOURCE", default=0)

MAIL = env.email("EMAIL_URL", default="consolemail://")
vars().update(MAIL)
EMAIL_TIMEOUT = 60
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"noreply@{urlsplit(SITE_URL).hostname}")
#: E-mail alerts and password resets need a mail server.
PASSWORD_RESET_ENABLED = ALERTS_ENABLED = MAIL["EMAIL_BACKEND"].endswith(".smtp.EmailBackend")

#: JSON for a service, words where somebody looks on.
LOG_FORMAT = env.str("LOG_FORMAT", default="text" if sys.stderr.isatty() else "json")
if LOG_FORMAT not in ("json", "text"):
    stop("LOG_FORMAT must be json or text.")
#: Slower queries are logged.
SLOW_QUERY_MS = env.int("SLOW_QUERY_MS", default=500)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"refusals": {"()": "iomlaos.delivery.logs.RefusalFilter"}},
    "formatters": {
        "json": {"()": "iomlaos.delivery.logs.JSONFormatter"},
        "text": {
            "()": "iomlaos.delivery.logs.TextFormatter",
            "fmt": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["refusals"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
        for name in ("django", "_granian")
    },
}

if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    import sentry_sdk

    # Forms and local variables may hold personal data.
    sentry_sdk.init(SENTRY_DSN, max_request_body_size="never", include_local_variables=False)
