"""System checks: configurations that cannot work or would be unsafe, each with what to do about it."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name
from django.db import DatabaseError, connection

from bookbind.tenancy.models import User

TAG = "bookbind"
_SHORTEST_SECRET = 50
_FEWEST_DIFFERENT = 10
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_SAMPLES = ("change-me", "changeme", "example", "insecure", "secret-key", "demo-")


@register(TAG)
def check_secret_key(**_options: Any) -> list[CheckMessage]:
    """The key that signs sessions must be there, long, and nobody's example."""
    secret: str = settings.CONFIG.secret_key
    if not secret:
        return [_error("E001", "BOOKBIND_SECRET_KEY is not set.", _how_to_make_a_secret())]
    is_weak = len(secret) < _SHORTEST_SECRET or len(set(secret)) < _FEWEST_DIFFERENT
    is_sample = _is_production() and any(sample in secret.casefold() for sample in _SAMPLES)
    if is_weak or is_sample:
        return [
            _error("E002", "BOOKBIND_SECRET_KEY is too short or somebody's example.", _how_to_make_a_secret())
        ]
    return []


@register(TAG)
def check_encryption_keys(**_options: Any) -> list[CheckMessage]:
    """The keys that seal sign-ins must be there and random."""
    if settings.KEYRING is None:
        return [_error("E003", "BOOKBIND_KEYS is not set.", "Make a key with: bookbind keys new")]
    weak = [name for name, key in settings.KEYRING.keys.items() if len(set(key)) < _FEWEST_DIFFERENT]
    if weak:
        return [
            _error(
                "E004", f"Key {weak[0]!r} in BOOKBIND_KEYS is not random.", "Make one with: bookbind keys new"
            )
        ]
    return []


@register(TAG)
def check_sandbox(**_options: Any) -> list[CheckMessage]:
    """A production must not talk to simulated vendors."""
    if _is_production() and settings.SANDBOX_URL:
        hint = "Unset BOOKBIND_SANDBOX_URL, or run the demo with: bookbind demo"
        return [_error("E005", "The sandbox is switched on (BOOKBIND_SANDBOX_URL).", hint)]
    return []


@register(TAG)
def check_address(**_options: Any) -> list[CheckMessage]:
    """Sign-ins and sessions travel over https alone, except on the machine itself."""
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        hint = "Set it to the address that people open, such as https://books.example.com"
        return [_error("E006", f"BOOKBIND_URL is {settings.BASE_URL!r}, which is not an address.", hint)]
    if parts.scheme == "http" and parts.hostname not in _LOCAL_HOSTS:
        hint = "Put a proxy with a certificate in front, and set BOOKBIND_URL to its https:// address."
        return [_error("E007", f"BOOKBIND_URL is {settings.BASE_URL}, without https.", hint)]
    return []


@register(TAG)
def check_mail(**_options: Any) -> list[CheckMessage]:
    """Without a mail server nobody is warned before a connection expires."""
    url: str = settings.MAIL_URL
    if not url:
        if not _is_production():
            return []
        hint = "Set BOOKBIND_MAIL_URL, such as smtp://user:password@mail.example.com:587?tls=1"
        return [Warning("No mail server is set, so nobody is warned by mail.", hint=hint, id=f"{TAG}.W001")]
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        hint = "Write it like smtp://user:password@mail.example.com:587?tls=1 or smtps://user:password@host"
        return [_error("E008", "BOOKBIND_MAIL_URL can't be read.", hint)]
    return []


def find_demo_data() -> list[CheckMessage]:
    """In production: signs that this database was filled by the demo. Needs the tables to be there."""
    if not _is_production():
        return []
    hint = (
        "Point BOOKBIND_DATA or DATABASE_URL to an empty place; the demo's data can't be made into real data."
    )
    try:
        tables = connection.introspection.table_names()
        # The names of the domain "test" are reserved: nobody real has such an address.
        has_people = "tenancy_user" in tables and User.objects.filter(email__iendswith=".test").exists()
    except DatabaseError as error:
        return [_error("E009", f"The database can't be read: {type(error).__name__}.", "See DATABASE_URL.")]
    if has_people or any(table.startswith("demo_") for table in tables):
        return [_error("E010", "The database holds demo data.", hint)]
    return []


def _is_production() -> bool:
    return bool(settings.CONFIG.mode == "production")


def _how_to_make_a_secret() -> str:
    return "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def _error(number: str, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"{TAG}.{number}")
