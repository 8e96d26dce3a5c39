"""Rate limits and the Idempotency-Key, counted exactly under parallel calls."""

from collections import Counter

import httpx2
import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.xero_app import XeroApp, messages
from tests.support.processes import Sandbox


def together(app: XeroApp, count: int, path: str = "Organisation") -> list[httpx2.Response]:
    """Call at the same moment, each over a connection of its own."""
    url = f"{app.sandbox.url}/xero/api.xro/2.0/{path}"
    request = app.client.build_request("GET", url, headers=app.headers())
    return app.sandbox.ask_at_once([request] * count)


def test_every_answer_says_what_is_left(acme: XeroApp) -> None:
    first, second = acme.call("GET", "Organisation").headers, acme.call("GET", "Organisation").headers
    for name, full in (
        ("x-daylimit-remaining", 5000),
        ("x-minlimit-remaining", 60),
        ("x-appminlimit-remaining", 10_000),
    ):
        assert int(first[name]) == full - 1
        assert int(second[name]) == full - 2
    assert first["xero-correlation-id"] != second["xero-correlation-id"]


def test_the_sixty_first_call_of_a_minute_waits(sandbox: Sandbox, acme: XeroApp) -> None:
    statuses = [acme.call("GET", "Organisation").status_code for _ in range(60)]
    assert set(statuses) == {200}
    refused = acme.call("GET", "Organisation")
    assert refused.status_code == 429
    assert refused.headers["x-rate-limit-problem"] == "minute"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-minlimit-remaining"] == "0"
    assert sandbox.received()["refused_by_status"] == {"429": 1}


def test_the_sandbox_clock_does_not_refill_the_minute(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("limits", vendor="xero", minute=1)
    acme.call("GET", "Organisation")
    sandbox.control("clock", skip="5m")
    assert acme.call("GET", "Organisation").status_code == 429


def test_each_organisation_has_its_own_minute(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.control("limits", vendor="xero", minute=1)
    acme, holdings = connect(organisation="Acme Ltd"), connect(organisation="Acme Holdings Ltd")
    assert [app.call("GET", "Users").status_code for app in (acme, holdings, acme)] == [200, 200, 429]


def test_the_day_limit_asks_for_hours(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("limits", vendor="xero", day=2)
    statuses = [acme.call("GET", "Organisation").status_code for _ in range(3)]
    refused = acme.call("GET", "Organisation")
    assert statuses == [200, 200, 429]
    assert refused.headers["x-rate-limit-problem"] == "day"
    assert int(refused.headers["retry-after"]) > 80_000


def test_the_app_has_a_minute_over_all_organisations(sandbox: Sandbox, connect: Connect) -> None:
    sandbox.control("limits", vendor="xero", app_minute=2)
    acme, holdings = connect(organisation="Acme Ltd"), connect(organisation="Acme Holdings Ltd")
    answers = [app.call("GET", "Users") for app in (acme, holdings, acme)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["x-rate-limit-problem"] == "appminute"


def test_the_sixth_call_at_once_is_refused(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("limits", vendor="xero", latency_ms=100)
    answers = together(acme, 8)
    assert Counter(answer.status_code for answer in answers) == {200: 5, 429: 3}
    assert {answer.headers.get("x-rate-limit-problem") for answer in answers} == {None, "concurrent"}
    assert {answer.status_code for answer in together(acme, 5)} == {200}


def test_the_log_counts_exactly_under_parallel_calls(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("limits", vendor="xero", concurrent=100, minute=1000)
    for _ in range(3):
        assert {answer.status_code for answer in together(acme, 20)} == {200}
    totals = sandbox.received()
    assert (totals["requests"], totals["writes"], totals["refused"]) == (60, 0, 0)
    assert totals["by_organisation"] == {
        acme.tenant: {"name": "Acme Ltd", "requests": 60, "writes": 0, "refused": 0}
    }
    assert (totals["token_requests"], totals["identity_requests"]) == (1, 1)


def test_a_repeated_key_replays_the_first_answer(sandbox: Sandbox, acme: XeroApp) -> None:
    body = {"Invoices": [acme.bill()]}
    answers = [acme.call("PUT", "Invoices", body=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(sandbox.received()["documents"]) == 1
    last = sandbox.read("log", vendor="xero")["requests"][-1]
    assert (last["replayed"], last["idempotency_key"]) == (True, "k1")
    assert int(answers[1].headers["x-minlimit-remaining"]) < int(answers[0].headers["x-minlimit-remaining"])


def test_refusals_are_remembered_too(sandbox: Sandbox, acme: XeroApp) -> None:
    body, key = {"Invoices": [acme.bill(CurrencyCode="EUR", LineItems=[])]}, {"Idempotency-Key": "k2"}
    first = acme.call("PUT", "Invoices", body=body, headers=key)
    again = acme.call("PUT", "Invoices", body=body, headers=key)
    assert (first.status_code, again.status_code) == (400, 400)
    assert first.content == again.content


def test_a_key_belongs_to_one_request(sandbox: Sandbox, acme: XeroApp) -> None:
    key = {"Idempotency-Key": "k3"}
    acme.call("PUT", "Invoices", body={"Invoices": [acme.bill()]}, headers=key)
    other = acme.call("PUT", "Invoices", body={"Invoices": [acme.bill(InvoiceNumber="SUP-2")]}, headers=key)
    assert other.status_code == 400
    assert other.json()["Message"] == "Idempotency Key: k3 is used with a different request."
    assert len(sandbox.received()["documents"]) == 1


@pytest.mark.parametrize(("skip", "documents"), [("5m", 1), ("7m", 2)])
def test_a_key_is_remembered_for_six_minutes(
    sandbox: Sandbox, acme: XeroApp, skip: str, documents: int
) -> None:
    body = {"Invoices": [acme.bill()]}
    acme.call("PUT", "Invoices", body=body, headers={"Idempotency-Key": "k4"})
    sandbox.control("clock", skip=skip)
    acme.call("PUT", "Invoices", body=body, headers={"Idempotency-Key": "k4"})
    assert len(sandbox.received()["documents"]) == documents


def test_a_key_has_at_most_128_characters(acme: XeroApp) -> None:
    key = {"Idempotency-Key": "k" * 129}
    assert acme.call("PUT", "Invoices", body={"Invoices": [acme.bill()]}, headers=key).status_code == 400


def test_the_same_key_sent_at_once_makes_one_bill(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("limits", vendor="xero", latency_ms=100)
    bill, url = {"Invoices": [acme.bill()]}, f"{sandbox.url}/xero/api.xro/2.0/Invoices"
    request = acme.client.build_request("PUT", url, json=bill, headers=acme.headers(Idempotency_Key="k5"))
    answers = sandbox.ask_at_once([request] * 4)
    assert len({answer.json()["Invoices"][0]["InvoiceID"] for answer in answers}) == 1
    assert len(sandbox.received()["documents"]) == 1


def test_without_a_key_two_sends_are_two_bills(sandbox: Sandbox, acme: XeroApp) -> None:
    for _ in range(2):
        assert not messages_of(acme.put("Invoices", {"Invoices": [acme.bill()]}))
    assert len(sandbox.received()["documents"]) == 2


def messages_of(answer: httpx2.Response) -> list[str]:
    return messages(answer) if answer.status_code == 400 else []
