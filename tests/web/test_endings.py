"""What is said where a colleague, or somebody at the vendor, ended what one was looking at."""

import pytest
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.lists.models import ListSync
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People
from tests.support.pages import read
from tests.web.conftest import Browse, Walk
from tests.web.test_changing import HOLDINGS, change, move, row
from tests.web.test_connecting import connect, connections_of, organisations

pytestmark = pytest.mark.django_db(transaction=True)

LABEL = f"Xero ({HOLDINGS})"


@pytest.fixture
def ursula(people: People, browse: Browse) -> Client:
    """The colleague: Acme's User Admin."""
    return browse(people.ursula)


def revoke(connection: Connection) -> None:
    with within(BusinessScope(connection.business_id)):
        Connection.objects.filter(id=connection.id).update(trouble_cause="revoked", trouble_at=clock.now())


def joined_beside(walk: Walk, old: Connection) -> Connection:
    return next(one for one in connections_of(walk) if one.id != old.id)


def test_whoever_watches_learns_that_the_new_connection_was_revoked(ada: Walk) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    poll = waiting.path.replace("confirmed", "progress?was=switching")
    assert "You can leave; it goes on by itself." in read(ada.client.get(poll)).text
    revoke(joined_beside(ada, old))
    answer = ada.client.get(poll)
    assert answer["HX-Refresh"] == "true", "the heading is not true any more either"
    for page in (read(answer), read(ada.client.get(waiting.path))):
        assert f"Bookbind's access to {HOLDINGS} was removed in Xero." in page.text
        assert page.has_button("Reconnect")
        assert page.has_button("Stop and keep Xero (Acme Ltd)")
        assert "by itself" not in page.text
        assert "was=switching" not in page.html
    assert read(ada.client.get(waiting.path)).heading == LABEL


def test_lists_of_a_revoked_connection_are_said_to_need_a_reconnect(ada: Walk) -> None:
    connection = connect(ada)
    revoke(connection)
    with within(BusinessScope(ada.business.id)):
        ListSync.objects.filter(list="categories").update(state="failed", last_error={"text": "no grant"})
    for path in ("refresh", "lists"):
        page = read(ada.client.get(f"{ada.root}/{connection.id}/{path}"))
        assert page.text.count("Bookbind's access to Acme Ltd was removed in Xero.") == 1
        assert page.has_button("Reconnect")
        assert "The last read failed" in page.text
        assert "It is read again once somebody has reconnected." in page.text
        assert "tried again by itself" not in page.text
    with within(BusinessScope(ada.business.id)):
        Connection.objects.update(trouble_cause="", down_since=clock.now())
    down = read(ada.client.get(f"{ada.root}/{connection.id}/refresh"))
    assert down.text.count("Xero isn't answering") == 1
    assert "It is tried again by itself." in down.text


def test_whoever_watches_learns_who_stopped_the_move(ada: Walk, people: People, ursula: Client) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    ursula.post(f"{ada.root}/{joined_beside(ada, old).id}/stop")
    answer = ada.client.get(waiting.path.replace("confirmed", "progress?was=switching"))
    assert answer["HX-Refresh"] == "true"
    page = read(ada.client.get(waiting.path))
    assert f"The move to {LABEL} was stopped." in page.text
    who = people.ursula.get_full_name()
    assert f"{who} stopped the move to {LABEL}; Xero (Acme Ltd) is kept. That was on " in page.text
    assert "doesn't work any more" not in page.text
    assert page.link("Connections")


def test_whoever_comes_after_an_undo_is_told_who_was_faster(
    ada: Walk, people: People, ursula: Client
) -> None:
    _, joined = move(ada)
    ursula.post(f"{ada.root}/{joined.id}/undo")
    happened = (
        f"{people.ursula.get_full_name()} took the move to {LABEL} back; Xero (Acme Ltd) is in use again. "
        "That was on "
    )
    address = f"{ada.root}/{joined.id}"
    for path in ("start", "undo", "disconnect"):
        for ask in (ada.client.get, ada.client.post):
            assert happened in read(ask(f"{address}/{path}", follow=True)).text, (path, ask)
    stopped = read(ada.client.post(f"{address}/stop", follow=True)).text
    assert f"There is no move under way any more. {happened}" in stopped
    assert row(joined).stage == Connection.Stage.ENDED


@pytest.mark.req("CHG-09", "ERR-01")
def test_whoever_matches_lists_learns_who_took_the_move_back(
    ada: Walk, people: People, ursula: Client
) -> None:
    _, joined = move(ada)
    ursula.post(f"{ada.root}/{joined.id}/undo")
    happened = (
        f"{people.ursula.get_full_name()} took the move to {LABEL} back; Xero (Acme Ltd) is in use again."
    )
    merge = f"{ada.root}/{joined.id}/merge"
    opened = ada.client.get(f"{merge}/")
    asked = ada.client.get(f"{merge}/state", headers={"HX-Request": "true"})
    for answer in (opened, asked):
        assert f"{LABEL} is not in use. {happened} That was on " in read(answer).text


def test_books_that_were_moved_or_disconnected_are_said_to_be(ada: Walk) -> None:
    old, joined = move(ada)
    moved = read(ada.client.get(f"{ada.root}/{old.id}/disconnect", follow=True))
    assert f"The books moved from Xero (Acme Ltd) to {LABEL}. That was on " in moved.text
    assert f"{LABEL} is in use now." in moved.text
    ada.client.post(f"{ada.root}/{joined.id}/disconnect")
    over = read(ada.client.get(f"{ada.root}/{joined.id}/start", follow=True))
    assert f"disconnected {LABEL}. That was on " in over.text
    assert "No accounting software is connected now." in over.text


@pytest.mark.req("CON-07", "CHG-02")
def test_a_move_goes_on_when_the_old_books_are_disconnected_and_nobody_says_that_they_are_kept(
    ada: Walk,
) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    asked = read(ada.client.get(f"{ada.root}/{old.id}/disconnect"))
    assert f"A change to {LABEL} is being set up by " in asked.text
    assert asked.link("See the change") == waiting.path
    ada.client.post(f"{ada.root}/{old.id}/disconnect")
    for page in (read(ada.client.get(waiting.path)), read(ada.client.get(f"{ada.root}/"))):
        assert page.has_button("Stop the move")
        assert "Stop and keep" not in page.text
        assert "stays in use" not in page.text
    assert "Xero (Acme Ltd) was disconnected meanwhile." in read(ada.client.get(waiting.path)).text
    joined = joined_beside(ada, old)
    stopped = read(ada.client.post(f"{ada.root}/{joined.id}/stop", follow=True)).text
    assert "is kept" not in stopped
    assert "Stopped. " in stopped
    assert "disconnected Xero (Acme Ltd). That was on " in stopped
    assert "No accounting software is connected now." in stopped
    history = read(ada.client.get(f"{ada.root}/{joined.id}/history")).text
    assert f"stopped the move to {LABEL}." in history


@pytest.mark.req("CON-07", "CHG-06")
def test_whoever_disconnects_the_new_books_is_told_that_the_move_can_not_be_undone_then(ada: Walk) -> None:
    old, joined = move(ada)
    asked = read(ada.client.get(f"{ada.root}/{joined.id}/disconnect"))
    assert "The move from Xero (Acme Ltd) can't be undone after that" in asked.text
    assert asked.link("Undo this change instead") == f"{ada.root}/{joined.id}/undo"
    ada.client.post(f"{ada.root}/{joined.id}/disconnect")
    assert row(old).stage == Connection.Stage.ENDED


def test_books_that_are_not_in_use_yet_are_given_up_by_stopping_the_move(ada: Walk) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    joined = joined_beside(ada, old)
    assert "Stop the move instead." in read(ada.client.get(f"{ada.root}/")).text
    for ask in (ada.client.get, ada.client.post):
        page = read(ask(f"{ada.root}/{joined.id}/disconnect", follow=True))
        assert f"{LABEL} is not in use yet. To give it up, stop the move." in page.text
        assert page.path == waiting.path
    assert row(joined).stage == Connection.Stage.SETTING_UP


def test_what_was_started_already_and_what_is_not_ready_yet_are_said_to_be(ada: Walk) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    early = read(ada.client.post(f"{ada.root}/{joined_beside(ada, old).id}/start", follow=True))
    assert f"{LABEL} is still being set up, so nothing can be started yet." in early.text
    assert early.path == waiting.path
    late = read(ada.client.post(f"{ada.root}/{old.id}/start", follow=True))
    assert "Publishing to Xero (Acme Ltd) was started already." in late.text


@pytest.mark.req("CHG-09", "ERR-01")
def test_whoever_signs_in_for_a_move_learns_at_once_that_the_old_books_were_disconnected(
    ada: Walk, people: People, ursula: Client
) -> None:
    old = connect(ada)
    summary = change(ada, old, finish=False)
    base = summary.path.removesuffix("summary")
    [chosen] = organisations(read(ada.client.get(base)))
    ursula.post(f"{ada.root}/{old.id}/disconnect")
    who = people.ursula.get_full_name()
    for answer in (
        ada.client.get(base),
        ada.client.post(base, {"organisation": chosen}),
        ada.client.get(summary.path),
        ada.client.post(f"{base}finish"),
    ):
        page = read(answer)
        assert page.status == 409
        assert f"Xero (Acme Ltd) is not in use any more. {who} disconnected Xero (Acme Ltd). " in page.text
        assert "No accounting software is connected now. This sign-in was not used." in page.text
    assert connections_of(ada) == [row(old)], "nothing was made of the sign-in"
    assert "Cancelled. Nothing changed." in read(ada.client.post(f"{base}cancel", follow=True)).text


def test_whoever_signs_in_to_reconnect_learns_at_once_that_it_was_disconnected(
    ada: Walk, people: People, ursula: Client
) -> None:
    old = connect(ada)
    found = ada.allow("Acme Ltd", path=f"/{old.id}/reconnect")
    ursula.post(f"{ada.root}/{old.id}/disconnect")
    for answer in (ada.client.get(found.path), ada.client.post(f"{found.path}finish", {"publish": "look"})):
        page = read(answer)
        assert page.status == 409
        assert f"{people.ursula.get_full_name()} disconnected Xero (Acme Ltd). That was on " in page.text
    assert row(old).stage == Connection.Stage.ENDED


def test_the_selection_screen_of_books_that_a_colleague_ended_says_so(
    ada: Walk, people: People, ursula: Client
) -> None:
    old = connect(ada)
    ursula.post(f"{ada.root}/{old.id}/disconnect")
    who = people.ursula.get_full_name()
    for path in ("change/", "change/quickbooks/"):
        for ask in (ada.client.get, ada.client.post) if path != "change/" else (ada.client.get,):
            page = read(ask(f"{ada.root}/{old.id}/{path}", follow=True))
            assert page.path == f"{ada.root}/"
            assert f"There is nothing to move. {who} disconnected Xero (Acme Ltd). That was on " in page.text


def test_lists_of_a_disconnected_connection_are_not_said_to_wait_for_an_answer(ada: Walk) -> None:
    old = connect(ada)
    ada.client.post(f"{ada.root}/{old.id}/disconnect")
    page = read(ada.client.get(f"{ada.root}/{old.id}/refresh"))
    assert "It is disconnected." in page.text
    assert "Not while it isn't answering." not in page.text
    help_page = read(ada.client.get(f"{ada.root}/{old.id}/help"))
    assert "Xero (Acme Ltd) is disconnected." in help_page.text
    assert "can reconnect it" not in help_page.text


def test_an_organisation_whose_name_has_a_full_stop_does_not_cut_a_message_in_two(
    ada: Walk, ursula: Client
) -> None:
    old = connect(ada)
    summary = change(ada, old, finish=False)
    with within(BusinessScope(ada.business.id)):
        Connection.objects.filter(id=old.id).update(
            organisation={**row(old).organisation, "name": "St. Mary's Ltd"}
        )
    ursula.post(f"{ada.root}/{old.id}/disconnect")
    page = read(ada.client.get(summary.path))
    assert ">Xero (St. Mary&#x27;s Ltd) is not in use any more.<" in page.html


def test_whoever_connects_sees_before_finish_that_a_colleague_connected_other_books(
    ada: Walk, ursula: Client
) -> None:
    chosen = ada.allow("Acme Ltd")
    connect(Walk(ursula, ada.sandbox, ada.business), HOLDINGS)
    summary = read(ada.client.post(chosen.path, {"organisation": organisations(chosen)[0]}, follow=True))
    assert summary.status == 409
    assert f"The books are kept at {LABEL}. To move them, choose Change connection." in summary.text
    assert not summary.has_button("Finish")


def test_whoever_moves_sees_before_finish_that_a_colleague_s_move_is_under_way(
    ada: Walk, ursula: Client
) -> None:
    old = connect(ada)
    summary = change(ada, old, finish=False)
    change(Walk(ursula, ada.sandbox, ada.business), old)
    page = read(ada.client.get(summary.path))
    assert page.status == 409
    assert f"A move to {LABEL} is under way. Let it finish, or stop it under Connections." in page.text
