"""The vendors that are there, in their order, each complete enough to be shown."""

import pytest

from bookbind.providers.base.contract import Provider
from bookbind.providers.registry import ProviderUnknown, find_provider, get_provider, list_providers
from tests.conventions.source import ROOT

NAMES = ["Xero", "QuickBooks Online", "Sage Accounting", "KashFlow", "FreeAgent", "ApprovalMax", "Bill.com"]
AVAILABLE = [provider for provider in list_providers() if provider.available]


def test_vendors_stand_in_the_order_of_the_selection_screen() -> None:
    assert [provider.name for provider in list_providers()] == NAMES


@pytest.mark.parametrize("provider", list_providers(), ids=lambda provider: provider.id)
def test_what_is_not_available_says_why(provider: Provider) -> None:
    assert provider.description
    assert bool(provider.unavailable_reason) != provider.available
    assert (provider.adapter is not None) == provider.available


@pytest.mark.parametrize("provider", AVAILABLE, ids=lambda provider: provider.id)
def test_what_is_available_says_what_it_can(provider: Provider) -> None:
    assert provider.hosts
    assert provider.lists
    assert provider.kinds
    assert provider.lists_with_since <= set(provider.lists)
    assert set(provider.required_scopes) <= set(provider.default_scopes)
    assert provider.files.count
    assert (ROOT / "docs" / "providers" / f"{provider.id}.md").is_file()
    for choice in provider.kinds:
        assert choice.choices
        assert len({way.publish_as for way in choice.choices}) == len(choice.choices)


def test_an_unknown_vendor_is_none_or_an_error() -> None:
    assert find_provider("base") is None
    with pytest.raises(ProviderUnknown):
        get_provider("migrations")
