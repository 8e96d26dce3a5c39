"""Changing the connection through the pages, against the sandbox over real HTTP."""

import re
from datetime import date

import pytest
from django.test import Client

from bookbind.connections.models import Change, Connection, SignIn
from bookbind.documents.models import Document
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.tenancy.models import Business
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Browse, Walk
from tests.web.test_connecting import connect, connections_of, organisations

pytestmark = pytest.mark.django_db(transaction=True)

HOLDINGS = "Acme Holdings Ltd"


def change(walk: Walk, connection: Connection, *, finish: bool = True) -> Page:
    """From the selection screen to Finish, or to the summary before it."""
    page = walk.allow(HOLDINGS, path=f"/{connection.id}/change/xero/")
    summary = read(walk.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    return walk.press(summary, "finish") if finish else summary


def change_afterwards(walk: Walk, connection: Connection) -> Page:
    """As `change`, but what is ready is to be published to the old books first."""
    away = read(walk.client.post(f"{walk.root}/{connection.id}/change/xero/", {"waiting": "first"}))
    page = walk.come_back(away.link("Continue to Xero"), HOLDINGS)
    summary = read(walk.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    return walk.press(summary, "finish")


def move(walk: Walk) -> tuple[Connection, Connection]:
    """A change that was finished and switched: the connection that was left, and the new one."""
    old = connect(walk)
    change(walk, old)
    run_due()
    return old, next(one for one in connections_of(walk) if one.id != old.id)


def test_a_name_that_is_not_the_business_s_is_asked_about_before_finish_and_not_after(ada: Walk) -> None:
    Business.objects.filter(id=ada.business.id).update(name="Acme Ltd")
    summary = change(ada, connect(ada), finish=False)
    assert "Acme Holdings Ltd goes by another name than Acme Ltd." in summary.text
    assert f'name="name_seen" value="{HOLDINGS}"' in summary.html
    ada.press(summary, "finish", name_seen=HOLDINGS)
    run_due()
    assert "name differs" not in read(ada.client.get(f"{ada.root}/")).text
    renamed = next(one for one in connections_of(ada) if one.organisation["name"] == HOLDINGS)
    now = {**renamed.organisation, "name": "Zenith"}
    with within(BusinessScope(ada.business.id)):
        Connection.objects.filter(id=renamed.id).update(organisation=now)
    assert "name differs" in read(ada.client.get(f"{ada.root}/")).text, "what nobody has seen is asked about"


def row(connection: Connection) -> Connection:
    with within(BusinessScope(connection.business_id)):
        found: Connection = Connection.objects.get(id=connection.id)
    return found


def lapse(connection: Connection) -> None:
    """The year of the connection is over."""
    with within(BusinessScope(connection.business_id)):
        Connection.objects.filter(id=connection.id).update(lapsed_at=clock.now())


def hold_bill(connection: Connection, reason: str = "look_first", day: date | None = None) -> None:
    """A bill of £120.00 that waits at the connection, by default only to be sent."""
    business = connection.business
    with within(BusinessScope(business.id)):
        document = Document.objects.create(
            business=business, kind="bill", currency="GBP", total=120, date=day, captured_at=clock.now()
        )
        Publication.objects.create(
            business=business,
            document=document,
            connection=connection,
            state="held",
            reason=reason,
            marker=f"m-{document.id}",
            queued_at=clock.now(),
        )


def test_the_selection_screen_says_what_is_connected_and_what_stands_beside(ada: Walk) -> None:
    connection = connect(ada)
    page = read(ada.client.get(f"{ada.root}/{connection.id}/change/"))
    assert "Connected: Acme Ltd. Connect another organisation." in page.text
    assert page.text.count("Added beside Xero.") == 2
    lapse(connection)
    lapsed = read(ada.client.get(f"{ada.root}/{connection.id}/change/")).text
    assert "Connected: Acme Ltd" not in lapsed
    assert re.search(r"Expired \d+ \w+ \d{4}: Acme Ltd\. Connect another organisation\.", lapsed)
    hold_bill(connection)
    waiting = read(ada.client.get(f"{ada.root}/{connection.id}/change/")).text
    assert "To have it published there first, reconnect Xero (Acme Ltd) before you change." in waiting


def test_what_is_ready_for_the_old_books_is_asked_about_before_the_sign_in(ada: Walk) -> None:
    old = connect(ada)
    hold_bill(old, "category_unmatched")
    page = read(ada.client.get(f"{ada.root}/{old.id}/change/xero/"))
    assert "Publish" not in page.text.split("Go on to Xero")[0].split("Acme Ltd")[-1]
    none = (
        "The 1 document (£120.00) that waits can't be sent to Xero (Acme Ltd) yet. It goes to the new books."
    )
    assert none in page.text
    hold_bill(old)
    page = read(ada.client.get(f"{ada.root}/{old.id}/change/xero/"))
    assert "1 document is ready for Xero (Acme Ltd), £120.00" in page.text
    assert "1 other document that can't be sent yet goes to the new books." in page.text
    for answer, first in (("first", True), ("along", False)):
        ada.client.post(f"{ada.root}/{old.id}/change/xero/", {"waiting": answer})
        with within(BusinessScope(ada.business.id)):
            begun = SignIn.objects.order_by("-begun_at").first()
        assert begun is not None
        assert begun.publish_first is first


def test_one_page_stands_between_the_selection_and_the_vendor_and_the_question_before_it(ada: Walk) -> None:
    old = connect(ada)
    hold_bill(old)
    hold_bill(old, "category_unmatched")
    chosen = read(ada.client.get(f"{ada.root}/{old.id}/change/"))
    assert "1 document is ready for Xero (Acme Ltd), £120.00" in chosen.text
    assert "1 other document that can't be sent yet goes to the new books." in chosen.text
    begin = f"{ada.root}/{old.id}/change/xero/"
    [button] = [attributes for words, attributes in chosen.buttons if words.startswith("Connect another")]
    assert button["formaction"] == begin
    for answer, said in (("first", "published there first"), ("along", "it goes to the new books")):
        away = read(ada.client.post(begin, {"waiting": answer}))
        assert away.link("Continue to Xero")
        assert f"1 document (£120.00) is ready for Xero (Acme Ltd): {said}" in away.text
        again = away.link("Decide otherwise")
        assert again == f"{begin}?waiting={answer}"
        assert f'value="{answer}" checked' in read(ada.client.get(again)).html


def test_the_selection_screen_asks_nothing_where_nothing_waits(ada: Walk) -> None:
    old = connect(ada)
    chosen = read(ada.client.get(f"{ada.root}/{old.id}/change/"))
    assert "Before the move" not in chosen.text
    assert "ready for" not in read(ada.client.post(f"{ada.root}/{old.id}/change/xero/")).text


def test_somebody_else_can_sign_in_within_the_same_change(ada: Walk) -> None:
    old = connect(ada)
    page = ada.allow(HOLDINGS, path=f"/{old.id}/change/xero/")
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    for asked in (page, summary):
        again = asked.link("not you?")
        assert again == f"{ada.root}/{old.id}/change/xero/?waiting=along"
        assert read(ada.client.get(again)).has_button("Go on to Xero")
    assert change(ada, old).heading == f"Xero ({HOLDINGS}) is being set up"


def test_a_summary_counts_apart_what_is_published_first_and_what_goes_along(ada: Walk) -> None:
    old = connect(ada)
    hold_bill(old)
    hold_bill(old, "category_unmatched")
    away = read(ada.client.post(f"{ada.root}/{old.id}/change/xero/", {"waiting": "first"}))
    page = ada.come_back(away.link("Continue to Xero"), HOLDINGS)
    assert page.link("not you?").endswith("?waiting=first")
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    assert "1 document (£120.00): published to Xero first." in summary.text
    assert "1 other that waits goes to the new books." in summary.text
    assert f" is at Xero ({HOLDINGS}) until " in summary.text
    assert (
        f"Nothing is sent to Xero ({HOLDINGS}) until you press Start publishing; until then" in summary.text
    )


def test_lists_that_can_not_be_read_are_said_to_be_tried_again(ada: Walk) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    ada.sandbox.control("faults", vendor="xero", operation="accounts", fault="500", times=50)
    run_due()
    page = read(ada.client.get(waiting.path))
    assert "complete in a moment" not in page.text
    assert "Xero isn't answering" in page.text
    assert "We try again at" in page.text
    assert "hx-get" in page.html


def test_an_expired_connection_is_not_said_to_go_on_in_a_change(ada: Walk) -> None:
    old = connect(ada)
    lapse(old)
    chosen = read(ada.client.get(f"{ada.root}/{old.id}/change/"))
    assert "publishes to Xero (Acme Ltd) now" not in chosen.text
    assert "has to be reconnected before anything is published there" in chosen.text
    begin = read(ada.client.get(f"{ada.root}/{old.id}/change/xero/"))
    assert "goes on meanwhile" not in begin.text
    summary = change(ada, old, finish=False)
    assert "stays in use" not in summary.text
    assert "stays in use" not in ada.press(summary, "finish").text


def test_a_connection_whose_vendor_is_down_is_not_said_to_go_on_in_a_change(ada: Walk) -> None:
    old = connect(ada)
    begin = f"{ada.root}/{old.id}/change/xero/"
    assert "Xero (Acme Ltd) goes on meanwhile." in read(ada.client.get(begin)).text
    with within(BusinessScope(ada.business.id)):
        Connection.objects.filter(id=old.id).update(down_since=clock.now())
    assert "goes on meanwhile" not in read(ada.client.get(begin)).text
    chosen = read(ada.client.get(f"{ada.root}/{old.id}/change/"))
    assert "Acme Ltd keeps its books at Xero (Acme Ltd)." in chosen.text
    assert "publishes to Xero (Acme Ltd) now" not in chosen.text


@pytest.mark.req("CHG-06")
def test_an_undo_to_an_expired_connection_leads_to_its_reconnect(ada: Walk) -> None:
    old, joined = move(ada)
    hold_bill(joined)
    lapse(old)
    asked = read(ada.client.get(f"{ada.root}/{joined.id}/undo"))
    assert "Nobody has to sign in" not in asked.text
    assert "it has to be reconnected before anything can be sent there" in asked.text
    done = read(ada.client.post(f"{ada.root}/{joined.id}/undo", follow=True))
    assert done.path == f"{ada.root}/{old.id}/reconnect"
    assert "Undone. Xero (Acme Ltd) has to be reconnected now." in done.text
    assert done.has_button("Go on to Xero")
    run_due()
    with within(BusinessScope(ada.business.id)):
        assert Publication.objects.get(connection=old).reason == "connection"


def test_finish_leaves_the_old_connection_in_use_and_offers_to_stop(ada: Walk) -> None:
    old = connect(ada)
    page = change(ada, old)
    assert page.heading == f"Xero ({HOLDINGS}) is being set up"
    assert page.has_button("Stop and keep Xero (Acme Ltd)")
    assert row(old).stage == Connection.Stage.ACTIVE
    joined = next(one for one in connections_of(ada) if one.id != old.id)
    stopped = read(ada.client.post(f"{ada.root}/{joined.id}/stop", follow=True))
    assert "Stopped. Xero (Acme Ltd) is kept, and nothing was changed." in stopped.text
    assert row(old).stage == Connection.Stage.ACTIVE
    run_due()
    assert row(joined).stage == Connection.Stage.ENDED


def test_after_the_switch_three_ways_lead_on(ada: Walk) -> None:
    _, joined = move(ada)
    page = read(ada.client.get(f"{ada.root}/{joined.id}/confirmed"))
    assert f"Xero ({HOLDINGS}) is now your accounting software." in page.text
    assert "what was published to Xero (Acme Ltd) stays there" in page.text
    assert f"Nothing is sent to Xero ({HOLDINGS}) until you press Start publishing." in page.text
    for label in ("Merge lists", "Start publishing…", "Undo this change"):
        assert label in page.text


def test_the_ways_on_from_a_change_stand_beside_what_is_said_of_it(ada: Walk) -> None:
    move(ada)
    Business.objects.filter(id=ada.business.id).update(name=HOLDINGS)
    page = read(ada.client.get(f"{ada.root}/"))
    assert page.html.count('class="connection-message"') == 1
    said = page.html.split('class="connection-message"')[1].split("</article>")[0].split('<ul class="')[0]
    for label in ("Start publishing…", "Undo this change"):
        assert label in said
        assert page.html.count(f">{label}<") == 1


@pytest.mark.req("CHG-01")
def test_whoever_waits_for_the_lists_lands_in_merge_lists(ada: Walk) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    assert "Merge lists opens by itself, if anything is left to match" in waiting.text
    merge = waiting.link("Merge lists")
    early = read(ada.client.get(merge))
    assert "are still being read" in early.text
    assert early.link("Look again") == merge
    assert early.link("Watch the lists arrive") == waiting.path
    poll = waiting.path.replace("confirmed", "progress?was=switching")
    assert "HX-Redirect" not in ada.client.get(poll)
    run_due()
    assert ada.client.get(poll)["HX-Redirect"] == merge
    page = read(ada.client.get(merge))
    assert page.heading == "Merge lists"
    assert f"Xero ({HOLDINGS}) is now your accounting software." in page.text
    assert f"Nothing is sent to Xero ({HOLDINGS}) until you press Start publishing." in page.text
    for label in ("Start publishing…", "Undo this change", "Using the List Merge Tool"):
        assert page.link(label)
    assert "is now your accounting software" not in read(ada.client.get(merge.split("?")[0])).text


def test_where_nothing_is_left_to_match_the_confirmation_stays(ada: Walk) -> None:
    old = connect(ada)
    waiting = change(ada, old)
    run_due()
    with within(BusinessScope(ada.business.id)):
        ListItem.objects.update(archived_at=clock.now())
    moved = ada.client.get(waiting.path.replace("confirmed", "progress?was=switching"))
    assert "HX-Redirect" not in moved
    assert moved["HX-Refresh"] == "true"
    page = read(ada.client.get(waiting.path))
    assert f"Xero ({HOLDINGS}) is now your accounting software." in page.text


@pytest.mark.req("CHG-12")
def test_a_business_with_lists_of_its_own_lands_in_merge_lists_when_it_connects(ada: Walk) -> None:
    with within(BusinessScope(ada.business.id)):
        ListItem.objects.create(
            business=ada.business, list=ListName.CATEGORIES, name="Paint", folded_name="paint"
        )
    page = ada.allow("Acme Ltd")
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    waiting = ada.press(summary, "finish")
    run_due()
    moved = ada.client.get(waiting.path.replace("confirmed", "progress?was=new"))
    assert moved["HX-Redirect"] == waiting.link("Merge lists")
    landed = read(ada.client.get(moved["HX-Redirect"]))
    assert "Xero (Acme Ltd) is now your accounting software." in landed.text


@pytest.mark.req("CHG-06")
def test_undo_is_one_press_until_publishing_is_started(ada: Walk) -> None:
    old, joined = move(ada)
    asked = read(ada.client.get(f"{ada.root}/{joined.id}/undo"))
    assert asked.heading == "Go back to Xero (Acme Ltd)?"
    done = read(ada.client.post(f"{ada.root}/{joined.id}/undo", follow=True))
    assert "Undone. Xero (Acme Ltd) is in use again." in done.text
    assert row(old).stage == Connection.Stage.ACTIVE
    again = read(ada.client.post(f"{ada.root}/{joined.id}/undo", follow=True))
    assert "can't be taken back any more" in again.text


@pytest.mark.req("CHG-06")
def test_the_undo_to_books_that_were_never_in_use_does_not_promise_that_they_are(ada: Walk) -> None:
    old, joined = move(ada)
    with within(BusinessScope(ada.business.id)):
        old.stays.all().delete()
    asked = read(ada.client.get(f"{ada.root}/{joined.id}/undo"))
    assert "is in use again at once" not in asked.text
    assert "Xero (Acme Ltd) was still being set up: its lists are read next" in asked.text
    done = read(ada.client.post(f"{ada.root}/{joined.id}/undo", follow=True))
    assert "Undone. Xero (Acme Ltd) is set up again." in done.text


def test_a_reconnect_before_the_start_promises_no_publishing(ada: Walk) -> None:
    _, joined = move(ada)
    hold_bill(joined, "not_started")
    lapse(joined)
    page = ada.allow(HOLDINGS, path=f"/{joined.id}/reconnect")
    assert "1 waiting document, £120.00" in page.text
    assert "Nothing is sent to Xero until you press Start publishing" in page.text
    assert "Publish it now" not in page.text
    assert "Publish all" not in page.text
    ada.press(page, "finish")
    assert row(joined).lapsed_at is None
    run_due()
    confirmed = read(ada.client.get(f"{ada.root}/{joined.id}/confirmed"))
    assert confirmed.link("Start publishing…")
    assert "Look at" not in confirmed.text, "the start is what helps"


@pytest.mark.req("CHG-06")
def test_the_books_that_were_just_left_are_gone_back_to_by_the_undo(ada: Walk) -> None:
    old, joined = move(ada)
    page = read(ada.client.get(f"{ada.root}/"))
    assert page.link("Go back…") == f"{ada.root}/{joined.id}/undo"
    ada.client.post(f"{ada.root}/{joined.id}/start")
    page = read(ada.client.get(f"{ada.root}/"))
    assert page.link("Go back…") == f"{ada.root}/{joined.id}/change/xero/?back={old.id}"


def test_after_an_undone_change_earlier_begins_with_what_was_left_last(ada: Walk) -> None:
    old, joined = move(ada)
    ada.client.post(f"{ada.root}/{joined.id}/undo")
    ada.client.post(f"{ada.root}/{old.id}/disconnect")
    earlier = read(ada.client.get(f"{ada.root}/")).text.split("Earlier")[-1]
    assert earlier.index("Acme Ltd") < earlier.index(HOLDINGS)
    assert "Xero (Acme Ltd): Disconnected" in read(ada.client.get(f"/b/{ada.business.slug}/settings/")).text


def test_start_publishing_says_what_goes_and_ends_the_pause(ada: Walk) -> None:
    old, joined = move(ada)
    page = read(ada.client.get(f"{ada.root}/{joined.id}/start"))
    assert page.heading == f"Start publishing to Xero ({HOLDINGS})"
    assert "No document waits, so nothing is sent at once." in page.text
    assert "going back to Xero (Acme Ltd) then takes a sign-in" in page.text
    ada.client.post(f"{ada.root}/{joined.id}/start")
    assert not row(joined).awaits_start
    assert row(old).stage == Connection.Stage.ENDED


def test_a_move_and_its_undo_stand_in_the_history_of_both_books(ada: Walk) -> None:
    old, joined = move(ada)
    ada.client.post(f"{ada.root}/{joined.id}/undo")
    for connection in (old, joined):
        history = read(ada.client.get(f"{ada.root}/{connection.id}/history")).text
        moved = f"The books moved from Xero (Acme Ltd) to Xero ({HOLDINGS})."
        undone = f"took the move to Xero ({HOLDINGS}) back; Xero (Acme Ltd) is in use again."
        assert history.count("began to move from") == 1
        assert (history.count(moved), history.count(undone)) == (1, 1)
        assert history.index(undone) < history.index(moved)


@pytest.mark.req("REC-07", "CHG-01")
def test_a_reconnect_that_reached_another_organisation_can_move_there(ada: Walk) -> None:
    old = connect(ada)
    page = ada.allow(HOLDINGS, path=f"/{old.id}/reconnect")
    [other] = organisations(page)
    compared = read(ada.client.get(f"{page.path}different", {"organisation": other}))
    assert compared.has_button(f"Move to {HOLDINGS} for good")
    summary = ada.press(compared, "move", organisation=other)
    assert summary.heading == f"Change to Xero ({HOLDINGS})"
    assert row(old).stage == Connection.Stage.ACTIVE
    ada.press(summary, "finish")
    run_due()
    with within(BusinessScope(ada.business.id)):
        assert Change.objects.get().switched_at is not None


def test_the_organisation_in_use_is_refused_with_the_way_to_renew_it(ada: Walk) -> None:
    old = connect(ada)
    page = ada.allow("Acme Ltd", path=f"/{old.id}/change/xero/")
    refused = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    assert refused.status == 409
    assert "is the organisation that you use now" in refused.text


def test_the_organisation_in_use_can_be_renewed_from_where_another_is_chosen(ada: Walk) -> None:
    old = connect(ada)
    alone = ada.allow("Acme Ltd", path=f"/{old.id}/change/xero/")
    assert "Acme Ltd is the organisation that you use now. You allowed no other one." in alone.text
    assert alone.link("Sign in again") == f"{ada.root}/{old.id}/change/xero/?waiting=along"
    assert not alone.has_button("Next")
    several = ada.allow("Acme Ltd", HOLDINGS, "Acme Property Ltd", path=f"/{old.id}/change/xero/")
    assert "2 found" in several.text
    assert f'<option value="{old.organisation_id}"' not in several.html
    page = ada.allow("Acme Ltd", HOLDINGS, path=f"/{old.id}/change/xero/")
    assert f"You allowed one other organisation: {HOLDINGS}" in page.text
    for shown in (alone, several, page):
        assert shown.has_button("Reconnect Acme Ltd")
        assert f'action="{ada.root}/{old.id}/reconnect"' in shown.html
    refused = read(ada.client.post(page.path, {"organisation": old.organisation_id}))
    assert refused.status == 409
    other = next(one for one in organisations(page) if one != old.organisation_id)
    summary = read(ada.client.post(page.path, {"organisation": other}, follow=True))
    assert summary.heading == f"Change to Xero ({HOLDINGS})", "the sign-in is kept"


def test_a_wrong_date_is_said_on_the_summary(ada: Walk) -> None:
    old = connect(ada)
    summary = change(ada, old, finish=False)
    refused = ada.press(summary, "finish", documents_from="31/31/2026")
    assert refused.status == 422
    assert "Enter a valid date" in refused.text


def test_a_standard_user_changes_nothing(ada: Walk, people: People, browse: Browse) -> None:
    old = connect(ada)
    bob: Client = browse(people.bob)
    for path in ("change/", "change/xero/", "start", "undo"):
        assert bob.get(f"{ada.root}/{old.id}/{path}").status_code == 403
    assert bob.post(f"{ada.root}/{old.id}/stop").status_code == 403


def test_what_is_published_first_is_said_to_be_waited_for(ada: Walk) -> None:
    old = connect(ada)
    hold_bill(old)
    away = read(ada.client.post(f"{ada.root}/{old.id}/change/xero/", {"waiting": "first"}))
    page = ada.come_back(away.link("Continue to Xero"), HOLDINGS)
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    ada.press(summary, "finish")
    with within(BusinessScope(ada.business.id)):
        Connection.objects.filter(id=old.id).update(down_since=clock.now())
        Publication.objects.update(state="waiting", reason="")
    run_due(kinds=["lists.sync"])
    joined = next(one for one in connections_of(ada) if one.id != old.id)
    waiting = read(ada.client.get(f"{ada.root}/{joined.id}/confirmed"))
    first = "1 document is to be published to Xero (Acme Ltd) first, and the move waits for it."
    then = "Xero (Acme Ltd) stays in use until then. Then Merge lists opens by itself"
    assert "The lists are complete. " in waiting.text
    assert "complete in a moment" not in waiting.text
    assert 0 < waiting.text.find(first) < waiting.text.find(then)
    assert "Xero isn't answering" in waiting.text
    assert waiting.has_button("Don't wait for it")
    assert waiting.has_button("Stop and keep Xero (Acme Ltd)")
    went_on = read(ada.client.post(f"{ada.root}/{joined.id}/go-on", follow=True))
    assert "Not waited for any longer" in went_on.text
    run_due(kinds=["publishing.switch"])
    assert row(joined).stage == Connection.Stage.ACTIVE
