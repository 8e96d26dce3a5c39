"""The vendors that have a folder here, in the order in which pages list them."""

import pkgutil
from functools import cache
from importlib import import_module

from bookbind import providers
from bookbind.providers.base.contract import Provider

NOT_VENDORS = ("base", "migrations")


class ProviderUnknown(LookupError):
    """There is no accounting software with this name."""


@cache
def list_providers() -> tuple[Provider, ...]:
    """Every vendor's descriptor; a folder registers itself by defining PROVIDER."""
    folders = (module.name for module in pkgutil.iter_modules(providers.__path__) if module.ispkg)
    modules = (import_module(f"{providers.__name__}.{name}") for name in folders if name not in NOT_VENDORS)
    return tuple(sorted((module.PROVIDER for module in modules), key=lambda provider: provider.order))


def get_provider(provider_id: str) -> Provider:
    """The descriptor of one vendor; ProviderUnknown when there is none."""
    found = find_provider(provider_id)
    if found is None:
        raise ProviderUnknown(provider_id)
    return found


def find_provider(provider_id: str) -> Provider | None:
    """The descriptor of one vendor, or None."""
    return next((provider for provider in list_providers() if provider.id == provider_id), None)
