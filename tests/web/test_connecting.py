"""To the vendor and back through the pages, against the sandbox over real HTTP."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from bookbind.connections.models import Connection, SignIn
from bookbind.connections.secrets import grant_row, open_tokens
from bookbind.jobs.runner import run_due
from bookbind.lists.models import RemoteItem
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.support.factories import People, make_connection
from tests.support.pages import Page, read
from tests.web.conftest import Browse, Walk


def connections_of(walk: Walk) -> list[Connection]:
    with within(BusinessScope(walk.business.id)):
        return list(Connection.objects.all())


def connect(walk: Walk, organisation: str = "Acme Ltd") -> Connection:
    """The whole way, by the pages, until the lists are there."""
    page = walk.allow(organisation)
    only = organisations(page)
    summary = read(walk.client.post(page.path, {"organisation": only[0]}, follow=True))
    walk.press(summary, "finish")
    run_due()
    return connections_of(walk)[0]


def organisations(page: Page) -> list[str]:
    """The ids that the choose page offers."""
    sign_in_id = page.path.split("/sign-in/")[1][:36]
    with within(SystemScope("a test looks")):
        return [one["id"] for one in SignIn.objects.get(id=sign_in_id).organisations]


def test_nothing_but_a_plain_link_leaves_for_the_vendor(ada: Walk) -> None:
    page = read(ada.client.post(f"{ada.root}/connect/xero/"))
    assert page.status == 200
    assert page.link("Continue to Xero").startswith(ada.sandbox.url)
    assert 'rel="noreferrer"' in page.html
    assert page.html.count("<li>") >= 3


@pytest.mark.req("ERR-01")
def test_whoever_connects_one_organisation_too_many_is_told_whom_to_ask(ada: Walk) -> None:
    page = read(ada.client.get(f"{ada.root}/connect/xero/"))
    assert (
        "If Xero says that Bookbind can't connect more organisations, nothing was changed: "
        "ask whoever runs this Bookbind to make room, then try again." in page.text
    )
    assert "plan" not in page.text.lower(), "the plan of the app is the operator's"
    url = ada.set_out()
    state = parse_qs(urlsplit(url).query)["state"][0]
    answer = {"error": "server_error", "error_description": "No more organisations", "state": state}
    refused = read(ada.client.get("/connections/xero/callback", answer, follow=True))
    assert "ask whoever runs this Bookbind to make room, then try again." in refused.text
    assert "No more organisations" in refused.text
    assert "plan" not in refused.text.lower()


def test_a_reconnect_needs_no_more_room(ada: Walk) -> None:
    connection = connect(ada)
    page = read(ada.client.get(f"{ada.root}/{connection.id}/reconnect"))
    assert page.status == 200
    assert "make room" not in page.text


def test_the_selection_screen_lists_all_seven_in_order(ada: Walk) -> None:
    page = read(ada.client.get(f"{ada.root}/"))
    wanted = [
        "Xero",
        "QuickBooks Online",
        "Sage Accounting",
        "KashFlow",
        "FreeAgent",
        "ApprovalMax",
        "Bill.com",
    ]
    shown = [words.removeprefix("Connect ") for words, _ in page.buttons if words.startswith("Connect ")]
    assert shown == wanted
    assert page.has_button("Connect Xero")
    assert not page.has_button("Connect KashFlow")
    assert "Not connected yet. Your documents can be coded and exported" in page.text


def test_what_is_not_built_yet_can_not_be_begun(ada: Walk) -> None:
    page = read(ada.client.post(f"{ada.root}/connect/kashflow/"))
    assert page.status == 200
    assert "Continue to" not in page.text
    assert ada.client.post(f"{ada.root}/connect/nonsense/").status_code == 404


def test_one_organisation_is_shown_and_still_confirmed(ada: Walk) -> None:
    page = ada.allow("Acme Ltd")
    assert page.heading == "Choose the organisation"
    assert "Acme Ltd GB · GBP" in page.text
    assert "Signed in to Xero as ada@acme.test" in page.text
    assert not connections_of(ada)
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    assert summary.path.endswith("/summary")
    assert "8 lists are read" in summary.text
    assert not connections_of(ada)
    done = ada.press(summary, "finish")
    assert done.heading.startswith("Xero (Acme Ltd) is connected until")
    assert len(connections_of(ada)) == 1


def test_of_several_none_is_chosen_and_the_likeliest_is_first(ada: Walk) -> None:
    page = ada.allow("Acme Holdings Ltd", "Acme Ltd", "Acme Property Ltd")
    options = page.html[page.html.index("<select") : page.html.index("</select>")]
    assert "selected" not in options
    names = [line.split(">")[1].split("<")[0] for line in options.split("<option")[2:]]
    assert names == ["Acme Ltd", "Acme Holdings Ltd", "Acme Property Ltd"]
    assert "same name" in options.split("Acme Ltd")[0]
    assert "similar name" not in options
    nothing = read(ada.client.post(page.path, {}))
    assert nothing.status == 422
    assert "Choose an organisation." in nothing.text


def test_the_address_never_keeps_the_vendors_answer(ada: Walk) -> None:
    url = ada.set_out()
    answer = ada.sandbox.control(
        "consent", vendor="xero", authorize_url=url, login=ada.login, organisations=["Acme Ltd"]
    )
    path = answer["redirect"].split("/", 3)[3]
    response = ada.client.get(f"/{path}")
    assert response.status_code == 302
    assert "code" not in response["Location"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_cancelling_at_the_vendor_changes_nothing(ada: Walk) -> None:
    url = ada.set_out()
    state = url.split("state=")[1].split("&")[0]
    page = read(ada.client.get(f"/connections/xero/callback?error=access_denied&state={state}", follow=True))
    assert "You cancelled at Xero. Nothing changed." in page.text
    assert not connections_of(ada)


@pytest.mark.parametrize("query", ["", "?state=made-up&code=1", "?code=1", "?state=&code="])
def test_an_answer_that_nobody_asked_for_is_explained(query: str, ada: Walk) -> None:
    response = ada.client.get(f"/connections/xero/callback{query}")
    assert response["Location"] == "/connections/problem"
    page = read(ada.client.get("/connections/problem"))
    assert "Nothing changed" in page.text
    assert page.link("Back to connections")


def test_an_answer_for_a_session_that_is_over_travels_nowhere(ada: Walk) -> None:
    response = Client().get("/connections/xero/callback?state=s&code=secret")
    assert response["Location"] == "/accounts/login/"
    assert "no-store" in response["Cache-Control"]


def test_whoever_comes_back_to_a_session_that_is_over_learns_where_to_start_again(ada: Walk) -> None:
    page = read(Client().get("/connections/xero/callback?state=s&code=secret", follow=True))
    assert "Nothing was changed. Sign in, then start again under Connections." in page.text


def test_cancel_before_finish_changes_nothing(ada: Walk) -> None:
    page = ada.allow("Acme Ltd")
    after = ada.press(page, "cancel")
    assert "Cancelled. Nothing changed." in after.text
    assert not connections_of(ada)
    over = read(ada.client.get(page.path))
    assert over.status == 410
    assert "This sign-in is over" in over.text


def test_finish_pressed_twice_makes_one_connection(ada: Walk) -> None:
    page = ada.allow("Acme Ltd")
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    first, second = ada.press(summary, "finish"), ada.press(summary, "finish")
    assert first.path == second.path
    assert len(connections_of(ada)) == 1


def test_another_person_can_not_finish_somebodys_sign_in(ada: Walk, people: People, browse: Browse) -> None:
    page = ada.allow("Acme Ltd")
    ursula = browse(people.ursula)
    assert read(ursula.get(page.path)).status == 403
    assert ursula.post(f"{page.path}finish").status_code == 403
    assert not connections_of(ada)


def test_an_organisation_of_another_business_must_be_confirmed(ada: Walk, people: People) -> None:
    page = ada.allow("Acme Ltd")
    taken = organisations(page)[0]
    make_connection(people.other, people.olga, organisation_id=taken)
    summary = read(ada.client.post(page.path, {"organisation": taken}, follow=True))
    assert "already connected to another business in Bookbind" in summary.text
    assert people.other.name not in summary.html
    refused = ada.press(summary, "finish")
    assert refused.status == 409
    assert not connections_of(ada)
    ada.press(summary, "finish", shared="on")
    assert len(connections_of(ada)) == 1


def test_the_lists_arrive_with_visible_progress(ada: Walk) -> None:
    page = ada.allow("Acme Ltd")
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    confirmed = ada.press(summary, "finish")
    assert "0 of 8 complete" in confirmed.text
    assert 'hx-trigger="every 1s"' in confirmed.html
    run_due()
    progress = read(ada.client.get(confirmed.path.replace("confirmed", "progress")))
    assert "8 lists read. Documents can be published to Xero now." in progress.text
    assert "hx-trigger" not in progress.html
    with within(BusinessScope(ada.business.id)):
        accounts = RemoteItem.objects.filter(list="categories").count()
    assert f"Chart of accounts {accounts} entries" in progress.text
    assert progress.link("Go to costs")


def test_reconnect_finds_its_organisation_by_itself(ada: Walk) -> None:
    connection = connect(ada)
    page = ada.allow("Acme Ltd", path=f"/{connection.id}/reconnect")
    assert "the same organisation as before" in page.text
    assert "all settings unchanged" in page.text
    assert "<select" not in page.html
    done = ada.press(page, "finish", publish="look")
    assert done.heading.startswith("Xero (Acme Ltd) is connected until")
    assert [one.id for one in connections_of(ada)] == [connection.id]


def test_reconnect_that_reaches_another_organisation_changes_nothing(ada: Walk) -> None:
    connection = connect(ada)
    page = ada.allow("Acme Holdings Ltd", path=f"/{connection.id}/reconnect")
    assert "Acme Ltd was not among the organisations you allowed. Nothing was changed." in page.text
    assert "You signed in to Xero as ada@acme.test." in page.text
    different = read(ada.client.get(page.link("Use a different organisation")))
    assert "That is a different organisation. Nothing was changed." in different.text
    assert "Connected before Acme Ltd" in different.text
    assert "You chose Acme Holdings Ltd" in different.text
    refused = ada.press(page, "finish", publish="now")
    assert "was not among the organisations" in refused.text
    assert different.has_button("Move to Acme Holdings Ltd for good")
    after = connections_of(ada)
    assert [(one.id, one.organisation_id, one.epoch) for one in after] == [
        (connection.id, connection.organisation_id, connection.epoch)
    ]


def test_choosing_another_one_on_reconnect_is_never_taken(ada: Walk) -> None:
    connection = connect(ada)
    page = ada.allow("Acme Ltd", "Acme Holdings Ltd", path=f"/{connection.id}/reconnect")
    other = next(one for one in organisations(page) if one != connection.organisation_id)
    shown = read(ada.client.post(page.path, {"organisation": other}, follow=True))
    assert shown.path.endswith(f"different?organisation={other}")
    assert shown.link("Go back and choose Acme Ltd") == page.path


def test_going_back_to_the_comparison_leads_to_where_the_sign_in_is_now(ada: Walk) -> None:
    connection = connect(ada)
    page = ada.allow("Acme Holdings Ltd", path=f"/{connection.id}/reconnect")
    compared = page.link("Use a different organisation")
    [other] = organisations(page)
    moving = ada.press(page, "move", organisation=other)
    assert read(ada.client.get(compared, follow=True)).path == moving.path
    same = ada.allow("Acme Ltd", "Acme Holdings Ltd", path=f"/{connection.id}/reconnect")
    done = ada.press(same, "finish", publish="look")
    back = read(ada.client.get(f"{same.path}different", follow=True))
    assert back.path == done.path, "it is used already, and says so"


def test_whoever_allowed_no_other_organisation_can_sign_in_again(ada: Walk) -> None:
    connection = connect(ada)
    page = ada.allow("Acme Ltd", path=f"/{connection.id}/reconnect")
    shown = read(ada.client.get(page.link("Use a different organisation")))
    assert "You allowed no other organisation." in shown.text
    assert shown.has_button("Sign in again")
    assert f'action="{ada.root}/{connection.id}/reconnect"' in shown.html
    assert shown.link("Go back") == page.path


def test_reconnect_of_what_was_disconnected_leads_to_connect(ada: Walk) -> None:
    connection = connect(ada)
    read(ada.client.post(f"{ada.root}/{connection.id}/disconnect", follow=True))
    page = read(ada.client.post(f"{ada.root}/{connection.id}/reconnect", follow=True))
    assert page.path.endswith("/connect/xero/")


def test_a_second_main_connection_is_refused_in_words(ada: Walk) -> None:
    connect(ada)
    page = read(ada.client.post(f"{ada.root}/connect/xero/"))
    assert page.status == 409
    assert "The books are kept at Xero (Acme Ltd). To move them, choose Change connection." in page.text


def test_no_token_reaches_a_page_or_the_session(ada: Walk) -> None:
    connection = connect(ada)
    with within(BusinessScope(ada.business.id)):
        grant = connection.grant
        assert grant is not None
        tokens = open_tokens(grant.tokens, grant_row(grant.id))
    paths = ("/", f"/{connection.id}/confirmed", f"/{connection.id}/history", f"/{connection.id}/refresh")
    seen = [read(ada.client.get(f"{ada.root}{path}")).html for path in paths]
    seen.append(json.dumps(dict(ada.client.session.items()), default=str))
    for secret in (tokens.access_token, tokens.refresh_token):
        assert len(secret) > 20
        assert not any(secret in text for text in seen)


def test_a_session_that_ended_is_told_from_another_browser(ada: Walk, people: People, browse: Browse) -> None:
    """Of each it is said what happened, that nothing is lost, and one press begins again."""
    elsewhere = browse(people.alice)
    url = ada.set_out()
    there = read(elsewhere.get(_answer(ada, url), follow=True))
    assert "You began this sign-in in another browser" in there.text
    page = ada.come_back(ada.set_out(), "Acme Ltd")
    unknowing = read(elsewhere.get(page.path))
    assert "You began this sign-in in another browser. Nothing was changed: finish it there" in unknowing.text
    assert unknowing.link("Begin again") == f"{ada.root}/connect/xero/"

    ada.client.logout()
    ada.client.force_login(people.alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    for answer in (ada.press(page, "finish"), read(ada.client.get(_answer(ada, url), follow=True))):
        assert "You have signed in to Bookbind again since you began this" in answer.text
        assert "Nothing was changed and nothing is lost" in answer.text
        assert "{" not in answer.text
        assert answer.link("Begin again") == f"{ada.root}/connect/xero/"
    assert not connections_of(ada)


def test_what_a_colleague_began_is_not_taken_for_another_browser(
    ada: Walk, people: People, browse: Browse
) -> None:
    page = ada.allow("Acme Ltd")
    colleague = read(browse(people.carol).get(page.path))
    assert colleague.status == 403
    assert "Somebody else began this sign-in" in colleague.text


def _answer(walk: Walk, url: str) -> str:
    """The vendor's answer to a sign-in: the address to which it sends the browser."""
    answer = walk.sandbox.control(
        "consent", vendor="xero", authorize_url=url, login=walk.login, organisations=["Acme Ltd"]
    )
    parts = urlsplit(answer["redirect"])
    return f"{parts.path}?{parts.query}"
