"""Where a business wants it, a second person approves a move or a disconnect before anything changes."""

from datetime import timedelta

import pytest
from django.test import Client

from bookbind.connections.approvals import turn_on
from bookbind.connections.models import Approval, Change, Connection
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.notifications.models import Mail
from bookbind.tenancy.models import Business, BusinessMembership, PracticeMembership
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Browse, Walk
from tests.web.test_changing import HOLDINGS, change, hold_bill, row
from tests.web.test_confirming import QUESTION, leave_alone
from tests.web.test_connecting import connect, connections_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("CHG-13")]


@pytest.fixture
def ursula(people: People, browse: Browse) -> Client:
    """The second person: Acme's User Admin."""
    return browse(people.ursula)


def want_second_person(walk: Walk, people: People) -> None:
    with within(BusinessScope(walk.business.id)):
        turn_on(walk.business, people.alice)


def open_approval(business: Business) -> Approval:
    with within(BusinessScope(business.id)):
        found: Approval = Approval.objects.get(decided_at=None)
    return found


def page_of(walk: Walk, approval: Approval) -> str:
    return f"{walk.root}/approvals/{approval.id}/"


def decide(client: Client, walk: Walk, decision: str) -> Page:
    """Press a button of the one approval that is open."""
    address = page_of(walk, open_approval(walk.business))
    return read(client.post(address, {"decision": decision}, follow=True))


def joined_beside(walk: Walk, old: Connection) -> Connection:
    return next(one for one in connections_of(walk) if one.id != old.id)


def alone(people: People) -> None:
    """Alice is the only one left who may manage connections."""
    BusinessMembership.objects.filter(user=people.ursula).delete()
    PracticeMembership.objects.filter(user=people.carol).delete()


def test_a_move_waits_for_a_second_person_while_the_old_books_go_on(
    ada: Walk, people: People, ursula: Client
) -> None:
    old = connect(ada)
    want_second_person(ada, people)
    begin = read(ada.client.get(f"{ada.root}/{old.id}/change/xero/"))
    assert "Then a second person approves the move." in begin.text
    summary = change(ada, old, finish=False)
    assert "A second person has to approve the move as well" in summary.text
    waiting = ada.press(summary, "finish")
    assert "somebody else has to approve it" in waiting.text
    run_due()
    joined = joined_beside(ada, old)
    assert row(old).stage == Connection.Stage.ACTIVE
    assert not row(old).hands_over
    assert row(joined).stage == Connection.Stage.SETTING_UP
    seen = read(ada.client.get(waiting.path))
    assert "The lists are complete. The move waits for a second person." in seen.text
    assert seen.has_button("Stop and keep Xero (Acme Ltd)")
    listed = read(ada.client.get(f"{ada.root}/"))
    assert "The move waits for a second person." in listed.text
    assert "is connected to an organisation of another name" in listed.text
    assert "Its lists are being read" not in listed.text
    approved = decide(ursula, ada, "approve")
    assert "Approved." in approved.text
    assert row(old).stage == Connection.Stage.ACTIVE, "the switch is a worker's"
    run_due()
    assert row(old).stage == Connection.Stage.LEFT
    assert row(joined).stage == Connection.Stage.ACTIVE
    assert row(joined).awaits_start


def test_who_decides_is_told_of_another_name_and_currency_as_who_asked_was(
    ada: Walk, people: People, ursula: Client
) -> None:
    old = connect(ada)
    want_second_person(ada, people)
    change(ada, old)
    joined = joined_beside(ada, old)
    with within(BusinessScope(ada.business.id)):
        organisation = joined.organisation | {"currency": "EUR"}
        Connection.objects.filter(id=joined.id).update(organisation=organisation)
    asked = read(ursula.get(page_of(ada, open_approval(ada.business))))
    assert f"{HOLDINGS} goes by another name than {ada.business.name}." in asked.text
    assert f"Approve only if these are the books of {ada.business.name}." in asked.text
    assert f"{HOLDINGS} keeps its books in EUR, not GBP." in asked.text
    decide(ursula, ada, "refuse")
    with within(BusinessScope(ada.business.id)):
        approval = Approval.objects.get()
    decided = read(ursula.get(page_of(ada, approval)))
    assert "goes by another name" not in decided.text


def test_a_move_approved_before_its_lists_are_complete_waits_for_them_alone(
    ada: Walk, people: People, ursula: Client
) -> None:
    old = connect(ada)
    want_second_person(ada, people)
    change(ada, old)
    decide(ursula, ada, "approve")
    assert row(joined_beside(ada, old)).stage == Connection.Stage.SETTING_UP
    run_due()
    assert row(joined_beside(ada, old)).stage == Connection.Stage.ACTIVE


def test_what_is_under_way_is_waited_for_from_the_approval_on(
    ada: Walk, people: People, ursula: Client
) -> None:
    old = connect(ada)
    want_second_person(ada, people)
    change(ada, old)
    run_due()
    with within(BusinessScope(ada.business.id)):
        Change.objects.update(ready_at=clock.now() - timedelta(days=3))
        asked = clock.now()
    decide(ursula, ada, "approve")
    with within(BusinessScope(ada.business.id)):
        ready_at = Change.objects.get().ready_at
    assert ready_at is not None
    assert ready_at >= asked


@pytest.mark.parametrize("decision", ["refuse", "withdraw"])
def test_a_move_that_is_not_approved_leaves_all_as_it_was(
    ada: Walk, people: People, ursula: Client, decision: str
) -> None:
    old = connect(ada)
    want_second_person(ada, people)
    change(ada, old)
    run_due()
    page = decide(ursula if decision == "refuse" else ada.client, ada, decision)
    assert "Nothing comes of it." in page.text
    run_due()
    assert row(old).stage == Connection.Stage.ACTIVE
    assert row(joined_beside(ada, old)).stage == Connection.Stage.ENDED


def test_to_stop_the_move_ends_what_was_asked(ada: Walk, people: People) -> None:
    old = connect(ada)
    want_second_person(ada, people)
    change(ada, old)
    asked = open_approval(ada.business)
    ada.client.post(f"{ada.root}/{joined_beside(ada, old).id}/stop")
    page = read(ada.client.get(page_of(ada, asked)))
    assert "Withdrawn" in page.text
    assert not page.has_button("Withdraw it")


def test_a_disconnect_is_asked_for_and_carried_out_by_the_approval(
    ada: Walk, people: People, ursula: Client
) -> None:
    connection = connect(ada)
    hold_bill(connection)
    want_second_person(ada, people)
    asked = read(ada.client.get(f"{ada.root}/{connection.id}/disconnect"))
    others = "Ursula User-Admin or Carol Accountant"
    assert f"A second person has to approve it first: {others}." in asked.text
    done = read(ada.client.post(f"{ada.root}/{connection.id}/disconnect", follow=True))
    assert "Asked. Xero (Acme Ltd) stays connected" in done.text
    assert "You asked to disconnect Xero (Acme Ltd)." in done.text
    assert row(connection).stage == Connection.Stage.ACTIVE
    again = read(ada.client.post(f"{ada.root}/{connection.id}/disconnect", follow=True))
    assert "That waits for a second person already." in again.text
    seen = read(ursula.get(page_of(ada, open_approval(ada.business))))
    assert seen.heading == "Disconnect Xero (Acme Ltd)?"
    assert "1 waiting document (£120.00) goes on waiting" in seen.text
    approved = decide(ursula, ada, "approve")
    assert "Approved. Xero (Acme Ltd) is disconnected. Everything here was kept." in approved.text
    assert row(connection).stage == Connection.Stage.ENDED
    assert row(connection).release == Connection.Release.PENDING, "a job tells the vendor"


def test_nobody_approves_what_they_asked_for_themselves(ada: Walk, people: People) -> None:
    connection = connect(ada)
    want_second_person(ada, people)
    ada.client.post(f"{ada.root}/{connection.id}/disconnect")
    for decision in ("approve", "refuse"):
        page = decide(ada.client, ada, decision)
        assert "You asked for this yourself, so somebody else has to approve it." in page.text
    assert row(connection).stage == Connection.Stage.ACTIVE


def test_a_standard_user_decides_nothing(ada: Walk, people: People, browse: Browse) -> None:
    connection = connect(ada)
    want_second_person(ada, people)
    ada.client.post(f"{ada.root}/{connection.id}/disconnect")
    assert decide(browse(people.bob), ada, "approve").status == 403
    assert row(connection).stage == Connection.Stage.ACTIVE


def test_an_approval_asks_who_it_is_and_comes_once(ada: Walk, people: People, ursula: Client) -> None:
    connection = connect(ada)
    want_second_person(ada, people)
    ada.client.post(f"{ada.root}/{connection.id}/disconnect")
    asked = open_approval(ada.business)
    leave_alone(ursula)
    assert decide(ursula, ada, "approve").heading == QUESTION
    assert row(connection).stage == Connection.Stage.ACTIVE
    leave_alone(ursula, minutes=0)
    decide(ursula, ada, "approve")
    again = read(ursula.post(page_of(ada, asked), {"decision": "refuse"}, follow=True))
    assert "That is decided or withdrawn already." in again.text
    assert "Approved by Ursula User-Admin" in again.text
    assert row(connection).stage == Connection.Stage.ENDED


def test_to_turn_it_off_needs_the_second_person_too(ada: Walk, people: People, ursula: Client) -> None:
    switch = f"{ada.root}/second-person"
    assert "From now on" in read(ada.client.post(switch, {"on": "yes"}, follow=True)).text
    assert "It is on already." in read(ada.client.post(switch, {"on": "yes"}, follow=True)).text
    asked = read(ada.client.post(switch, {"off": "yes"}, follow=True))
    assert "Asked. It stays on until" in asked.text
    assert Business.objects.get(id=ada.business.id).second_person
    decide(ursula, ada, "approve")
    assert not Business.objects.get(id=ada.business.id).second_person
    assert "It is off already." in read(ada.client.post(switch, {"off": "yes"}, follow=True)).text


def test_with_nobody_else_it_is_not_turned_on_but_off(ada: Walk, people: People) -> None:
    switch = f"{ada.root}/second-person"
    want_second_person(ada, people)
    connection = connect(ada)
    alone(people)
    page = read(ada.client.post(f"{ada.root}/{connection.id}/disconnect", follow=True))
    assert "Nobody else may approve this. Make somebody an Admin under People" in page.text
    begun = read(ada.client.post(f"{ada.root}/{connection.id}/change/xero/", {"waiting": "along"}))
    assert "Nobody else may approve this" in begun.text
    assert row(connection).stage == Connection.Stage.ACTIVE
    assert "Turned off" in read(ada.client.post(switch, {"off": "yes"}, follow=True)).text
    assert "Nobody else may approve this" in read(ada.client.post(switch, {"on": "yes"}, follow=True)).text
    assert not Business.objects.get(id=ada.business.id).second_person


def test_the_others_are_asked_by_mail_and_who_asked_hears_the_decision(
    ada: Walk, people: People, ursula: Client
) -> None:
    connection = connect(ada)
    want_second_person(ada, people)
    ada.client.post(f"{ada.root}/{connection.id}/disconnect")
    letters = Mail.objects.filter(kind="approval")
    assert {mail.to for mail in letters} == {people.ursula.email, people.carol.email}
    letter = letters[0]
    assert letter.subject == "Acme Ltd: please decide whether to disconnect Xero (Acme Ltd)"
    assert page_of(ada, open_approval(ada.business)) in letter.body
    decide(ursula, ada, "refuse")
    (told,) = Mail.objects.filter(kind="approval", sent_at=None)
    assert told.to == people.alice.email
    assert "Ursula User-Admin refused what you asked for: disconnect Xero (Acme Ltd)." in told.body


def test_a_reconnect_and_an_undo_need_nobody_else(ada: Walk, people: People, ursula: Client) -> None:
    old = connect(ada)
    want_second_person(ada, people)
    change(ada, old)
    decide(ursula, ada, "approve")
    run_due()
    joined = joined_beside(ada, old)
    undone = read(ada.client.post(f"{ada.root}/{joined.id}/undo", follow=True))
    assert "Undone. Xero (Acme Ltd) is in use again." in undone.text
    page = ada.allow("Acme Ltd", path=f"/{old.id}/reconnect")
    ada.press(page, "finish", publish="look")
    assert row(old).stage == Connection.Stage.ACTIVE
    with within(BusinessScope(ada.business.id)):
        assert not Approval.objects.filter(decided_at=None).exists()
    assert HOLDINGS in str(row(joined).organisation)


def test_a_disconnect_that_was_asked_for_leads_to_its_decision_instead_of_asking_again(
    ada: Walk, people: People, ursula: Client
) -> None:
    want_second_person(ada, people)
    connection = connect(ada)
    address = f"{ada.root}/{connection.id}/disconnect"
    assert read(ada.client.get(address)).has_button("Ask for approval")
    ada.client.post(address)
    decision = page_of(ada, open_approval(ada.business))
    for client, said, link in (
        (ada.client, "You asked to disconnect Xero (Acme Ltd).", "See it"),
        (ursula, "Alice Admin asks to disconnect Xero (Acme Ltd).", "Look and decide"),
    ):
        page = read(client.get(address))
        assert said in page.text
        assert page.link(link) == decision
        assert not page.has_button("Ask for approval")
        assert "has to approve it first: " not in page.text
