"""The timeline: what it shows, and that rewriting it is noticed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from bookbind.activity.models import Entry
from bookbind.activity.queries import list_entries, list_recent, verify_chain
from bookbind.activity.services import chain_name, record
from bookbind.tenancy.models import Business
from bookbind.tenancy.scope import PracticeScope, SystemScope, within
from tests.support.factories import People

CHANGES = [
    {"text": "Nothing to see here."},
    {"actor_name": "Somebody else"},
    {"data": {"amount": "0.00"}},
    {"action": "other"},
    {"hash": "0" * 64},
]


def _record_three(people: People) -> str:
    for number in (1, 2, 3):
        record(
            "test.done",
            f"Step {number}.",
            business_id=people.acme.id,
            actor=people.alice,
            subject=people.acme,
            data={"amount": "12.50", "number": number},
        )
    return chain_name(people.acme.id)


@pytest.mark.req("AUD-01")
def test_an_entry_says_who_did_what_to_what(people: People, scope: Callable[[Business], None]) -> None:
    record("test.done", "Alice did it.", business_id=people.acme.id, actor=people.alice, subject=people.acme)
    record("test.swept", "Bookbind swept.", business_id=people.acme.id, subject=people.acme)
    scope(people.acme)
    newest, oldest = list_entries(people.acme)
    assert (oldest.actor_id, oldest.actor_name, oldest.text) == (
        people.alice.id,
        "Alice Admin",
        "Alice did it.",
    )
    assert (newest.actor_id, newest.actor_name) == (None, "Bookbind")
    assert [entry.position for entry in (oldest, newest)] == [1, 2]


@pytest.mark.req("AUD-02")
def test_an_untouched_chain_is_whole(people: People, scope: Callable[[Business], None]) -> None:
    chain = _record_three(people)
    scope(people.acme)
    assert Entry.objects.filter(chain=chain).count() == 3
    assert verify_chain(chain) == []


@pytest.mark.req("AUD-02")
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_changed_entry_is_found(
    people: People, scope: Callable[[Business], None], change: dict[str, object]
) -> None:
    chain = _record_three(people)
    scope(people.acme)
    Entry.objects.filter(chain=chain, position=2).update(**change)
    assert 2 in verify_chain(chain)


@pytest.mark.req("AUD-02")
@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_removed_entry_is_found_even_the_newest(
    people: People, scope: Callable[[Business], None], position: int
) -> None:
    chain = _record_three(people)
    scope(people.acme)
    Entry.objects.filter(chain=chain, position=position).delete()
    assert position in verify_chain(chain)


@pytest.mark.req("AUD-02")
def test_a_later_date_on_an_entry_is_found(people: People, scope: Callable[[Business], None]) -> None:
    chain = _record_three(people)
    scope(people.acme)
    entry = Entry.objects.get(chain=chain, position=3)
    Entry.objects.filter(id=entry.id).update(at=entry.at + timedelta(seconds=1))
    assert verify_chain(chain) == [3]


def test_an_entry_goes_with_the_transaction_that_it_tells_of(
    people: People, scope: Callable[[Business], None]
) -> None:
    class Undone(Exception):
        """Rolls the transaction back."""

    chain = _record_three(people)
    with pytest.raises(Undone), transaction.atomic():
        record("test.undone", "Never happened.", business_id=people.acme.id)
        raise Undone
    record("test.done", "Step 4.", business_id=people.acme.id)
    scope(people.acme)
    assert verify_chain(chain) == []
    assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4]


@pytest.mark.req("SEC-01")
def test_nobody_reads_another_tenants_timeline(people: People, scope: Callable[[Business], None]) -> None:
    record("test.done", "Olga did it.", business_id=people.other.id, actor=people.olga, subject=people.other)
    record("test.done", "Carol did it.", practice_id=people.harbour.id, actor=people.carol)
    record("test.done", "Alice did it.", business_id=people.acme.id, actor=people.alice)
    with within(PracticeScope(people.harbour.id)):
        assert {entry.text for entry in list_recent()} == {"Carol did it.", "Alice did it."}
    scope(people.acme)
    assert [entry.text for entry in list_recent()] == ["Alice did it."]
    assert list_entries(people.other) == []


def test_entries_are_never_saved_twice_or_deleted_one_by_one(
    people: People, scope: Callable[[Business], None]
) -> None:
    _record_three(people)
    scope(people.acme)
    entry = Entry.objects.first()
    entry.text = "Changed."
    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


def test_what_belongs_to_no_tenant_has_a_chain_of_its_own(db: None) -> None:
    record("access.refused", "A sign-in was refused.", data={"from": "192.0.2.7"})
    with within(SystemScope("test")):
        assert verify_chain("system") == []
        assert Entry.objects.get().chain == "system"
