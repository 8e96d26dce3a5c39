"""Many documents dated before the new books: one decision about all or the ticked ones, and its way back."""

from datetime import date
from uuid import UUID

import pytest
from django.test import Client

from bookbind.activity.queries import list_entries
from bookbind.connections.models import Connection
from bookbind.documents import services
from bookbind.documents.models import Document
from bookbind.documents.queries import Tab, count_tabs
from bookbind.documents.services import archive
from bookbind.publishing.early import archive_early, publish_early
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import publish_anyway, request_publish
from bookbind.publishing.states import State
from tests.support.office import Office
from tests.support.pages import Page, read
from tests.support.queries import counting

pytestmark = [pytest.mark.django_db, pytest.mark.req("CHG-01", "PUB-11")]
FIRST_DAY = date(2026, 6, 1)
GROUP = "costs/?show=waiting&why=before_start"


@pytest.fixture
def moved(office: Office) -> Office:
    """Three documents dated before the books that Acme moved to, and one that is not; nothing was started."""
    Connection.objects.update(documents_from=FIRST_DAY, awaits_start=True)
    assert office.connection is not None
    office.connection.refresh_from_db()
    for number in (1, 2, 3):
        request_publish(office.bill(f"OLD-{number}", date=date(2026, 3, number)), office.user)
    request_publish(office.bill("NEW-1", date=FIRST_DAY, due_date=None), office.user)
    return office


def the(reference: str) -> Document:
    found: Document = Document.objects.get(reference=reference)
    return found


def reasons() -> dict[str, str]:
    rows = Publication.objects.exclude(state=State.WITHDRAWN)
    return dict(rows.values_list("document__reference", "reason"))


def list_early() -> list[UUID]:
    return list(Publication.objects.filter(reason=Reason.BEFORE_START).values_list("document_id", flat=True))


def ask(office: Office, client: Client, what: str, **chosen: object) -> Page:
    return read(client.get(office.url(f"costs/early/{what}"), chosen, follow=True))


def press(office: Office, client: Client, what: str, page: Page) -> Page:
    """Press the button of the page that asks."""
    documents = page.html.split('name="documents" value="')[1].split('"')[0]
    return read(client.post(office.url(f"costs/early/{what}"), {"documents": documents}, follow=True))


def test_they_are_found_together_from_the_list(moved: Office, alice: Client) -> None:
    waiting = read(alice.get(moved.url("costs/?show=waiting")))
    assert "All 4 Dated before the new books 3 Publishing not started 1" in waiting.text
    page = read(alice.get(waiting.link("Decide about 3 documents dated before the new books")))
    assert all(f"OLD-{number}" in page.text for number in (1, 2, 3))
    assert "NEW-1" not in page.text
    assert page.has_button("Publish anyway…")
    assert page.has_button("Archive…")
    assert page.link("Go back to publish these") == moved.url("settings/connections/")


def test_a_single_one_needs_no_ticking(moved: Office, alice: Client) -> None:
    press(moved, alice, "archive", ask(moved, alice, "archive", document=[str(the("OLD-1").id)]))
    assert "or tick some below" in read(alice.get(moved.url(GROUP))).text
    press(moved, alice, "archive", ask(moved, alice, "archive", document=[str(the("OLD-2").id)]))
    assert "or tick some below" not in read(alice.get(moved.url(GROUP))).text


def test_elsewhere_nothing_can_be_ticked(moved: Office, alice: Client) -> None:
    for path in ("costs/?show=waiting", "costs/?show=waiting&why=not_started", "costs/?show=review"):
        assert 'type="checkbox"' not in read(alice.get(moved.url(path))).html


def test_all_are_published_anyway_after_one_question(moved: Office, alice: Client) -> None:
    page = ask(moved, alice, "publish", show="waiting", why="before_start", all="yes")
    assert page.heading == "Publish 3 documents anyway?"
    assert "3 documents, £360.00, dated 1 March 2026 to 3 March 2026." in page.text
    assert "before the first day of Xero (Acme Ltd), and go there all the same" in page.text
    assert reasons()["OLD-1"] == Reason.BEFORE_START, "asking decides nothing"
    done = press(moved, alice, "publish", page)
    assert set(reasons().values()) == {Reason.NOT_STARTED}
    assert "3 documents wait: publishing not started." in done.text
    assert list_entries(the("OLD-1"))[0].actor_name == "Alice Admin"


def test_only_the_ticked_ones_are_decided_about(moved: Office, alice: Client) -> None:
    chosen = [str(the(name).id) for name in ("OLD-1", "NEW-1")]
    page = ask(moved, alice, "publish", document=chosen)
    assert "1 document, £120.00, dated 1 March 2026." in page.text, "NEW-1 waits for something else"
    assert "It is dated before the first day of Xero (Acme Ltd), and goes there all the same" in page.text
    press(moved, alice, "publish", page)
    assert reasons()["OLD-1"] == Reason.NOT_STARTED
    assert reasons()["OLD-2"] == Reason.BEFORE_START


def test_what_else_is_in_the_way_is_said(moved: Office, alice: Client) -> None:
    Connection.objects.update(locked_until=date(2026, 3, 1))
    page = press(moved, alice, "publish", ask(moved, alice, "publish", all="yes"))
    assert reasons()["OLD-1"] == Reason.PERIOD_LOCKED
    assert "1 document waits:" in page.text
    assert "2 documents wait: publishing not started." in page.text


def test_many_at_once_end_as_one_by_one(moved: Office) -> None:
    first, *others = Publication.objects.filter(reason=Reason.BEFORE_START).order_by("queued_at")
    publish_anyway(first, moved.user)
    publish_early([row.document_id for row in others], moved.user)
    names = ("state", "reason", "reason_data", "early_accepted", "error", "next_try_at")
    rows = Publication.objects.filter(document__reference__startswith="OLD").values(*names)
    assert len({str(row) for row in rows}) == 1
    told = {
        tuple((each.action, each.text, each.actor_id) for each in list_entries(document))[:2]
        for document in Document.objects.filter(reference__startswith="OLD")
    }
    assert len(told) == 1


def test_published_anyway_can_be_taken_back(moved: Office, alice: Client) -> None:
    press(moved, alice, "publish", ask(moved, alice, "publish", all="yes"))
    group = read(alice.get(read(alice.get(moved.url("costs/?show=waiting"))).link("Published anyway")))
    assert "NEW-1" not in group.text
    assert group.has_button("Take back…")
    page = ask(moved, alice, "take-back", show="waiting", why="early", all="yes")
    assert page.heading == "Take 3 documents back?"
    done = press(moved, alice, "take-back", page)
    assert "3 documents are taken back. They are to review again." in done.text
    assert count_tabs()[Tab.REVIEW] == 3
    assert list_entries(the("OLD-1"))[0].text == "Taken back before it was published."


def test_one_that_is_archived_is_spoken_of_as_one(moved: Office, alice: Client) -> None:
    page = ask(moved, alice, "archive", document=str(the("OLD-1").id))
    done = press(moved, alice, "archive", page)
    assert "1 document is in the archive." in done.text
    assert done.link("Show it, or bring it back")


def test_archived_together_they_are_found_and_brought_back_together(moved: Office, alice: Client) -> None:
    archive(moved.bill("OTHER").id, "archived", moved.user)
    page = ask(moved, alice, "archive", all="yes")
    assert page.heading == "Archive 3 documents?"
    done = press(moved, alice, "archive", page)
    assert "3 documents are in the archive." in done.text
    assert set(reasons()) == {"NEW-1"}
    assert list_entries(the("OLD-1"))[0].text == "Archived: dated before the new books."

    group = read(alice.get(done.link("Show them, or bring them back")))
    assert "All 4 Dated before the new books 3" in group.text
    assert "OTHER" not in group.text
    back = press(moved, alice, "restore", ask(moved, alice, "restore", document=str(the("OLD-2").id)))
    assert "1 document is brought back. It is to review again." in back.text
    assert (count_tabs()[Tab.ARCHIVE], count_tabs()[Tab.REVIEW]) == (3, 1)


def test_one_archived_on_its_own_page_is_kept_with_them(moved: Office, alice: Client) -> None:
    document = the("OLD-1")
    page = read(alice.get(moved.url(f"costs/{document.id}/")))
    assert 'name="why" value="dated before the new books"' in page.html
    alice.post(moved.url(f"costs/{document.id}/archive"), {"why": "dated before the new books"})
    assert the("OLD-1").archived_why == "dated before the new books"


def test_what_was_decided_meanwhile_is_left_and_said(moved: Office, alice: Client) -> None:
    page = ask(moved, alice, "archive", all="yes")
    publish_early([the("OLD-1").id], moved.user)
    done = press(moved, alice, "archive", page)
    assert "2 documents are in the archive." in done.text
    assert "1 document was decided about or sent meanwhile, and is left as it is." in done.text
    assert the("OLD-1").shelf == Document.Shelf.INBOX


def test_nothing_chosen_or_nonsense_decides_nothing(moved: Office, alice: Client) -> None:
    assert "Tick the documents first" in ask(moved, alice, "publish").text
    assert "Tick the documents first" in ask(moved, alice, "archive", document="nonsense").text
    alice.post(moved.url("costs/early/archive"), {"documents": "nonsense,"})
    assert count_tabs()[Tab.ARCHIVE] == 0


def test_a_crash_in_the_middle_decides_about_none(moved: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, done = services.archive, []

    def breaks(*given: object) -> None:
        if len(done) == 2:
            raise RuntimeError
        done.append(given)
        whole(*given)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(services, "archive", breaks)
    with pytest.raises(RuntimeError):
        archive_early([document.id for document in Document.objects.all()], moved.user)
    assert count_tabs()[Tab.ARCHIVE] == 0


def test_reads_do_not_grow_with_the_documents(moved: Office) -> None:
    publish_early([the("OLD-1").id], moved.user)
    with counting() as one:
        publish_early([the("OLD-2").id], moved.user)
    for number in range(4, 8):
        request_publish(moved.bill(f"OLD-{number}", date=date(2026, 3, number)), moved.user)
    with counting() as five:
        publish_early(list_early(), moved.user)
    assert sum("documentline" in query.lower() for query in five.queries) == sum(
        "documentline" in query.lower() for query in one.queries
    )


def test_amounts_of_different_currencies_are_told_apart(moved: Office, alice: Client) -> None:
    request_publish(moved.bill("EUR-1", currency="EUR", date=date(2026, 3, 9)), moved.user)
    page = ask(moved, alice, "publish", all="yes")
    assert "4 documents, €120.00 and £360.00, dated" in page.text
