"""What must be true after every step of a story, whatever the step was."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from bookbind.connections.change import awaits_approval, find_open_change, find_undoable
from bookbind.connections.models import Change, Connection, Stay
from bookbind.connections.queries import LIVE_STAGES, find_main_connection, get_connection, status_of
from bookbind.documents.models import Document
from bookbind.jobs.models import Job
from bookbind.lists.models import Binding, ListSync
from bookbind.lists.queries import combined_into
from bookbind.lists.sync import SYNC_JOB
from bookbind.merge.models import Applied
from bookbind.publishing.messages import explain_publication, words_of
from bookbind.publishing.models import Delivery, Publication, Resume
from bookbind.publishing.placement import QUEUE, is_cut_off
from bookbind.publishing.queries import list_left_behind
from bookbind.publishing.reasons import Reason
from bookbind.publishing.resume import RECHECK
from bookbind.publishing.states import FROZEN, OPEN, State, stage_of
from bookbind.publishing.switching import SWITCH_JOB
from bookbind.rules.models import SupplierRule
from tests.merge.story import Story
from tests.merge.story_world import bound_at, rule_values

# Columns of a published document that may still change: only what became of its file.
_PAPER = ("paper", "paper_attempts", "paper_next_try_at", "paper_error", "paper_remote_id")


class Watch:
    """Remembers what may never change, and looks at everything after each step."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.published: dict[UUID, dict[str, Any]] = {}
        # What stood at each connection that the business is not at now, when it left.
        self.left: dict[UUID, set[tuple[UUID, str, str]]] = {}
        self.live: set[UUID] = set()

    def look(self) -> None:
        """Everything that must be true at any moment."""
        self._no_rule_is_lost()
        self._published_stays()
        self._each_document_is_there_once()
        self._bindings_stay_at_home()
        self._books_are_at_one_place()
        self._what_was_left_stays_as_it_was()
        self._documents_stand_as_their_publications()
        self._whatever_waits_has_a_reason()
        self._whatever_is_owed_is_queued()
        failed = Job.objects.exclude(last_error="").values_list("kind", "last_error")
        assert not list(failed), list(failed)

    def _no_rule_is_lost(self) -> None:
        into = combined_into()
        rules = {rule.id: rule for rule in SupplierRule.objects.all()}
        assert rules.keys() == self.story.rules.keys()
        for id_, (supplier, values) in self.story.rules.items():
            assert rule_values(rules[id_]) == values, "a rule says what it said"
            assert into.get(rules[id_].supplier_id, rules[id_].supplier_id) == into.get(supplier, supplier)

    def _published_stays(self) -> None:
        now = {row["id"]: row for row in Publication.objects.filter(state=State.PUBLISHED).values()}
        for id_, before in self.published.items():
            assert {k: v for k, v in now[id_].items() if k not in _PAPER} == before
        self.published |= {id_: {k: v for k, v in row.items() if k not in _PAPER} for id_, row in now.items()}

    def _each_document_is_there_once(self) -> None:
        owners = dict(Publication.objects.values_list("marker", "document_id"))
        places = dict(Publication.objects.values_list("marker", "connection__organisation_id"))
        there: Counter[UUID] = Counter()
        for organisation_id, books in self.story.world.books.items():
            for marker in books.markers():
                assert places[marker] == organisation_id, "in the books that it was asked for"
                there[owners[marker]] += 1
        twice = {id_ for id_, count in there.items() if count > 1}
        assert not twice - self.story.allowed_twice, "a document stands in the books once"

    def _bindings_stay_at_home(self) -> None:
        open_ = Binding.objects.filter(closed_at=None)
        away = ~Q(connection=F("remote_item__connection")) | ~Q(business=F("list_item__business"))
        assert not open_.filter(away).exists(), "no match points across connections"
        products = open_.filter(list_item__list="categories", remote_item__list="products")
        strangers = open_.exclude(list_item__list=F("remote_item__list")).exclude(
            id__in=products.values("id")
        )
        assert not strangers.exists()
        undone = Applied.objects.filter(undone_at__isnull=False)
        if not any(applied.undone.get("kept") for applied in undone):
            assert not open_.filter(opened_in__in=undone.values("id")).exists(), (
                "an undone match holds no more"
            )

    def _books_are_at_one_place(self) -> None:
        active = set(Connection.objects.filter(stage=Connection.Stage.ACTIVE).values_list("id", flat=True))
        staying = set(Stay.objects.filter(ended_at=None).values_list("connection_id", flat=True))
        assert len(active) <= 1
        assert staying == active, "a stay is open where the books are, and nowhere else"
        main = find_main_connection(self.story.business.id)
        open_ = find_open_change(self.story.business.id)
        for left in Connection.objects.filter(stage=Connection.Stage.LEFT):
            back = Change.objects.filter(
                left=left, switched_at__isnull=False, started_at=None, undone_at=None, stopped_at=None
            )
            assert back.exists(), "what is kept for an undo can be undone to"
            assert main is not None, "what is kept for an undo is kept while there are books to leave"
            assert main.awaits_start
            can_undo = find_undoable(get_connection(main.id)) is not None
            assert can_undo or open_ is not None, "kept for an undo that is possible, now or after a stop"
        handing = set(Connection.objects.filter(hands_over=True).values_list("id", flat=True))
        assert handing <= ({open_.left_id} if open_ else set()), "nobody else would let it go on again"
        setting_up = Connection.objects.filter(stage=Connection.Stage.SETTING_UP, place="main")
        if active:
            joining = {open_.joined_id} if open_ else set()
            assert set(setting_up.values_list("id", flat=True)) <= joining

    def _what_was_left_stays_as_it_was(self) -> None:
        rows = list(Connection.objects.all())
        for connection in rows:
            now = bound_at(connection)
            is_live = connection.stage in LIVE_STAGES
            if connection.id in self.story.undone:
                self.left.pop(connection.id, None)
            elif not is_live and connection.id in self.left:
                assert now == self.left[connection.id], "in books that were left nothing is matched anew"
            if not is_live:
                self.left.setdefault(connection.id, now)
            elif connection.id not in self.live and connection.id in self.left:
                assert self.left.pop(connection.id) <= now | self._gone(connection), (
                    "each entry is where it was"
                )
        self.story.undone.clear()
        self.live = {connection.id for connection in rows if connection.stage in LIVE_STAGES}

    def _gone(self, connection: Connection) -> set[tuple[UUID, str, str]]:
        """What stood here and was moved by the vendor, who merged it into another."""
        rows = Binding.objects.filter(connection=connection, closed_why="merged_at_vendor")
        return set(rows.values_list("list_item_id", "use", "remote_item__remote_id"))

    def _documents_stand_as_their_publications(self) -> None:
        latest: dict[UUID, Publication] = {}
        for row in Publication.objects.order_by("created_at", "id"):
            current = latest.get(row.document_id)
            if current is None or current.state == State.WITHDRAWN or row.state != State.WITHDRAWN:
                latest[row.document_id] = row
        open_ = Counter(row.document_id for row in Publication.objects.filter(state__in=list(OPEN)))
        done = Counter(row.document_id for row in Publication.objects.filter(state=State.PUBLISHED))
        assert all(count == 1 for count in (open_ + done).values()), "one publication stands for a document"
        for document in Document.objects.all():
            publication = latest.get(document.id)
            if publication is None:
                assert document.stage in ("review", "ready")
                assert document.frozen_at is None
                continue
            state = State(publication.state)
            expected = {"review", "ready"} if state is State.WITHDRAWN else {stage_of(state)}
            assert document.stage in expected, (document.stage, state)
            assert (document.frozen_at is not None) == (state in FROZEN), (document.frozen_at, state)
            if document.shelf == Document.Shelf.ARCHIVE:
                assert state not in OPEN, "what was put aside does not wait"

    def _whatever_waits_has_a_reason(self) -> None:
        main = find_main_connection(self.story.business.id)
        for row in Publication.objects.filter(state__in=list(OPEN)).select_related("connection", "document"):
            if row.state in (State.HELD, State.REJECTED):
                message = explain_publication(row, words_of(row.connection))
                assert message is not None, "what waits says why"
                assert message.headline
                assert message.next
            if row.connection.stage in LIVE_STAGES or main is None:
                continue
            # At books that were left: on the list of what was left behind, or for a person to decide.
            undecided = row.state in (State.SENDING, State.UNKNOWN) or row.reason == Reason.UNKNOWN
            behind = list_left_behind(self.story.business.id).filter(id=row.id).exists()
            assert undecided or behind or row.state == State.REJECTED, (row.state, row.reason)

    def _whatever_is_owed_is_queued(self) -> None:
        for change in Change.objects.filter(switched_at=None, stopped_at=None).exclude(ready_at=None):
            is_asked = awaits_approval(change)
            assert is_asked or self._is_queued(SWITCH_JOB, change.joined_id), "a change that is ready comes"
        for connection in Connection.objects.filter(stage__in=LIVE_STAGES):
            queued = Publication.objects.filter(connection=connection)
            going = queued.filter(state__in=[State.WAITING, State.SENDING, State.UNKNOWN])
            papers = queued.filter(state=State.PUBLISHED, paper=Publication.Paper.WAITING)
            rests = is_cut_off(status_of(get_connection(connection.id)))
            if (going.exists() or papers.exists()) and not rests and connection.stage == "active":
                returning = Resume.objects.filter(connection=connection, checked_at=None, lists_read_at=None)
                assert self._is_queued(QUEUE, connection.id) or returning.exists(), (
                    "what waits to be sent is sent"
                )
            asked = ListSync.objects.filter(connection=connection, requested_at__isnull=False)
            if asked.exclude(state=ListSync.State.FAILED).exists():
                assert self._is_queued(SYNC_JOB, connection.id), "a list that was asked for is read"
        for resume in Resume.objects.filter(checked_at=None, connection__stage__in=LIVE_STAGES):
            if resume.lists_read_at is not None:
                waits = self._is_queued(RECHECK, resume.connection_id) or self._is_queued(
                    QUEUE, resume.connection_id
                )
                assert waits, "a return that can be checked is checked"

    def _is_queued(self, kind: str, key: UUID) -> bool:
        return Job.objects.filter(kind=kind, key=str(key)).exists()

    def rest(self) -> None:
        """Everything that must be true once no job is due: what waits, waits for a person or for a vendor."""
        self.story.work()
        self.look()
        here = find_main_connection(self.story.business.id)
        if here is None or not status_of(here).can_publish or here.stage != Connection.Stage.ACTIVE:
            return
        rows = Publication.objects.filter(connection=here, state=State.WAITING)
        late = [row for row in rows if row.next_try_at is None]
        resting = Publication.objects.filter(connection=here, next_try_at__isnull=False).exists()
        asked = ListSync.objects.filter(connection=here, requested_at__isnull=False).exists()
        assert not late or resting or asked or here.hands_over, "nothing lies in a queue that nobody works"
        undecided = Delivery.objects.filter(
            connection=here, outcome=Delivery.Outcome.OPEN, purpose="document"
        )
        assert not undecided.exists() or resting
