"""Whatever people do in whatever order: no rule is lost, nothing published changes, no match strays."""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookbind.connections.models import Connection
from bookbind.lists.combine import combine, list_combinations, undo_combination
from bookbind.lists.errors import ListError
from bookbind.lists.models import Binding, ListItem
from bookbind.lists.services import bind_created
from bookbind.merge.errors import MergeError
from bookbind.merge.models import Applied
from bookbind.merge.undoing import find_blocking, undo
from bookbind.merge.using import find_last_applied, match_one, use_matches
from bookbind.providers.base.types import DocumentKind, RemoteEntry
from bookbind.publishing.models import Publication
from bookbind.publishing.states import State
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.models import Business
from bookbind.tenancy.scope import BusinessScope, within
from tests.merge.conftest import CATEGORIES, SUPPLIERS, Firm, Place, new_books, old_books
from tests.support import factories

MOVES = [
    "use",
    "use",
    "match",
    "match",
    "undo",
    "undo",
    "change",
    "back",
    "leave",
    "reconnect",
    "combine",
    "split",
    "create",
]
# A few in the suite; a long night may ask for hundreds.
STORIES = int(os.environ.get("BOOKBIND_STORIES", "12"))
STEPS = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 30)), min_size=3, max_size=12)


class Story:
    """One firm, what was published, and everything that people may do with it."""

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        firm.connect("xero", old_books())
        firm.rule()
        firm.rule("Paper Mill", "Advertising")
        self.rules = set(SupplierRule.objects.values_list("id", flat=True))
        self.published = self._publish()
        self.here_id = firm.connect("quickbooks", new_books()).connection.id
        self.codes = self._codes()
        # What stood at each place when the business left it, and which entries it had then.
        self.left: dict[int, tuple[set[Any], set[Any]]] = {}

    @property
    def here(self) -> Place:
        return next(place for place in self.firm.places if place.connection.id == self.here_id)

    def _publish(self) -> Publication:
        document = self.firm.bill()
        row: Publication = Publication.objects.create(
            business=self.firm.business,
            document=document,
            connection=self.firm.places[0].connection,
            state=State.PUBLISHED.value,
            marker=document.id.hex,
            queued_at=document.captured_at,
            labels={"lines": [{"category": "449 Motor expenses"}]},
            frozen={"kind": DocumentKind.BILL.value},
            remote_id="bill-1",
        )
        return row

    def _codes(self) -> dict[str, Any]:
        found: dict[str, Any] = Publication.objects.filter(id=self.published.id).values().get()
        return found

    def do(self, move: str, number: int) -> None:
        acts: dict[str, Callable[[int], object]] = {
            "use": self.use,
            "match": self.match,
            "undo": self.undo,
            "change": self.change,
            "back": self.back,
            "leave": self.leave,
            "reconnect": lambda _: self.here.read(),
            "combine": self.combine,
            "split": self.split,
            "create": self.create,
        }
        try:
            acts[move](number)
        except (MergeError, ListError):
            return

    def use(self, _: int) -> None:
        place = self.here
        use_matches(place.connection, self.firm.user, expected_version=place.version)

    def match(self, number: int) -> None:
        place = self.here
        items = list(ListItem.objects.filter(list=CATEGORIES, merged_into=None).order_by("id"))
        targets = list(place.connection.remote_items.filter(list=CATEGORIES).order_by("id"))
        item, target = items[number % len(items)], targets[number % len(targets)]
        match_one(place.connection, item.id, target.id, self.firm.user)

    def undo(self, _: int) -> None:
        applied = find_last_applied(self.here.connection)
        if applied is None or find_blocking(applied) is not None:
            return
        written = set(Binding.objects.filter(opened_in=applied.id).values_list("list_item_id", flat=True))
        before = self.here.bound()
        undo(applied, self.firm.user)
        self.left.pop(self.firm.places.index(self.here), None)
        untouched = {row for row in before if row[0] not in written}
        assert untouched <= self.here.bound(), "an undo touches what it wrote and nothing else"

    def change(self, number: int) -> None:
        self.leave(0)
        if len(self.firm.places) < 3:
            place = self.firm.connect("quickbooks" if number % 2 else "xero", new_books())
            self.here_id = place.connection.id
        else:
            self.back(number)

    def back(self, number: int) -> None:
        place = self.firm.places[number % len(self.firm.places)]
        self.firm.go_back(place)
        index = self.firm.places.index(place)
        if index in self.left:
            stood, known = self.left[index]
            # What somebody's match had freed in the books is adopted by the read, as something new.
            assert {row for row in place.bound() if row[0] in known} == stood, "each entry is where it was"
        self.here_id = place.connection.id

    def leave(self, _: int) -> None:
        known = set(ListItem.objects.values_list("id", flat=True))
        self.left[self.firm.places.index(self.here)] = self.here.bound(), known
        self.firm.leave()

    def combine(self, number: int) -> None:
        items = list(ListItem.objects.filter(list=SUPPLIERS, merged_into=None).order_by("id"))
        combine(items[number % len(items)], items[(number + 1) % len(items)], self.firm.user)

    def split(self, _: int) -> None:
        for combination in list_combinations(SUPPLIERS, 1):
            undo_combination(combination.id, self.firm.user)

    def create(self, number: int) -> None:
        """What publishing does with a supplier that the books lack."""
        place = self.here
        place.connection.refresh_from_db()
        if place.connection.stage != Connection.Stage.ACTIVE:
            return
        supplier = self.firm.supplier(f"New {number % 3}")
        entry = RemoteEntry(f"made-{number % 3}", "supplier", supplier.name)
        place.books.put(SUPPLIERS, entry)
        bind_created(supplier, place.connection, entry)

    def check(self) -> None:
        assert set(SupplierRule.objects.values_list("id", flat=True)) == self.rules
        assert all(rule.active and rule.category_id for rule in SupplierRule.objects.all())
        assert self._codes() == self.codes
        open_ = Binding.objects.filter(closed_at=None).select_related("remote_item")
        for binding in open_:
            assert binding.connection_id == binding.remote_item.connection_id
            assert binding.business_id == self.firm.business.id
        slots = list(open_.values_list("list_item_id", "connection_id", "use"))
        assert len(slots) == len(set(slots))
        undone = Applied.objects.filter(undone_at__isnull=False).values_list("id", flat=True)
        kept = {item for applied in Applied.objects.all() for item in applied.undone.get("kept", ())}
        if not kept:
            assert not open_.filter(opened_in__in=list(undone)).exists()


@pytest.mark.slow
@pytest.mark.req("CHG-07", "CHG-08", "CHG-10")
@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=STORIES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(steps=STEPS)
def test_no_rule_is_lost_and_no_match_strays_whatever_happens(steps: list[tuple[str, int]]) -> None:
    Business.objects.filter(name="Story Ltd").update(name="Told")
    business = factories.make_business("Story Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    with within(BusinessScope(business.id)):
        story = Story(Firm(business, user))
        for move, number in steps:
            story.do(move, number)
            story.check()
