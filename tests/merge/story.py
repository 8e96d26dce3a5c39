"""A business at three organisations of two vendors, and everything that people may do there, in any order."""

import random
from collections.abc import Callable
from contextlib import suppress
from copy import copy, deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from bookbind.connections import change as changes
from bookbind.connections.approvals import approve, refuse, turn_off, turn_on
from bookbind.connections.disconnect import disconnect
from bookbind.connections.errors import ChangeOver, ConnectionUnusable, NotConnected, SignInFailure
from bookbind.connections.models import Approval, Connection
from bookbind.connections.queries import find_main_connection, get_connection
from bookbind.connections.second_person import list_open
from bookbind.documents import services as documents
from bookbind.documents.capture import capture_file
from bookbind.documents.errors import DocumentError
from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.jobs.contract import known_kinds
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.combine import combine, undo_combination
from bookbind.lists.errors import ListError
from bookbind.lists.merging import adopt_chosen
from bookbind.lists.models import Binding, Combination, ListItem, RemoteItem
from bookbind.lists.services import archive_item, get_or_create_supplier, restore_item
from bookbind.lists.sync import request_sync
from bookbind.merge.creating import create_and_match, create_chosen, create_there
from bookbind.merge.drafting import NewChoice, forget_choices, save_choices
from bookbind.merge.errors import MergeError
from bookbind.merge.finishing import finish_list
from bookbind.merge.mapping_csv import export_mapping, import_mapping
from bookbind.merge.models import Applied
from bookbind.merge.preview import impact_now, preview
from bookbind.merge.reading import draft_version, find_draft
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.publishing import services as publishing
from bookbind.publishing.errors import PublishingError
from bookbind.publishing.models import Publication
from bookbind.publishing.ready import make_left_behind_ready, make_ready, review_again
from bookbind.publishing.reasons import Reason
from bookbind.publishing.resume import RECHECK
from bookbind.publishing.starting import start_publishing, start_summary
from bookbind.publishing.states import OPEN, State
from bookbind.publishing.switching import stop_change, undo_change
from bookbind.rules.errors import RuleError
from bookbind.rules.models import SupplierRule
from bookbind.rules.services import RuleInput, add_supplier_rule, save_supplier_rule
from bookbind.tenancy.models import Business, User
from tests.merge.story_world import (
    CATEGORIES,
    CUSTOMERS,
    SUPPLIERS,
    TAXES,
    TRACKING,
    VendorPeople,
    bound_at,
    held_for,
    rule_values,
)
from tests.support import papers
from tests.support.vendors import World

# What people are told instead of getting what they asked for; nothing else may come out of a step.
TOLD = (
    MergeError,
    ListError,
    PublishingError,
    SignInFailure,
    ChangeOver,
    NotConnected,
    ProviderError,
    ConnectionUnusable,
    DocumentError,
    RuleError,
)
QUIET = ("notifications.",)


class Story(VendorPeople):
    """Everything that may happen to one business, step by step; what was promised is checked in the step."""

    def __init__(self, world: World, business: Business, user: User, other: User) -> None:
        self.world, self.business, self.user, self.other = world, business, user, other
        self.random = random.Random(0)
        # Documents of which a person said that they may be written once more.
        self.allowed_twice: set[UUID] = set()
        self.undone: set[UUID] = set()
        # Whether nobody does anything at the same moment, so that what a page promised is what happens.
        self.is_alone = True
        self.rules: dict[UUID, tuple[UUID, dict[str, Any]]] = {}
        self.ahead = timedelta(0)
        clock.use_offset(lambda: self.ahead)
        world.sign_in(business, user, "x-1", "connect")
        self.work()
        items = {item.name: item.id for item in ListItem.objects.all()}
        every = {"category_id": items["Motor expenses"], "tax_rate_id": items["20% VAT"]}
        self._rule("City Fuel Ltd", RuleInput(**every))
        self._rule(
            "Paper Mill", RuleInput(category_id=items["Advertising"], tracking_1_id=items.get("North"))
        )
        self._rule("Both Ways Ltd", RuleInput(tax_rate_id=items["5% VAT"], auto_publish=True))
        self._rule("Nobody Yet", RuleInput(category_id=items["Sundries of x-1"]))
        for supplier in ("City Fuel Ltd", "Paper Mill"):
            publishing.request_publish(self._bill(supplier), user)
        self.work()
        self._bill("Both Ways Ltd")

    def again(self) -> "Story":
        """The same story from here, told otherwise: its books are others' from now on, its rows are not."""
        told = copy(self)
        told.world.books = deepcopy(self.world.books)
        told.allowed_twice, told.rules = self.allowed_twice.copy(), self.rules.copy()
        told.undone = set()
        clock.use_offset(lambda: told.ahead)
        return told

    # ---- looking

    @property
    def here(self) -> Connection:
        """The main connection; PublishingError where there is none."""
        found = find_main_connection(self.business.id)
        if found is None:
            raise PublishingError
        return get_connection(found.id)

    def pick(self, rows: Any) -> Any:
        """One of the rows by chance; MergeError where there is none."""
        found = list(rows)
        if not found:
            raise MergeError
        return self.random.choice(found)

    def item(self, *names: ListName) -> ListItem:
        lists = names or (CATEGORIES, TAXES, SUPPLIERS, CUSTOMERS, TRACKING)
        found: ListItem = self.pick(ListItem.objects.filter(list__in=lists).order_by("created_at", "id"))
        return found

    def version(self, connection: Connection) -> int:
        return draft_version(find_draft(connection))

    def who(self) -> User:
        return self.random.choice([self.user, self.other])

    # ---- a step

    def do(self, move: str, number: int) -> None:
        """One step; what people would be told instead is no fault."""
        self.random = random.Random(number)
        act: Callable[[], None] = getattr(self, move)
        with suppress(*TOLD):
            act()

    def beside(self) -> "Story":
        """Somebody else in the same story, who acts in another thread at the same moment."""
        person = copy(self)
        person.is_alone = False
        return person

    def work(self) -> None:
        """Let every job run that is due."""
        run_due(limit=200, kinds=[kind for kind in known_kinds() if not kind.startswith(QUIET)])

    def some_work(self) -> None:
        run_due(limit=1, kinds=[kind for kind in known_kinds() if not kind.startswith(QUIET)])

    def wait(self) -> None:
        steps = ({"seconds": 40}, {"minutes": 11}, {"hours": 26}, {"days": 8}, {"days": 40}, {"days": 366})
        self.skip(**self.random.choice(steps))

    def skip(self, **duration: float) -> None:
        """Product time goes on."""
        self.ahead += timedelta(**duration)

    # ---- connections

    def connect(self) -> None:
        self.world.sign_in(self.business, self.user, self._organisation(), "connect")

    def reconnect(self) -> None:
        here = self.here
        now = self.random.random() < 0.5
        self.world.sign_in(self.business, self.user, here.organisation_id, "reconnect", here, publish_now=now)

    def change(self) -> None:
        first = self.random.random() < 0.3
        self.world.sign_in(
            self.business, self.user, self._organisation(), "change", self.here, publish_first=first
        )

    def go_on_without(self) -> None:
        open_ = changes.find_open_change(self.business.id)
        if open_ is not None:
            changes.go_on_without(open_, self.user)

    def stop(self) -> None:
        open_ = changes.find_open_change(self.business.id)
        if open_ is not None:
            stop_change(open_, self.user)

    def undo_change(self) -> None:
        here = self.here
        change = changes.find_undoable(here)
        if change is not None:
            undo_change(change, self.user)

    def start(self) -> None:
        here = self.here
        if self.is_alone:
            self._settled(here)
        seen = start_summary(here)
        ready = set(held_for(here, Reason.NOT_STARTED).values_list("id", flat=True))
        if start_publishing(here, self.user):
            going = set(
                Publication.objects.filter(connection=here, state=State.WAITING).values_list("id", flat=True)
            )
            is_kept = not self.is_alone or seen.count == len(ready & going) == len(ready)
            assert is_kept, "as many go as Start publishing promised"

    def disconnect(self) -> None:
        disconnect(self.pick(Connection.objects.order_by("created_at")), self.user)

    def second_person(self) -> None:
        business = Business.objects.get(id=self.business.id)
        if business.second_person:
            turn_off(business, self.who())
        else:
            turn_on(business, self.user)

    def answer(self) -> None:
        """A second person decides about what was asked."""
        approval: Approval = self.pick(list_open(self.business.id))
        decide = approve if self.random.random() < 0.6 else refuse
        decide(approval, self.other if approval.asked_by_id == self.user.id else self.user)

    # ---- lists

    def read(self) -> None:
        names = self.random.sample(sorted(ListName), 2) if self.random.random() < 0.3 else None
        request_sync(self.here, names, full=self.random.random() < 0.5)
        if self.random.random() < 0.7:
            self.work()

    def combine(self) -> None:
        one = self.item(SUPPLIERS, CATEGORIES)
        other = self.item(ListName(one.list))
        combine(one, other, self.who())

    def split(self) -> None:
        standing = Combination.objects.filter(undone_at=None).order_by("combined_at")
        undo_combination(self.pick(standing).id, self.user)

    def archive_entry(self) -> None:
        archive_item(self.item(), self.user)

    def restore_entry(self) -> None:
        restore_item(self.pick(ListItem.objects.exclude(archived_at=None).order_by("created_at")), self.user)

    def adopt(self) -> None:
        there: RemoteItem = self.pick(RemoteItem.objects.filter(connection=self.here).order_by("remote_id"))
        adopt_chosen(ListName(there.list), there.id, self.user)

    # ---- Merge lists

    def choose(self) -> None:
        here = self.here
        save_choices(here, [self._choice(here)], self.who(), self.version(here))

    def forget(self) -> None:
        forget_choices(self.here, [self.item().id], self.who(), self.version(self.here))

    def use(self) -> None:
        here = self.here
        if self.is_alone:
            self._settled(here)
        names = [self.random.choice([CATEGORIES, TAXES, SUPPLIERS])] if self.random.random() < 0.3 else None
        seen, before = preview(here, names), impact_now(here)
        applied = use_matches(here, self.user, expected_version=self.version(here), names=names)
        if self.is_alone:
            assert (seen.matches, seen.taken_back) == (applied.opened_count, applied.closed_count)
        run_due(kinds=[RECHECK])
        if self.is_alone and not seen.creations:
            after = impact_now(here)
            assert seen.rules_ready == after.rules_ready
            assert seen.rules_gained >= after.rules_ready - before.rules_ready
            assert seen.still_waiting == after.still_waiting, (seen, after)
            assert seen.waiting_for == after.waiting_for

    def match(self) -> None:
        here = self.here
        item = self.item()
        use = self.random.choice(["any", "any", "costs", "sales"])
        match_one(here, item.id, self._target(here, ListName(item.list)).id, self.who(), use)

    def match_names(self) -> None:
        """Use what is proposed, then match by hand what is called the same."""
        self.do("use", 1)
        here = self.here
        for item in ListItem.objects.filter(merged_into=None).order_by("created_at"):
            there = RemoteItem.objects.filter(connection=here, list=item.list, name=item.name).first()
            if there is not None:
                with suppress(*TOLD):
                    match_one(here, item.id, there.id, self.user)

    def undo(self) -> None:
        applied: Applied = self.pick(Applied.objects.filter(undone_at=None).order_by("used_at"))
        written = set(Binding.objects.filter(opened_in=applied.id).values_list("list_item_id", flat=True))
        written |= set(Binding.objects.filter(closed_in=applied.id).values_list("list_item_id", flat=True))
        before = bound_at(applied.connection)
        undo(applied, self.who())
        untouched = {row for row in before if row[0] not in written}
        is_kept = not self.is_alone or untouched <= bound_at(applied.connection)
        assert is_kept, "an undo touches what it wrote and nothing else"
        self.undone.add(applied.connection_id)

    def create_there(self) -> None:
        here, item = self.here, self.item()
        create_there(here, item.id, self.who(), self.version(here))

    def create_and_match(self) -> None:
        create_and_match(self.here, self.item().id, self.who())

    def create_all(self) -> None:
        here = self.here
        create_chosen(here, self.user, self.version(here))

    def finish(self) -> None:
        finish_list(
            self.here, self.random.choice([CATEGORIES, TAXES, SUPPLIERS, CUSTOMERS, TRACKING]), self.user
        )

    def mapping_file(self) -> None:
        here = self.here
        content = "".join(export_mapping(here)).encode()
        if self.random.random() < 0.5:
            self.choose()
        import_mapping(here, content, self.user, self.version(here))

    def _choice(self, here: Connection) -> NewChoice:
        item = self.item()
        use = self.random.choice(["any", "any", "any", "costs", "sales"])
        action = self.random.choice(["match", "match", "match", "create", "leave"])
        target = self._target(here, ListName(item.list)).id if action == "match" else None
        return NewChoice(item.id, use, action, target, ticked=self.random.random() < 0.8)

    def _target(self, here: Connection, name: ListName) -> RemoteItem:
        rows = RemoteItem.objects.filter(connection=here, list=name).order_by("remote_id")
        found: RemoteItem = self.pick(rows)
        return found

    def _settled(self, here: Connection) -> None:
        """A page that was looked at when nothing was under way."""
        self.work()
        here.refresh_from_db()

    # ---- rules and documents

    def save_rule(self) -> None:
        supplier = self.item(SUPPLIERS)
        values = RuleInput(category_id=self.item(CATEGORIES).id, tax_rate_id=self.item(TAXES).id)
        save = add_supplier_rule if self.random.random() < 0.3 else save_supplier_rule
        self.keep_rule(save(supplier, values, self.user))

    def keep_rule(self, rule: SupplierRule) -> None:
        self.rules[rule.id] = (rule.supplier_id, rule_values(rule))

    def bill(self) -> None:
        supplier: ListItem = self.pick(ListItem.objects.filter(list=SUPPLIERS).order_by("created_at"))
        document = self._bill(supplier.name)
        if self.random.random() < 0.7:
            publishing.request_publish(document, self.who())

    def publish(self) -> None:
        publishing.request_publish(self._document(), self.who())

    def edit(self) -> None:
        document = self._document()
        values = self._values(self.item(SUPPLIERS))
        documents.save_document(document.id, values, document.version, self.who())

    def publish_everything(self) -> None:
        for document in Document.objects.order_by("captured_at"):
            with suppress(*TOLD):
                publishing.request_publish(get_document(document.id), self.who())

    def take_back_everything(self) -> None:
        for publication in Publication.objects.filter(state__in=list(OPEN)).order_by("queued_at"):
            with suppress(*TOLD):
                publishing.take_back(publication, self.user)

    def make_ready(self) -> None:
        make_ready(self._document().id, self.user)

    def review_again(self) -> None:
        review_again(self._document().id, self.user)

    def archive_document(self) -> None:
        documents.archive(self._document().id, "not ours", self.user)

    def restore_document(self) -> None:
        documents.restore(self._document().id, self.user)

    def take_back(self) -> None:
        publishing.take_back(self._open(), self.user)

    def release(self) -> None:
        publishing.release(self.here, self.user)

    def decide(self) -> None:
        """What a person may say of a document that waits for one."""
        open_: Publication = self.pick(
            Publication.objects.filter(state=State.HELD, reason__in=_ASKS).order_by("queued_at")
        )
        said = self.random.choice(["anyway", "look", "twin", "supplier"])
        if said == "anyway":
            self.allowed_twice.add(open_.document_id)
            publishing.publish_anyway(open_, self.user)
        elif said == "look":
            publishing.look_again(open_)
        elif said == "supplier":
            publishing.accept_new_supplier(open_, self.user)
        elif open_.reason_data.get("twins"):
            self.allowed_twice.add(open_.document_id)
            publishing.attach_to_twin(open_, open_.reason_data["twins"][0]["remote_id"], self.user)

    def keep_left_behind(self) -> None:
        make_left_behind_ready(self.business.id, self.user)

    def _open(self) -> Publication:
        found: Publication = self.pick(Publication.objects.filter(state__in=list(OPEN)).order_by("queued_at"))
        return found

    def _document(self) -> Document:
        return get_document(self.pick(Document.objects.order_by("captured_at", "id")).id)

    def _rule(self, supplier: str, values: RuleInput) -> None:
        item = get_or_create_supplier(self.business.id, supplier, self.user)
        self.keep_rule(save_supplier_rule(item, values, self.user))

    def _bill(self, supplier: str) -> Document:
        document = self.new_document()
        item = get_or_create_supplier(self.business.id, supplier, self.user)
        return documents.save_document(document.id, self._values(item), document.version, self.user)

    def new_document(self) -> Document:
        """One with a file, then one without."""
        if Document.objects.count() % 2:
            return capture_file(self.business, self.user, "bill.pdf", _PAPER)
        made: Document = Document.objects.create(
            business=self.business, currency="GBP", captured_at=clock.now(), captured_by=self.user
        )
        return made

    def _values(self, supplier: ListItem) -> DocumentInput:
        costs = ListItem.objects.filter(list=CATEGORIES, details__side="costs")
        return self.values_of(supplier, self.pick(costs.order_by("created_at", "id")))

    def values_of(self, supplier: ListItem, category: ListItem) -> DocumentInput:
        """A complete bill; what else it names is chance."""
        taxes = ListItem.objects.filter(list=TAXES).order_by("created_at", "id")
        tracking = ListItem.objects.filter(list=TRACKING).order_by("created_at", "id")
        line = LineInput(
            description="Something",
            net=Decimal(100),
            tax=Decimal(20),
            category_id=category.id,
            tax_rate_id=self.pick(taxes).id,
            tracking_1_id=self.random.choice([None, *[each.id for each in tracking]]),
        )
        day = date(2026, 3, 3)
        return DocumentInput(
            currency="GBP",
            supplier_id=supplier.id,
            kind=DocumentKind.BILL,
            publish_as=self.random.choice([PublishAs.AWAITING_PAYMENT, ""]),
            date=day,
            due_date=day + timedelta(days=30),
            reference=f"INV-{self.random.randint(1, 9)}",
            total=Decimal(120),
            lines=(line,),
        )


_PAPER = papers.pdf("bill")
_ASKS = [Reason.UNKNOWN, Reason.TWIN, Reason.BEFORE_START, Reason.NEW_SUPPLIER]
