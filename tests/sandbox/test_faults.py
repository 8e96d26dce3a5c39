"""Faults: each kind does what its name says, where it was asked for, as often as asked."""

import time
from http.client import HTTPConnection

import httpx2
import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.xero_app import XeroApp, allow, redeem, refresh
from tests.support.processes import Sandbox


def fault(sandbox: Sandbox, operation: str, kind: str, **more: object) -> None:
    sandbox.control("faults", vendor="xero", operation=operation, fault=kind, **more)


@pytest.mark.parametrize(("kind", "status"), [("429", 429), ("500", 500), ("503", 503)])
def test_errors_come_as_often_as_asked_and_nothing_is_done(
    sandbox: Sandbox, acme: XeroApp, kind: str, status: int
) -> None:
    fault(sandbox, "create_invoice", kind, times=2, retry_after=7)
    answers = [acme.put("Invoices", {"Invoices": [acme.bill()]}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert len(sandbox.received()["documents"]) == 1


def test_a_lost_reply_did_the_work(sandbox: Sandbox, acme: XeroApp) -> None:
    fault(sandbox, "create_invoice", "lost_reply")
    bill = acme.bill()
    with pytest.raises(httpx2.TransportError):
        acme.put("Invoices", {"Invoices": [bill]})
    assert [one["url"] for one in sandbox.received()["documents"]] == [bill["Url"]]
    last = sandbox.read("log", vendor="xero")["requests"][-1]
    assert (last["fault"], last["status"]) == ("lost_reply", 200)


def test_a_lost_reply_is_replayed_under_its_key(sandbox: Sandbox, acme: XeroApp) -> None:
    fault(sandbox, "create_invoice", "lost_reply")
    body, key = {"Invoices": [acme.bill()]}, {"Idempotency-Key": "k1"}
    with pytest.raises(httpx2.TransportError):
        acme.call("PUT", "Invoices", body=body, headers=key)
    answer = acme.call("PUT", "Invoices", body=body, headers=key)
    found = sandbox.received()["documents"]
    assert [answer.json()["Invoices"][0]["InvoiceID"]] == [one["id"] for one in found]


def test_a_time_out_hangs_and_does_nothing_unless_told(sandbox: Sandbox, acme: XeroApp) -> None:
    fault(sandbox, "create_invoice", "timeout", seconds=0.5)
    fault(sandbox, "create_invoice", "timeout", seconds=0.5, commit=True)
    for documents in (0, 1):
        began = time.monotonic()
        with pytest.raises(httpx2.TransportError):
            acme.put("Invoices", {"Invoices": [acme.bill()]})
        assert 0.4 < time.monotonic() - began < 25
        assert len(sandbox.received()["documents"]) == documents


def test_a_client_that_gives_up_frees_its_slot(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("limits", vendor="xero", concurrent=1)
    fault(sandbox, "organisation", "timeout", seconds=60)
    leaving = HTTPConnection("127.0.0.1", sandbox.port)
    leaving.request("GET", "/xero/api.xro/2.0/Organisation", headers=acme.headers())
    while sandbox.read("faults")["faults"][0]["hits"] == 0:
        time.sleep(0.01)
    assert acme.call("GET", "Organisation").status_code == 429
    leaving.close()
    while acme.call("GET", "Organisation").status_code != 200:
        time.sleep(0.05)


def test_html_and_empty_bodies_come_with_a_200(sandbox: Sandbox, acme: XeroApp) -> None:
    fault(sandbox, "accounts", "html")
    fault(sandbox, "accounts", "empty")
    page, nothing = acme.call("GET", "Accounts"), acme.call("GET", "Users")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert nothing.status_code == 200
    empty = acme.client.get(f"{sandbox.url}/xero/api.xro/2.0/Accounts", headers=acme.headers())
    assert (empty.status_code, empty.content) == (200, b"")


def test_a_truncated_answer_breaks_off_in_the_middle(sandbox: Sandbox, acme: XeroApp) -> None:
    whole = acme.call("GET", "Contacts", page=1).content
    fault(sandbox, "contacts", "truncated")
    received = b""
    url = f"{sandbox.url}/xero/api.xro/2.0/Contacts"
    with (
        pytest.raises(httpx2.RemoteProtocolError),
        httpx2.stream("GET", url, params={"page": 1}, headers=acme.headers()) as answer,
    ):
        assert answer.status_code == 200
        assert abs(int(answer.headers["content-length"]) - len(whole)) < 5
        for piece in answer.iter_raw():
            received += piece
    assert received
    assert len(received) == len(whole) // 2


def test_a_fault_can_follow_one_organisation(sandbox: Sandbox, connect: Connect) -> None:
    acme, holdings = connect(organisation="Acme Ltd"), connect(organisation="Acme Holdings Ltd")
    fault(sandbox, "any", "503", times=None, organisation="Acme Holdings Ltd")
    assert [app.call("GET", "Users").status_code for app in (acme, holdings, holdings)] == [200, 503, 503]
    assert refresh(sandbox, acme.tokens["refresh_token"]).status_code == 200
    assert sandbox.read("faults")["faults"][0]["hits"] == 2
    sandbox.clear_faults()
    assert holdings.call("GET", "Users").status_code == 200


def test_a_lost_token_answer_leaves_the_previous_token_usable(sandbox: Sandbox, acme: XeroApp) -> None:
    fault(sandbox, "token", "lost_reply")
    with pytest.raises(httpx2.TransportError):
        refresh(sandbox, acme.tokens["refresh_token"])
    assert refresh(sandbox, acme.tokens["refresh_token"]).status_code == 200


def test_the_other_operations_can_fail_too(sandbox: Sandbox, acme: XeroApp) -> None:
    code = allow(sandbox, "ada@acme.test", "Acme Ltd")["code"]
    fault(sandbox, "token", "500")
    assert redeem(sandbox, code).status_code == 500
    assert redeem(sandbox, code).status_code == 200
    bill = f"Invoices/{acme.create()['InvoiceID']}"
    calls = {
        "organisation": ("GET", "Organisation"),
        "accounts": ("GET", "Accounts"),
        "tax_rates": ("GET", "TaxRates"),
        "contacts": ("GET", "Contacts"),
        "tracking": ("GET", "TrackingCategories"),
        "items": ("GET", "Items"),
        "currencies": ("GET", "Currencies"),
        "users": ("GET", "Users"),
        "find_invoices": ("GET", "Invoices"),
        "create_contact": ("PUT", "Contacts"),
        "attach": ("PUT", f"{bill}/Attachments/a.pdf"),
        "find_attachments": ("GET", f"{bill}/Attachments"),
    }
    for operation, (method, path) in calls.items():
        fault(sandbox, operation, "500")
        assert acme.call(method, path, content=b"x" if method == "PUT" else None).status_code == 500, (
            operation
        )
    fault(sandbox, "connections", "503")
    assert acme.client.get(f"{sandbox.url}/xero/connections", headers=acme.headers()).status_code == 503
    assert all(one["times"] == 0 for one in sandbox.read("faults")["faults"])


@pytest.mark.parametrize(
    "wish",
    [
        {"operation": "create_invoice", "fault": "gremlins"},
        {"operation": "make_tea", "fault": "500"},
        {"operation": "any", "fault": "500", "times": 0},
        {"operation": "any", "fault": "500", "organisation": "Nobody Ltd"},
        {"operation": "any", "fault": "500", "vendor": "abacus"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: Sandbox, wish: dict[str, object]) -> None:
    answer = sandbox.client.post(f"{sandbox.url}/_control/faults", json=wish)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]
    assert sandbox.read("faults") == {"faults": []}
