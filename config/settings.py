"""All settings, read from environment variables; secrets are read from files.

`SETTINGS` below is the reference: each variable once, with its default and its sentence. HOWTO prints it and a test
holds the two equal. Nothing here touches a database, so that mypy and the linters can load the module.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _


class Setting(NamedTuple):
    """One environment variable: its name, default as text, and what it does."""

    name: str
    default: str
    sentence: str


SETTINGS = [
    Setting("ONESTOP_MODE", "demo, or production when DATABASE_URL is set", "demo, production or test"),
    Setting("ONESTOP_VAR", "var/ beside the project", "folder of everything made at run time"),
    Setting("DATABASE_URL", "the embedded server", "postgresql URL of the application role (never the owner)"),
    Setting("DATABASE_OWNER_URL", "the embedded server", "URL of the owner role; only maintenance commands read it"),
    Setting("PGBIN", "the embedded binaries", "folder of other PostgreSQL binaries (>= 17) for the embedded server"),
    Setting("ONESTOP_COUNTRY", "khm", "the country pack: a folder of countries/, or a path"),
    Setting("ONESTOP_SECRET_KEY_FILE", "var/keys/secret", "file that holds Django's secret key"),
    Setting("ONESTOP_HOSTS", "127.0.0.1,localhost", "host names the site answers to, comma separated"),
    Setting(
        "ONESTOP_HTTPS",
        "1 in production, else 0",
        "1 also asks for HTTPS in a demonstration; 0 is refused in production",
    ),
    Setting("ONESTOP_DEBUG", "0", "1 shows tracebacks and the page of components; refused in production"),
]

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("ONESTOP_VAR") or ROOT / "var").resolve()
MODE = os.environ.get("ONESTOP_MODE") or ("production" if os.environ.get("DATABASE_URL") else "demo")
if MODE not in {"demo", "production", "test"}:
    raise ImproperlyConfigured(f"ONESTOP_MODE is '{MODE}'; it must be demo, production or test.")
DEMO = MODE == "demo"
DEBUG = os.environ.get("ONESTOP_DEBUG") == "1"
if DEBUG and MODE == "production":
    raise ImproperlyConfigured("ONESTOP_DEBUG=1 is refused in production: it prints personal data in tracebacks.")
HTTPS = os.environ.get("ONESTOP_HTTPS", "1" if MODE == "production" else "0") == "1"

if MODE == "production" and not HTTPS:
    raise ImproperlyConfigured(
        "ONESTOP_HTTPS=0 is refused in production: passwords and personal data would travel in the open. Put a"
        " certificate in front (HOWTO.md, Run on a server of your own) and leave ONESTOP_HTTPS unset."
    )

COUNTRY = os.environ.get("ONESTOP_COUNTRY") or "khm"
COUNTRY_PACK = Path(COUNTRY) if os.sep in COUNTRY else ROOT / "countries" / COUNTRY


def secret_key() -> str:
    """The key from its file; the demo and the tests make one, production must bring one."""
    named = os.environ.get("ONESTOP_SECRET_KEY_FILE")
    path = Path(named) if named else VAR / "keys" / "secret"
    make = f"Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))' > {path}"
    if path.exists():
        key = path.read_text("ascii").strip()
        if MODE == "production" and (len(key) < 50 or len(set(key)) < 10 or "insecure" in key):
            raise ImproperlyConfigured(f"The secret key at {path} is too short or too simple. {make}")
        return key
    if MODE == "production":
        raise ImproperlyConfigured(f"No secret key at {path}. {make}")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(50)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def database(url: str) -> dict[str, object]:
    """Django's entry for a postgresql URL; the socket folder stands in ?host=."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql: (other databases are not supported).")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "config.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": {**query, "pool": {"min_size": 1, "max_size": 6, "timeout": 20} if WEB else False},
        "TEST": {"MIGRATE": False},
    }


# "web" and "worker" keep short limits; a command may take its time (design §2)
PROCESS = os.environ.get("ONESTOP_PROCESS") or "command"
WEB = PROCESS == "web"
STATEMENT_TIMEOUT = {"web": "10s", "worker": "300s"}.get(PROCESS, "0")
LOCK_TIMEOUT = "5s" if PROCESS in {"web", "worker"} else "60s"

DATABASES = {"default": database(os.environ.get("DATABASE_URL") or "postgresql://onestop_app@/onestop_demo")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = secret_key()
ALLOWED_HOSTS = (os.environ.get("ONESTOP_HOSTS") or "127.0.0.1,localhost").split(",")
if MODE == "test":
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]

INSTALLED_APPS = [
    "onestop.ui",  # first, so that its Khmer goes before Django's own
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "onestop.areas",
    "onestop.journal",
    "onestop.staff",
    "onestop.files",
    "onestop.letters",
    "onestop.registry",
    "onestop.programmes",
    "onestop.eligibility",
    "onestop.enrolments",
    "onestop.desk",
]

# The slots (design §2): dotted paths, loaded at start, failing loudly
FACT_MODULES = ["onestop.registry.facts", "onestop.enrolments.facts"]
TASK_SOURCES = [
    "onestop.desk.tasks.UNSEALED",
    "onestop.eligibility.tasks.QUESTIONS",
    "onestop.registry.tasks.CORRECTIONS",
    "onestop.registry.tasks.DECIDED",
    "onestop.registry.tasks.DOUBLES",
    "onestop.staff.tasks.HELP_REQUESTS",
    "onestop.staff.tasks.HELP_ANSWERS",
    "onestop.staff.tasks.FIRST_PASSWORDS",
    "onestop.staff.tasks.MANDATES",
    "onestop.staff.tasks.GLASS_REVIEWS",
]
FOLDER_PANELS = ["onestop.registry.panels.information"]
HISTORY_SOURCES = [
    "onestop.registry.history.SOURCES",
    "onestop.programmes.history.SOURCES",
    "onestop.staff.history.SOURCES",
]
# What the lowest room, ui, may not import: the country's days and clock, the way out, the row of places
# (label, name, right)
UI_TODAY = "onestop.areas.clock.today"
UI_NOW = "onestop.areas.clock.now"
UI_LOCAL_TIME = "onestop.areas.clock.local"
UI_SIGN_OUT = "staff:sign-out"
UI_ACCOUNT = "staff:my-account"
UI_HELP = "onestop.staff.help.line"
UI_ROLE_WORDS = "onestop.staff.queries.role_words"
UI_REMEMBER_LANGUAGE = "onestop.staff.actions.remember_language"
UI_BANNERS = ["onestop.staff.break_glass.banner"]
UI_PLACES = [
    (_("Work"), "desk:home", ""),
    (_("People"), "desk:search", "registry.read"),
    (_("Programmes"), "eligibility:programmes", "programme.read"),
    (_("Who may have what"), "desk:crosstable", "crosstable.read"),
    (_("Places"), "areas:home", ""),
    (_("Try a rule"), "eligibility:try", "rule.try"),
    (_("Offices"), "staff:offices", "office.read"),
    (_("Journal"), "desk:days", "journal.read"),
    (_("Health"), "desk:doctor", "doctor.read"),
    (_("Accounts"), "staff:accounts", "account.write"),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages over slow lines; it adds random bytes, and CSRF tokens are masked
    "csp.middleware.CSPMiddleware",
    "onestop.ui.middleware.NoStoreMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "onestop.ui.middleware.LanguageMiddleware",
    "onestop.staff.sessions_limits.TimeOutMiddleware",  # before the next: it keeps the form that came too late
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "onestop.staff.sessions_limits.KeptFormMiddleware",
    "onestop.staff.middleware.ScopeMiddleware",
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "onestop.ui.views.csrf_failure"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "onestop.ui.context.page",
            ],
        },
    },
]

# In the session, which ends with its officer: a cookie would tell the next one at this machine
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # a task is an officer's; the job worker loads none of their pages

AUTH_USER_MODEL = "staff.Officer"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name_latin"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "onestop.staff.signing_in_passwords.LongestPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "onestop.staff.signing_in_passwords.OfficeWordsValidator"},
]
LOGIN_URL = "staff:sign-in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "staff:sign-in"

LANGUAGE_CODE = "km"
LANGUAGES = [("km", _("Khmer")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # instants are UTC; the country's zone stands in the country pack and in areas.clock
FORMAT_MODULE_PATH = ["onestop.ui.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [VAR / "static-src"] if (VAR / "static-src").exists() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(VAR / "files")}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# __Host-: a browser takes such a cookie only over HTTPS, for the whole site and from this very host
_COOKIE = "onestop_demo" if DEMO else "__Host-onestop" if HTTPS else "onestop"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, DEVICE_COOKIE_NAME = (
    f"{_COOKIE}_{kind}" for kind in ("session", "csrf", "device")
)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Sessions (decisions/015): half an hour without use, a working day at the longest, and never longer than the browser
SESSION_ENGINE = "onestop.staff.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE, SESSION_LONGEST = timedelta(minutes=30), timedelta(hours=10)
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
# The demonstration asks for a password only; the tests ask for the second factor where they test it
SECOND_FACTOR = MODE == "production"
ACCOUNTS_KEY_FILE = VAR / "keys" / "accounts"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Nothing personal is logged: Django's request and SQL loggers stay at WARNING, and no handler writes request bodies
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"onestop": {"level": "INFO"}},
}
