"""Every entry that a rule can name is declared in one place, so that no count and no snapshot forgets it."""

import pytest
from django.apps import apps

from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.rules.queries import count_uses
from bookbind.rules.services import RuleInput, save_supplier_rule, set_active
from bookbind.rules.targets import RULE_KINDS, list_rule_targets
from tests.rules.conftest import Books


def _columns_that_name_entries() -> set[tuple[str, str]]:
    """Every foreign key to a list entry of every model of the rules package."""
    return {
        (model.__name__, field.name)
        for model in apps.get_app_config("rules").get_models()
        for field in model._meta.get_fields()
        if field.many_to_one and field.concrete and field.related_model is ListItem
    }


@pytest.mark.req("CHG-07")
def test_every_column_that_names_an_entry_is_declared() -> None:
    declared = {(kind.model.__name__, column) for kind in RULE_KINDS for column in kind.columns}
    assert _columns_that_name_entries() == declared
    assert len(declared) >= 5, "a search that finds nothing would prove nothing"


def test_only_rules_that_are_switched_on_need_their_targets(books: Books) -> None:
    rule = save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    [found] = list_rule_targets()
    assert (found.owner, found.targets) == (books.fuel.id, frozenset({books.motor.id}))
    assert found.named == {books.fuel.id, books.motor.id}
    assert list_rule_targets([books.vat.id]) == []
    set_active(rule, False, books.user)
    assert list_rule_targets() == []


def test_uses_count_the_owner_and_each_target(books: Books) -> None:
    save_supplier_rule(books.fuel, RuleInput(category_id=books.motor.id), books.user)
    assert count_uses([books.fuel.id, books.motor.id, books.vat.id]) == {books.fuel.id: 1, books.motor.id: 1}
    assert {name for kind in RULE_KINDS for name in kind.targets.values()} <= set(ListName)
