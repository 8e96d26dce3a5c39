"""The clients page: who needs somebody, sorted by harm, in a constant number of queries."""

from datetime import timedelta

import pytest

from bookbind.connections.models import Connection, Stay
from bookbind.documents.models import Document
from bookbind.kit import clock
from bookbind.publishing.models import Publication
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import SystemScope, within
from tests.support.factories import People, make_accountant, make_business, make_connection
from tests.support.pages import Page, read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse

URL = "/clients/"


def make_waiting(connection: Connection, number: int, user: User, days: int = 1) -> None:
    """Documents that wait at the connection since `days` ago."""
    since = clock.now() - timedelta(days=days)
    with within(SystemScope("test data")):
        for position in range(number):
            document = Document.objects.create(
                business_id=connection.business_id,
                currency="GBP",
                captured_at=since,
                captured_by=user,
                stage=Document.Stage.WAITING,
            )
            Publication.objects.create(
                business_id=connection.business_id,
                connection=connection,
                document=document,
                state=Publication.State.HELD,
                reason="connection",
                marker=f"{connection.id}-{position}",
                queued_at=since,
            )


def expired(business: Business, user: User, waiting: int = 0, days: int = 1) -> Connection:
    ended = clock.now() - timedelta(days=1)
    connection = make_connection(business, user, consent_expires_at=ended, lapsed_at=ended)
    make_waiting(connection, waiting, user, days)
    return connection


def order(page: Page, *names: str) -> list[str]:
    table = page.text[page.text.index("Software · organisation") :]
    return sorted((name for name in names if name in table), key=table.index)


def test_the_one_with_waiting_documents_comes_first(people: People, browse: Browse) -> None:
    fine = make_business("Aspen Ltd", practice=people.harbour)
    make_connection(fine, people.carol)
    stuck = make_business("Zinnia Ltd", practice=people.harbour)
    expired(stuck, people.carol, waiting=3)
    page = read(browse(people.carol).get(URL, {"show": "all"}))
    assert order(page, "Aspen Ltd", "Zinnia Ltd", "Acme Ltd") == ["Zinnia Ltd", "Aspen Ltd", "Acme Ltd"]
    assert "Not connected yet" in page.text
    assert page.has_button("Reconnect Zinnia Ltd")
    assert page.link("3").endswith("?show=waiting")


def test_the_filters_live_in_the_address_and_their_counts_are_their_lists(
    people: People, browse: Browse
) -> None:
    make_connection(make_business("Aspen Ltd", practice=people.harbour), people.carol)
    expired(make_business("Zinnia Ltd", practice=people.harbour), people.carol, waiting=2)
    client = browse(people.carol)
    everything = read(client.get(URL, {"show": "all"}))
    assert "Needs attention 1" in everything.text
    assert "Waiting documents 1" in everything.text
    assert "All 3" in everything.text
    attention = read(client.get(URL))
    assert order(attention, "Aspen Ltd", "Zinnia Ltd") == ["Zinnia Ltd"]
    found = read(client.get(URL, {"show": "all", "q": "aspen"}))
    assert order(found, "Aspen Ltd", "Zinnia Ltd") == ["Aspen Ltd"]
    assert "No client matches" in read(client.get(URL, {"q": "nothing like it"})).text


def test_an_outage_has_no_action(people: People, browse: Browse) -> None:
    down = make_business("Hazel Ltd", practice=people.harbour)
    now = clock.now()
    make_connection(down, people.carol, down_since=now, next_try_at=now + timedelta(minutes=5))
    page = read(browse(people.carol).get(URL))
    assert "Xero isn't answering" in page.text
    assert not page.has_button("Reconnect Hazel Ltd")


def test_a_member_without_all_clients_sees_only_theirs(people: People, browse: Browse) -> None:
    make_business("Secret Ltd", practice=people.harbour)
    limited = make_accountant(people.harbour, "Lim Ited", all_clients=False)
    page = read(browse(limited).get(URL, {"show": "all"}))
    assert page.status == 200
    assert "Secret Ltd" not in page.html
    assert "Acme Ltd" not in page.html


def test_other_practices_clients_are_not_shown(people: People, browse: Browse) -> None:
    assert people.other.name not in read(browse(people.carol).get(URL, {"show": "all"})).html


@pytest.mark.parametrize("who", ["alice", "bob", "dave"])
def test_only_a_practices_people_have_the_page(who: str, people: People, browse: Browse) -> None:
    assert browse(getattr(people, who)).get(URL).status_code == 404


@pytest.mark.req("UX-04")
def test_clients_add_no_queries(people: People, browse: Browse) -> None:
    client = browse(people.carol)

    def more(first: int = 0) -> None:
        for number in range(first, first + 15):
            business = make_business(f"Client {number}", practice=people.harbour)
            expired(business, people.carol, waiting=2)
            ended = make_business(f"Ended {number}", practice=people.harbour)
            make_connection(ended, people.carol, stage=Connection.Stage.ENDED)

    more(100)
    assert_rows_add_no_queries(lambda: client.get(URL, {"show": "all"}), more, most=18)


def test_a_client_that_is_disconnected_is_named_by_what_was_in_use_last(
    people: People, browse: Browse
) -> None:
    business = make_business("Aspen Ltd", practice=people.harbour)
    ended = Connection.Stage.ENDED
    used = make_connection(business, people.carol, organisation={"name": "Aspen Books"}, stage=ended)
    undone = make_connection(business, people.carol, organisation={"name": "Undone Books"}, stage=ended)
    with within(SystemScope("a test changes a fact")):
        Stay.objects.filter(connection=undone).update(ended_at=clock.now() - timedelta(days=9))
        Stay.objects.filter(connection=used).update(ended_at=clock.now())
    page = read(browse(people.carol).get(URL, {"show": "all"}))
    assert "Aspen Books" in page.text
    assert "Undone Books" not in page.text
