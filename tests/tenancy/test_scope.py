"""The scope fails closed: no query of tenant data without one, and none beyond it."""

from collections.abc import Callable

import pytest
from django.apps import apps
from django.db.models import Model

from bookbind.lists.models import ListItem
from bookbind.tenancy.models import Business, BusinessOwned
from bookbind.tenancy.scope import (
    BusinessScope,
    PracticeScope,
    ScopedManager,
    ScopeMissing,
    SystemScope,
    current_scope,
    within,
)
from tests.support.factories import People, make_business, make_connection, make_list_item, make_practice

OWNED = sorted((m for m in apps.get_models() if issubclass(m, BusinessOwned)), key=lambda m: m._meta.label)


@pytest.mark.req("SEC-01")
@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_every_tenant_model_refuses_a_query_without_a_scope(model: type[Model]) -> None:
    with pytest.raises(ScopeMissing):
        model._default_manager.all()
    with pytest.raises(ScopeMissing):
        model._base_manager.all()


@pytest.mark.req("SEC-01")
def test_every_model_with_a_business_is_scoped_or_says_why_not() -> None:
    # Jobs and mails are the workers' own tables, for all tenants; memberships decide who has a scope.
    unscoped = {"jobs.Job", "notifications.Mail", "tenancy.BusinessMembership", "tenancy.ClientAccess"}
    with_business = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "business" for field in model._meta.get_fields() if field.concrete)
        and not isinstance(model._default_manager, ScopedManager)
    }
    assert with_business == unscoped


@pytest.mark.req("SEC-01")
def test_a_business_sees_its_own_rows_alone(people: People, scope: Callable[[Business], None]) -> None:
    make_list_item(people.acme, "Rent")
    foreign = make_list_item(people.other, "Their rent")
    scope(people.acme)
    assert [item.name for item in ListItem.objects.all()] == ["Rent"]
    with pytest.raises(ListItem.DoesNotExist):
        ListItem.objects.get(id=foreign.id)
    assert ListItem.objects.filter(id=foreign.id).update(name="Taken") == 0
    assert ListItem.objects.filter(id=foreign.id).delete()[0] == 0


@pytest.mark.req("SEC-01")
def test_a_practice_sees_its_clients_alone(people: People) -> None:
    make_list_item(people.acme, "Rent")
    make_list_item(people.other, "Their rent")
    make_list_item(make_business("Elsewhere", practice=make_practice("Quay Partners")), "Far rent")
    with within(PracticeScope(people.harbour.id)):
        assert [item.name for item in ListItem.objects.all()] == ["Rent"]


@pytest.mark.req("SEC-01")
def test_related_rows_stay_inside_the_scope(people: People) -> None:
    connection = make_connection(people.acme, people.alice)
    with within(BusinessScope(people.acme.id)):
        assert connection.stays.count() == 1
    with within(BusinessScope(people.other.id)):
        assert connection.stays.count() == 0


def test_the_scope_before_returns_even_after_an_error(people: People) -> None:
    with within(SystemScope("outer")):
        with pytest.raises(ZeroDivisionError), within(BusinessScope(people.acme.id)):
            _ = 1 / 0
        assert current_scope() == SystemScope("outer")
    with pytest.raises(ScopeMissing):
        current_scope()
