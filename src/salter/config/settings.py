"""Settings of Šalter. What an operator gives comes from the environment; `salter settings` lists it."""

import os
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from salter.config.database_url import DatabaseUrl

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("SALTER_VAR", PACKAGE.parent.parent / "var"))


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in ("1", "true", "yes", "on")


def _secret() -> str:
    """The secret key of this installation: given, or made once and kept beside the data."""
    if key := os.environ.get("SALTER_SECRET_KEY"):
        return key
    path = VAR / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w") as file:
            file.write(os.urandom(48).hex())
        # Two processes may start at once: the first link wins and both read the same key.
        with suppress(FileExistsError):
            os.link(made, path)
        Path(made).unlink()
    return path.read_text()


def _live_sources() -> list[str]:
    """The stream's origins when it has a port of its own: one for each name that this product answers to."""
    if SALTER_LIVE_URL.startswith("http"):
        return ["{0.scheme}://{0.netloc}".format(urlsplit(SALTER_LIVE_URL))]
    scheme = "https" if SALTER_SECURE else "http"
    # A policy can name no IPv6 address; there the page asks instead of listening.
    names = [f"*{host}" if host.startswith(".") else host for host in ALLOWED_HOSTS if not host.startswith("[")]
    return [f"{scheme}://{name}:{SALTER_LIVE_PORT}" for name in names] if SALTER_LIVE_PORT else []


DEBUG = _flag("SALTER_DEBUG")
SECRET_KEY = _secret()
ALLOWED_HOSTS = os.environ.get("SALTER_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("SALTER_ORIGINS", "").split(",") if o]
SALTER_BASE_URL = os.environ.get("SALTER_BASE_URL", "http://127.0.0.1:8000")
SALTER_SECURE = SALTER_BASE_URL.startswith("https://")
SALTER_DEMO = _flag("SALTER_DEMO")
# Where browsers find the stream of `salter live`: an address behind the same proxy, else a port beside the pages'.
SALTER_LIVE_URL = os.environ.get("SALTER_LIVE_URL", "")
SALTER_LIVE_PORT = int(os.environ.get("SALTER_LIVE_PORT", "0"))
SALTER_FILES = os.environ.get("SALTER_FILES", str(VAR / "files"))
SALTER_AUDIT_HEADS = os.environ.get("SALTER_AUDIT_HEADS", str(VAR / "audit-heads.jsonl"))
SALTER_SMTP_URL = os.environ.get("SALTER_SMTP_URL", "")
SALTER_MAIL_FROM = os.environ.get("SALTER_MAIL_FROM", "salter@localhost")
# Without it only this machine may read /metrics.
SALTER_METRICS_TOKEN = os.environ.get("SALTER_METRICS_TOKEN", "")
# How many proxies in front of us write X-Forwarded-For.
SALTER_TRUSTED_PROXIES = int(os.environ.get("SALTER_TRUSTED_PROXIES", "0"))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "salter.audit",
    "salter.institutions",
    "salter.pages",
    "salter.accounts",
    "salter.documents",
    "salter.imports",
    "salter.parties",
    "salter.staff",
    "salter.mail",
    "salter.sms",
    "salter.notifications",
    "salter.cases",
    "salter.billing",
    "salter.desk",
    "salter.portal",
    "salter.live",
    "salter.demo",
    "salter.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "salter.pages.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "salter.institutions.middleware.InstitutionMiddleware",
    "salter.accounts.middleware.ActorMiddleware",
    "salter.accounts.middleware.SessionTouch",
    "salter.accounts.middleware.PersonalPages",
    "salter.accounts.middleware.KeepPost",
]

ROOT_URLCONF = "salter.config.urls"
WSGI_APPLICATION = "salter.config.wsgi.application"

# ---------------------------------------------------------------- database

# The application role; only `migrate` and the like run as the owner (SALTER_AS=owner).
SALTER_AS_OWNER = os.environ.get("SALTER_AS") == "owner"


def _database(url: DatabaseUrl) -> dict[str, Any]:
    # The pool must serve every blocking thread of a web process (`salter run --threads`).
    pool = {} if SALTER_AS_OWNER else {"pool": {"min_size": 1, "max_size": 20, "timeout": 10}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **url.django(),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": _flag("SALTER_PGBOUNCER"),
        "OPTIONS": {**dict(url.options), **pool},
        "TEST": {"NAME": os.environ.get("SALTER_TEST_DATABASE", "test_salter")},
    }


# `salter` fills these two in, with a private server's addresses where none were given.
_OWNER = DatabaseUrl.parse(os.environ.get("DATABASE_URL") or "postgresql://salter_owner@127.0.0.1:5432/salter")
_APP = DatabaseUrl.parse(os.environ.get("DATABASE_APP_URL") or str(_OWNER.login("salter_app", "")))
SALTER_OWNER_URL = str(_OWNER)
SALTER_APP_URL = str(_APP)
SALTER_APP_ROLE = _APP.user
DATABASES = {"default": _database(_OWNER if SALTER_AS_OWNER else _APP)}
# LISTEN, session locks and the job worker need a connection of their own, past a pooler in transaction mode.
_DIRECT = DatabaseUrl.parse(os.environ.get("DATABASE_DIRECT_URL") or SALTER_APP_URL)
SALTER_LISTEN_PARAMETERS = _DIRECT.libpq()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

PROCRASTINATE_ON_APP_READY = "salter.config.jobs.on_app_ready"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_WORKER_DEFAULTS = {"update_heartbeat_interval": 5, "stalled_worker_timeout": 30}

# ---------------------------------------------------------------- people

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["salter.accounts.backends.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "salter.accounts.passwords.MixOrSentence"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# allauth's pipeline, second factor and session list; pages, codes, limits and messages are ours (salter.accounts).
ACCOUNT_ADAPTER = "salter.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
MFA_ADAPTER = "salter.accounts.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Šalter"
USERSESSIONS_TRACK_ACTIVITY = False
LOGIN_URL = "/account/sign-in"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = SALTER_SECURE
CSRF_COOKIE_SECURE = SALTER_SECURE
CSRF_FAILURE_VIEW = "salter.pages.errors.csrf_failure"

# ---------------------------------------------------------------- pages

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": sorted(PACKAGE.glob("*/templates")),
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "salter.pages.jinja.environment",
            "context_processors": ["salter.pages.context.page"],
        },
    },
    {
        # Only third-party pages that nobody is shown.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": SALTER_FILES}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or _flag("SALTER_PLAIN_STATIC")
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if SALTER_SECURE else 0
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Designsystemet draws its icons as data: addresses in the stylesheet.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_live_sources()],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# ---------------------------------------------------------------- languages and time

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("sr-latn", _("Serbian (Latin)")),
    ("sr", _("Serbian (Cyrillic)")),
    ("en", _("English")),
    ("ro", _("Romanian")),
    ("pl", _("Polish")),
    ("mk", _("Macedonian")),
]
LOCALE_PATHS = [PACKAGE / "locale"]
LANGUAGE_COOKIE_NAME = "salter_language"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": os.environ.get("SALTER_LOG_LEVEL", "WARNING")},
}
