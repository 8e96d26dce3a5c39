"""Our app at each vendor, as the operator registered it, and what can be said of it without a call."""

import os
from dataclasses import dataclass

from django.conf import settings

from bookbind.config import secret
from bookbind.providers.base.contract import Provider
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import AppCredentials

DEMO_CLIENT_ID = "bookbind-demo-app"
DEMO_CLIENT_SECRET = "bookbind-demo-secret"  # noqa: S105 - known to everybody; only the sandbox takes it


@dataclass(frozen=True)
class AppFacts:
    """What `bookbind check` shows of one app; `problems` are whole sentences that name what to do."""

    provider_id: str
    provider_name: str
    redirect_uri: str
    has_client_id: bool
    has_client_secret: bool
    scopes: tuple[str, ...]
    problems: tuple[str, ...]


class AppNotRegistered(ProviderError):
    """Bookbind has no app of its own at this vendor yet."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(
            ErrorKind.MISCONFIGURED,
            f"No {provider.name} app is configured. Set {_variable(provider, 'CLIENT_ID')} and "
            f"{_variable(provider, 'CLIENT_SECRET')} to the keys of the app that you registered there.",
        )


def app_credentials(provider: Provider) -> AppCredentials:
    """The app's keys; AppNotRegistered (misconfigured) when the operator has not set them."""
    client_id, client_secret = _keys(provider)
    if not client_id or not client_secret:
        raise AppNotRegistered(provider)
    return AppCredentials(client_id, client_secret, redirect_uri(provider), _scopes(provider))


def redirect_uri(provider: Provider) -> str:
    """The address that the vendor sends people back to; it must be registered there exactly so."""
    return f"{settings.BASE_URL}/connections/{provider.id}/callback"


def app_facts(provider: Provider) -> AppFacts:
    """What is configured for one vendor, and what about it cannot work."""
    client_id, client_secret = _keys(provider)
    scopes, address = _scopes(provider), redirect_uri(provider)
    return AppFacts(
        provider_id=provider.id,
        provider_name=provider.name,
        redirect_uri=address,
        has_client_id=bool(client_id),
        has_client_secret=bool(client_secret),
        scopes=scopes,
        problems=tuple(_problems(provider, client_id, client_secret, scopes, address)),
    )


def _problems(
    provider: Provider, client_id: str, client_secret: str, scopes: tuple[str, ...], address: str
) -> list[str]:
    problems = []
    if bool(client_id) != bool(client_secret):
        missing = "CLIENT_SECRET" if client_id else "CLIENT_ID"
        problems.append(f"{_variable(provider, missing)} is missing; the other key of the pair is set.")
    lacking = [scope for scope in provider.required_scopes if scope not in scopes]
    if lacking:
        problems.append(
            f"{_variable(provider, 'SCOPES')} lacks {', '.join(lacking)}, without which nothing works."
        )
    if not address.startswith(("https://", "http://localhost")):
        problems.append(
            f"{provider.name} takes a redirect URI over https only; BOOKBIND_URL makes it {address}."
        )
    mark = provider.forbidden_in_links
    if mark and mark in settings.BASE_URL.casefold():
        problems.append(
            f"BOOKBIND_URL contains {mark!r}, which {provider.name} refuses in links to documents."
        )
    return problems


def _keys(provider: Provider) -> tuple[str, str]:
    environ = dict(os.environ)
    client_id = secret(environ, _variable(provider, "CLIENT_ID"))
    client_secret = secret(environ, _variable(provider, "CLIENT_SECRET"))
    if settings.CONFIG.is_demo:
        return client_id or DEMO_CLIENT_ID, client_secret or DEMO_CLIENT_SECRET
    return client_id, client_secret


def _scopes(provider: Provider) -> tuple[str, ...]:
    return tuple(os.environ.get(_variable(provider, "SCOPES"), "").split()) or provider.default_scopes


def _variable(provider: Provider, name: str) -> str:
    return f"BOOKBIND_{provider.id.upper()}_{name}"
