"""The Connections page and what Manage leads to: state in words, the one thing that helps, what is kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookbind.activity.services import record
from bookbind.connections.models import Connection, Stay
from bookbind.documents.models import Document, DocumentLine
from bookbind.jobs.models import Job
from bookbind.kit import clock
from bookbind.kit.text import show_date
from bookbind.lists.models import Binding, ListItem, ListSync, RemoteItem
from bookbind.notifications.models import Mail
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.publishing.configuration import get_settings
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People, make_connection, make_list_item
from tests.support.pages import Page, read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse
from tests.web.test_clients import make_waiting

SIX = ("Settings", "Reconnect", "Refresh integration data", "Change connection", "Merge lists", "Disconnect")


@pytest.fixture
def admin(people: People, browse: Browse) -> Client:
    return browse(people.alice)


def root(people: People) -> str:
    return f"/b/{people.acme.slug}/settings/connections/"


def lapsed(people: People, **fields: Any) -> Connection:
    ended = clock.now() - timedelta(days=1)
    return make_connection(people.acme, people.alice, consent_expires_at=ended, lapsed_at=ended, **fields)


def menu(page: Page) -> str:
    start = page.text.index("Manage Settings")
    return page.text[start : page.text.index("Connected by")]


def test_a_healthy_connection_is_calm(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    assert connection.consent_expires_at is not None
    page = read(admin.get(root(people)))
    assert f"Connected until {show_date(connection.consent_expires_at.date())}" in page.text
    assert "button-primary" not in page.html
    assert not page.has_button("Reconnect Xero")
    assert f"Connected by {people.alice.get_full_name()}" in page.text


def test_manage_always_has_the_same_six(people: People, admin: Client) -> None:
    make_connection(people.acme, people.alice)
    healthy = menu(read(admin.get(root(people))))
    with within(BusinessScope(people.acme.id)):
        now = clock.now()
        Connection.objects.update(down_since=now, next_try_at=now + timedelta(minutes=5))
    down = menu(read(admin.get(root(people))))
    for text in (healthy, down):
        positions = [text.index(label) for label in SIX]
        assert positions == sorted(positions)
    assert "Your connection is fine; Xero will answer again." in down
    assert "Not while it isn't answering." in down
    assert "Your connection is fine" not in healthy


@pytest.mark.req("REC-01", "ERR-01")
def test_an_expired_connection_says_all_that_matters(people: People, admin: Client) -> None:
    connection = lapsed(people)
    make_waiting(connection, 2, people.alice)
    page = read(admin.get(root(people)))
    assert "Expired" in page.text
    assert f"Your connection to Xero ({people.acme.name}) expired on" in page.text
    assert "Connections last one year." in page.text
    assert "2 documents" in page.text
    assert "none was sent, none is lost" in page.text
    assert page.link("2 documents waiting").endswith("costs/?show=waiting")
    assert page.has_button("Reconnect Xero")
    assert page.link("I can't sign in to Xero").endswith("/help")


def test_an_outage_offers_no_reconnect(people: People, admin: Client) -> None:
    now = clock.now()
    make_connection(people.acme, people.alice, down_since=now, next_try_at=now + timedelta(minutes=5))
    page = read(admin.get(root(people)))
    assert "Xero isn't answering" in page.text
    assert "there is nothing to do" in page.text
    assert not page.has_button("Reconnect Xero")


def test_a_revoked_connection_is_not_called_expired(people: People, admin: Client) -> None:
    make_connection(people.acme, people.alice, trouble_cause="revoked", trouble_at=clock.now())
    page = read(admin.get(root(people)))
    assert "Removed in Xero" in page.text
    assert "was removed in Xero" in page.text
    assert "expired" not in page.text.lower().replace("expires", "")
    assert page.link("Who could have done this?").endswith("/help")


def test_the_vendors_own_words_are_escaped_and_behind_details(people: People, admin: Client) -> None:
    nasty = "<script>alert(1)</script>"
    make_connection(
        people.acme,
        people.alice,
        trouble_cause="revoked",
        trouble_at=clock.now(),
        trouble_error={"vendor_text": nasty},
    )
    page = read(admin.get(root(people)))
    assert nasty not in page.html
    assert "&lt;script&gt;" in page.html
    assert page.html.index("Details") < page.html.index("&lt;script&gt;")


def test_the_name_of_another_organisation_is_confirmed_once(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice, organisation={"name": "Somebody Else plc"})
    page = read(admin.get(root(people)))
    assert "Connected, name differs" in page.text
    assert page.has_button("It is the right one")
    after = read(admin.post(f"{root(people)}{connection.id}/confirm-name", follow=True))
    assert "name differs" not in after.text


def test_earlier_connections_are_listed_apart(people: People, admin: Client) -> None:
    make_connection(people.acme, people.alice, stage=Connection.Stage.ENDED)
    page = read(admin.get(root(people)))
    assert page.text.index("Earlier") > page.text.index("Bill.com")
    assert page.has_button("Connect Xero")


@pytest.mark.parametrize(
    "page", ["settings", "refresh", "disconnect", "history", "change/", "merge/", "help"]
)
def test_every_page_of_manage_opens_with_its_heading(page: str, people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    opened = read(admin.get(f"{root(people)}{connection.id}/{page}"))
    assert opened.status == 200
    assert opened.heading
    assert opened.link("Connections") == root(people)


@pytest.mark.parametrize("page", ["settings", "refresh", "disconnect", "history", "help", "confirmed"])
def test_another_businesss_connection_does_not_exist(page: str, people: People, admin: Client) -> None:
    foreign = make_connection(people.other, people.olga)
    assert admin.get(f"{root(people)}{foreign.id}/{page}").status_code == 404
    assert admin.post(f"{root(people)}{foreign.id}/disconnect").status_code == 404


def test_a_refresh_asks_for_all_lists_or_one(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    with within(BusinessScope(people.acme.id)):
        for name in get_provider("xero").lists:
            rows = {"business": people.acme, "connection": connection, "list": name}
            ListSync.objects.create(**rows, state=ListSync.State.COMPLETE, wants_full=False)
    address = f"{root(people)}{connection.id}/refresh"
    read(admin.post(address, {"list": "suppliers"}, follow=True))
    with within(BusinessScope(people.acme.id)):
        assert [row.list for row in ListSync.objects.filter(wants_full=True)] == ["suppliers"]
    assert Job.objects.filter(kind="lists.sync", key=str(connection.id)).exists()
    page = read(admin.post(address, follow=True))
    with within(BusinessScope(people.acme.id)):
        assert ListSync.objects.filter(wants_full=True).count() == 8
    assert 'hx-trigger="every 1s"' in page.html
    assert not page.has_button("Refresh Suppliers")


def test_nothing_is_refreshed_while_it_could_not_work(people: People, admin: Client) -> None:
    connection = lapsed(people)
    page = read(admin.post(f"{root(people)}{connection.id}/refresh"))
    assert "Reconnect first." in page.text
    with within(BusinessScope(people.acme.id)):
        assert not ListSync.objects.exists()


def test_a_lists_last_error_is_shown_with_what_stays(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    with within(BusinessScope(people.acme.id)):
        ListSync.objects.create(
            business=people.acme,
            connection=connection,
            list="suppliers",
            state=ListSync.State.FAILED,
            item_count=412,
            last_success_at=clock.now(),
            last_error={"kind": "transient", "text": "the raw words"},
        )
    page = read(admin.get(f"{root(people)}{connection.id}/refresh"))
    assert "The last read failed" in page.text
    assert "What was read before stays in use." in page.text
    assert "the raw words" in page.text


def test_disconnect_says_what_is_kept_before_it_asks(people: People, admin: Client) -> None:
    connection = lapsed(people)
    make_waiting(connection, 3, people.alice)
    page = read(admin.get(f"{root(people)}{connection.id}/disconnect"))
    assert "Documents: 3 waiting. They can be coded, made ready and exported." in page.text
    assert "Lists: none yet. You keep them here yourself." in page.text
    assert "Supplier rules: none yet. Those that you make code what arrives." in page.text
    assert "3 waiting" in page.text
    assert "3 waiting documents" in page.text
    with within(BusinessScope(people.acme.id)):
        assert Connection.objects.get(id=connection.id).stage == Connection.Stage.ACTIVE


def test_what_is_kept_of_lists_is_counted_in_plain_words(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    make_list_item(people.acme, "Motor", ListName.CATEGORIES)
    for number in range(5):
        make_list_item(people.acme, f"Site {number}", ListName.TRACKING_2)
    page = read(admin.get(f"{root(people)}{connection.id}/disconnect"))
    assert "Lists: 1 category, 5 entries of Projects 2." in page.text


@pytest.mark.parametrize(
    ("stages", "then"),
    [
        ((), "none yet. What arrives can be coded"),
        (("published",), "1 published. What arrives can be coded"),
        (("review", "published"), "1 to review, 1 published. Those that are not published can be coded"),
    ],
)
def test_what_can_be_done_with_documents_after_a_disconnect(
    stages: tuple[str, ...], then: str, people: People, admin: Client
) -> None:
    connection = make_connection(people.acme, people.alice)
    with within(BusinessScope(people.acme.id)):
        for stage in stages:
            Document.objects.create(
                business=people.acme, currency="GBP", captured_at=clock.now(), stage=stage
            )
    page = read(admin.get(f"{root(people)}{connection.id}/disconnect"))
    assert f"Documents: {then}, made ready and exported." in page.text


def test_the_settings_name_what_was_disconnected(people: People, admin: Client, browse: Browse) -> None:
    hub = f"/b/{people.acme.slug}/settings/"
    assert "No accounting software connected yet" in read(admin.get(hub)).text
    connection = make_connection(people.acme, people.alice, stage=Connection.Stage.ENDED)
    with within(BusinessScope(people.acme.id)):
        Stay.objects.filter(connection=connection).update(ended_at=clock.now())
    assert "Xero (Acme Ltd): Disconnected" in read(admin.get(hub)).text
    told = read(browse(people.bob).get(hub)).text
    assert "Xero (Acme Ltd): Disconnected" in told
    assert "Documents can be coded and exported without it." in told


def test_the_history_leads_to_the_document_that_an_entry_is_about(people: People, admin: Client) -> None:
    supplier = make_list_item(people.acme, "City Fuel", ListName.SUPPLIERS)
    said = "Published to Xero (Acme Ltd)."
    with within(BusinessScope(people.acme.id)):
        captured = {"business": people.acme, "currency": "GBP", "captured_at": clock.now()}
        named = Document.objects.create(**captured, supplier=supplier, reference="INV-7")
        bare = Document.objects.create(**captured)
        for subject in (named, bare, people.alice):
            record("publication.published", said, business_id=people.acme.id, subject=subject)
    page = read(admin.get(f"/b/{people.acme.slug}/settings/history/"))
    assert page.link("City Fuel · INV-7") == f"/b/{people.acme.slug}/costs/{named.id}/"
    assert page.link("Open the document") == f"/b/{people.acme.slug}/costs/{bare.id}/"
    assert page.text.count(said) == 3


@pytest.mark.req("UX-04")
def test_documents_add_no_queries_to_the_history(people: People, admin: Client) -> None:
    supplier = make_list_item(people.acme, "City Fuel", ListName.SUPPLIERS)

    def add() -> None:
        with within(BusinessScope(people.acme.id)):
            for _ in range(5):
                document = Document.objects.create(
                    business=people.acme, currency="GBP", captured_at=clock.now(), supplier=supplier
                )
                record("document.captured", "Captured.", business_id=people.acme.id, subject=document)

    add()
    assert_rows_add_no_queries(lambda: admin.get(f"/b/{people.acme.slug}/settings/history/"), add, 20)


def bound(people: People, connection: Connection, name: str, list_name: ListName) -> ListItem:
    """An entry of ours with its match."""
    item = make_list_item(people.acme, name, list_name)
    with within(BusinessScope(people.acme.id)):
        remote = RemoteItem.objects.create(
            business=people.acme,
            connection=connection,
            list=list_name,
            remote_type="x",
            remote_id=name,
            name=name,
            folded_name=name.lower(),
            changed_at=clock.now(),
        )
        Binding.objects.create(
            business=people.acme,
            list_item=item,
            connection=connection,
            remote_item=remote,
            opened_at=clock.now(),
            opened_why="adopted",
        )
    return item


def settings_values(**changes: Any) -> dict[str, Any]:
    values = {
        "publish_to": "bill",
        "publish_as": "awaiting_payment",
        "tax_amounts": "computed",
        "new_suppliers": "ask",
        "auto_publish": "on",
        "books_closed_until": "2026-03-31",
    }
    return {**values, **changes}


def test_all_settings_are_saved_and_shown_again(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    rate = bound(people, connection, "20% VAT", ListName.TAX_RATES)
    bank = bound(people, connection, "Current account", ListName.BANK_ACCOUNTS)
    supplier = bound(people, connection, "City Fuel", ListName.SUPPLIERS)
    address = f"{root(people)}{connection.id}/settings"
    values = settings_values(
        default_tax_rate=str(rate.id), paid_from=str(bank.id), add_exception=str(supplier.id)
    )
    page = read(admin.post(address, values, follow=True))
    assert "Settings saved." in page.text
    with within(BusinessScope(people.acme.id)):
        saved = get_settings(connection)
        assert (saved.publish_to, saved.publish_as) == ("bill", "awaiting_payment")
        assert (saved.default_tax_rate_id, saved.paid_from_id) == (rate.id, bank.id)
        assert (saved.tax_amounts, saved.new_suppliers, saved.auto_publish) == ("computed", "ask", True)
        assert str(saved.books_closed_until) == "2026-03-31"
        assert list(saved.auto_publish_exceptions.all()) == [supplier]
    assert "City Fuel" in page.text
    assert "Publishes as Bill, Awaiting payment" in read(admin.get(root(people))).text
    read(admin.post(address, settings_values(exceptions=[])))
    with within(BusinessScope(people.acme.id)):
        assert not get_settings(connection).auto_publish_exceptions.exists()


def test_a_finality_that_the_vendor_lacks_is_refused_in_its_words(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    values = settings_values(publish_to="expense", publish_as="draft")
    page = read(admin.post(f"{root(people)}{connection.id}/settings", values))
    assert page.status == 422
    assert "Xero takes Spend money only as: Recorded as spent." in page.text


@pytest.mark.parametrize("field", ["default_tax_rate", "paid_from", "add_exception", "exceptions"])
def test_an_entry_of_another_business_is_refused(field: str, people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    foreign = make_list_item(people.other, "Theirs", ListName.SUPPLIERS)
    page = read(
        admin.post(f"{root(people)}{connection.id}/settings", settings_values(**{field: str(foreign.id)}))
    )
    assert page.status == 422
    assert "Theirs" not in page.html


def test_a_standard_user_asks_once_a_day(people: People, browse: Browse) -> None:
    connection = lapsed(people)
    bob = browse(people.bob)
    address = f"{root(people)}{connection.id}/ask"
    hub = f"/b/{people.acme.slug}/settings/"
    first = read(bob.post(address, {"next": hub}, follow=True))
    assert first.path == hub
    assert "Asked today at" in first.text
    mails = Mail.objects.count()
    assert mails == 3
    read(bob.post(address, {"next": hub}))
    assert Mail.objects.count() == mails
    assert not read(bob.get(hub)).has_button("Ask them")


@pytest.mark.parametrize("away", ["//evil.test/", "https://evil.test/", "/\\evil.test"])
def test_asking_never_leads_away(away: str, people: People, browse: Browse) -> None:
    connection = lapsed(people)
    response = browse(people.bob).post(f"{root(people)}{connection.id}/ask", {"next": away})
    assert response["Location"] == f"/b/{people.acme.slug}/costs/"


def test_the_accountant_may_do_what_an_admin_may(people: People, browse: Browse) -> None:
    connection = lapsed(people)
    carol = browse(people.carol)
    assert read(carol.get(root(people))).has_button("Reconnect Xero")
    assert carol.get(f"{root(people)}{connection.id}/settings").status_code == 200


def name_on_documents(people: People, items: list[ListItem]) -> None:
    """Let a waiting document use each of these categories."""
    with within(BusinessScope(people.acme.id)):
        for document, item in zip(Document.objects.filter(lines=None), items, strict=False):
            DocumentLine.objects.create(
                business=people.acme, document=document, position=1, category=item, net=1
            )


def mark_read(people: People, connection: Connection) -> None:
    """The categories were read whole."""
    with within(BusinessScope(people.acme.id)):
        ListSync.objects.create(
            business=people.acme,
            connection=connection,
            list=ListName.CATEGORIES,
            state=ListSync.State.COMPLETE,
            last_success_at=clock.now(),
        )


def test_entries_and_history_add_no_queries(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    mark_read(people, connection)
    with within(BusinessScope(people.acme.id)):
        made = {"captured_at": clock.now(), "captured_by": people.alice, "stage": Document.Stage.READY}
        Document.objects.create(business=people.acme, currency="GBP", **made)
    # One without a match from the start: where there is none, nobody asks what uses it.
    without = make_list_item(people.acme, "Unmatched")
    name_on_documents(people, [bound(people, connection, "In use", ListName.CATEGORIES), without])

    def more() -> None:
        for number in range(15):
            bound(people, connection, f"Category {number}", ListName.CATEGORIES)
        unmatched = [make_list_item(people.acme, f"Unmatched {number}") for number in range(15)]
        make_waiting(connection, 15, people.alice)
        name_on_documents(people, unmatched)

    # One of these reads the publications beside the documents: asked inside that question they multiply.
    assert_rows_add_no_queries(lambda: admin.get(root(people)), more, most=25)
    assert "15 unmatched entries" in read(admin.get(root(people))).text


@pytest.mark.req("CHG-05")
def test_only_what_rules_and_documents_need_is_counted_as_unmatched(people: People, admin: Client) -> None:
    connection = make_connection(people.acme, people.alice)
    items = [make_list_item(people.acme, f"Unmatched {number}") for number in range(15)]
    make_waiting(connection, 3, people.alice)
    name_on_documents(people, items)
    unread = read(admin.get(root(people)))
    assert "unmatched" not in unread.text, "nothing is known of a list that was never read"
    assert unread.link("Merge lists").endswith("/merge/")
    mark_read(people, connection)
    page = read(admin.get(root(people)))
    merge = page.link("3 unmatched entries")
    assert page.link("Merge lists (3)") == merge
    confirmation = f"{root(people)}{connection.id}/confirmed"
    needed = "3 entries that your rules or documents use need a match: Merge lists."
    assert needed in read(admin.get(confirmation)).text
    assert "Needed now 3" in read(admin.get(f"{merge}lists/categories/")).text
    with within(BusinessScope(people.acme.id)):
        DocumentLine.objects.all().delete()
    calm = read(admin.get(root(people)))
    assert "unmatched" not in calm.text
    assert "need a match" not in read(admin.get(confirmation)).text
    assert calm.link("Merge lists") == merge, "what nothing uses can be matched too"


def test_a_finality_that_the_new_books_lack_is_asked_for_and_not_replaced(
    people: People, admin: Client
) -> None:
    connection = make_connection(people.acme, people.alice, provider="quickbooks")
    with within(BusinessScope(people.acme.id)):
        settings = get_settings(connection)
        settings.publish_as = "draft"
        settings.save()
    address = f"{root(people)}{connection.id}/settings"
    page = read(admin.get(address))
    assert "QuickBooks Online has no such way as before: choose" in page.text
    refused = read(admin.post(address, settings_values(publish_as="", exceptions=[])))
    assert refused.status == 422
    assert "Choose how final documents are there." in refused.text
    with within(BusinessScope(people.acme.id)):
        assert get_settings(connection).publish_as == "draft"
