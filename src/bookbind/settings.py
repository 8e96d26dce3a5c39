"""Django's settings, derived from the operator's configuration."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from bookbind.config import database_settings, read_config
from bookbind.kit.encryption import Keyring
from bookbind.kit.logs import configure_structlog, logging_settings

CONFIG = read_config(dict(os.environ))
PACKAGE = Path(__file__).resolve().parent

DEBUG = False
SECRET_KEY = CONFIG.secret_key
# Empty keys are reported by the system check with a hint; the product must still be able to print it.
KEYRING = Keyring.parse(CONFIG.keys) if CONFIG.keys else None
BASE_URL = CONFIG.url
SANDBOX_URL = CONFIG.sandbox_url

ALLOWED_HOSTS = [CONFIG.url.split("//", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]]
ROOT_URLCONF = "bookbind.demo.urls" if CONFIG.is_demo else "bookbind.web.urls"
WSGI_APPLICATION = "bookbind.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tenancy.User"

INSTALLED_APPS = [
    "bookbind.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_cotton",
    "django_htmx",
    "heroicons",
    "bookbind.tenancy",
    "bookbind.jobs",
    "bookbind.activity",
    "bookbind.providers",
    "bookbind.connections",
    "bookbind.lists",
    "bookbind.rules",
    "bookbind.documents",
    "bookbind.publishing",
    "bookbind.merge",
    "bookbind.notifications",
    *(["bookbind.demo"] if CONFIG.is_demo else []),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bookbind.web.middleware.PrivatePages",
    "bookbind.web.middleware.FormsAlone",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bookbind.web.context.page",
            ],
        },
    }
]

DATABASES = {"default": database_settings(CONFIG.database_url, CONFIG.data)}
MEDIA_ROOT = CONFIG.data / "files"
# The guide stands beside the source, and where Bookbind is installed, in the folder that it is run from.
_DOCS = (Path(__file__).resolve().parents[2] / "docs", Path.cwd() / "docs")
DOCS_ROOT = next((folder for folder in _DOCS if (folder / "guide").is_dir()), None)
STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.data / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

LANGUAGE_CODE = "en-gb"
USE_TZ = True
TIME_ZONE = "UTC"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "bookbind.web.accounts.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = False
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "bookbind.web.errors.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
IS_HTTPS = CONFIG.url.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-bookbind" if IS_HTTPS else "bookbind"
CSRF_COOKIE_NAME = "__Host-bookbind-csrf" if IS_HTTPS else "bookbind-csrf"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
TRUSTS_PROXY = bool(os.environ.get("BOOKBIND_TRUST_PROXY"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTS_PROXY else None
CSRF_TRUSTED_ORIGINS = [CONFIG.url] if IS_HTTPS else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# A mapping of the largest size comes back with its page, a third longer for being written in letters.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# How long a vendor may take to accept a connection, and to send the next bytes of its answer.
HTTP_CONNECT_SECONDS = float(os.environ.get("BOOKBIND_HTTP_CONNECT_SECONDS", "5"))
HTTP_READ_SECONDS = float(os.environ.get("BOOKBIND_HTTP_READ_SECONDS", "30"))

MAIL_URL = CONFIG.mail_url
DEFAULT_FROM_EMAIL = CONFIG.mail_from
EMAIL_BACKEND = "bookbind.notifications.backend.OutboxBackend"

configure_structlog()
LOGGING = logging_settings()
