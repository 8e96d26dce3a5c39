"""QuickBooks' limits and failures: counted by company, worded by its gateway."""

import time
from collections import Counter

import httpx2
import pytest

from tests.sandbox.conftest import ConnectBooks
from tests.sandbox.quickbooks_app import QuickBooksApp, fault, refresh
from tests.support.processes import Sandbox


def break_calls(sandbox: Sandbox, operation: str, kind: str, **more: object) -> None:
    sandbox.control("faults", vendor="quickbooks", operation=operation, fault=kind, **more)


def ask_at_once(app: QuickBooksApp, count: int) -> Counter[int]:
    """How many of so many calls at the same moment are answered with what."""
    url = f"{app.sandbox.url}/quickbooks/v3/company/{app.realm}/preferences"
    request = app.client.build_request("GET", url, headers=app.headers())
    return Counter(answer.status_code for answer in app.sandbox.ask_at_once([request] * count))


def test_a_company_has_its_own_minute(sandbox: Sandbox, connect_books: ConnectBooks) -> None:
    acme, holdings = connect_books(), connect_books(organisation="Acme Holdings Ltd")
    sandbox.control("limits", vendor="quickbooks", minute=2)
    answers = [acme.call("GET", "preferences") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = answers[2]
    error = refused.json()["Fault"]["Error"][0]
    assert (error["code"], error["Detail"]) == ("3001", "The request limit was reached.")
    assert "errorCode=003001" in error["Message"]
    assert refused.json()["Fault"]["type"] == "SERVICE"
    assert "retry-after" not in refused.headers
    assert holdings.call("GET", "preferences").status_code == 200


def test_the_usual_limits_are_those_that_are_published(sandbox: Sandbox) -> None:
    sandbox.control("reset")
    limits = sandbox.control("limits", vendor="quickbooks")
    assert (limits["second"], limits["minute"], limits["concurrent"]) == (10, 500, 10)


def test_ten_calls_are_all_in_a_second(sandbox: Sandbox, connect_books: ConnectBooks) -> None:
    acme, holdings = connect_books(), connect_books(organisation="Acme Holdings Ltd")
    sandbox.control("limits", vendor="quickbooks", second=10)
    assert ask_at_once(acme, 11) == {200: 10, 429: 1}
    assert holdings.call("GET", "preferences").status_code == 200
    time.sleep(1.0)
    assert acme.call("GET", "preferences").status_code == 200


def test_ten_calls_run_at_a_time(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("limits", vendor="quickbooks", latency_ms=100)
    assert ask_at_once(books, 14) == {200: 10, 429: 4}


def test_forty_batches_are_all_in_a_minute(books: QuickBooksApp) -> None:
    items = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Bill"}]}
    statuses = [books.post("batch", items).status_code for _ in range(41)]
    assert statuses == [200] * 40 + [429]
    assert books.call("GET", "preferences").status_code == 200


def test_every_answer_has_a_transaction_id(sandbox: Sandbox, books: QuickBooksApp) -> None:
    answers = [
        books.call("GET", "preferences"),
        books.call("GET", "vendor/9999"),
        books.call("GET", "preferences", headers={"Authorization": "Bearer nonsense"}),
        refresh(sandbox, "nonsense"),
    ]
    assert [answer.status_code for answer in answers] == [200, 400, 401, 400]
    assert len({answer.headers["intuit_tid"] for answer in answers}) == 4


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        ("429", 429, "ThrottleExceeded"),
        ("500", 500, "SystemFault"),
        ("503", 503, "<html>"),
        ("html", 200, "<html>"),
    ],
)
def test_failures_are_worded_as_quickbooks_words_them(
    sandbox: Sandbox, books: QuickBooksApp, kind: str, status: int, word: str
) -> None:
    break_calls(sandbox, "create_invoice", kind)
    bill = books.bill()
    refused = books.post("bill", bill)
    assert refused.status_code == status
    assert word in refused.text
    assert "retry-after" not in refused.headers
    assert sandbox.received("quickbooks")["documents"] == []
    assert books.post("bill", bill).status_code == 200


def test_a_lost_reply_did_the_work_and_its_requestid_tells(sandbox: Sandbox, books: QuickBooksApp) -> None:
    break_calls(sandbox, "create_invoice", "lost_reply")
    bill = books.bill()
    with pytest.raises(httpx2.TransportError):
        books.post("bill", bill, requestid="r-1")
    received = sandbox.received("quickbooks")["documents"]
    again = books.post("bill", bill, requestid="r-1").json()["Bill"]
    assert [one["id"] for one in received] == [again["Id"]]
    assert len(sandbox.received("quickbooks")["documents"]) == 1


def test_a_cut_answer_did_the_work(sandbox: Sandbox, books: QuickBooksApp) -> None:
    break_calls(sandbox, "attach", "truncated")
    break_calls(sandbox, "create_invoice", "truncated")
    bill = books.bill()
    with pytest.raises(httpx2.TransportError):
        books.post("bill", bill)
    assert len(sandbox.received("quickbooks")["documents"]) == 1


def test_a_time_out_hangs_and_does_nothing(sandbox: Sandbox, books: QuickBooksApp) -> None:
    break_calls(sandbox, "create_invoice", "timeout", seconds=0.5)
    bill, began = books.bill(), time.monotonic()
    with pytest.raises(httpx2.TransportError):
        books.post("bill", bill)
    assert 0.4 < time.monotonic() - began < 25
    assert sandbox.received("quickbooks")["documents"] == []


@pytest.mark.parametrize(
    ("operation", "path", "query"),
    [
        ("organisation", "companyinfo/1", {}),
        ("preferences", "query", {"query": "select * from Preferences"}),
        ("accounts", "query", {"query": "SELECT * FROM Account"}),
        ("tax_rates", "query", {"query": "select * from TaxRate"}),
        ("contacts", "vendor/1", {}),
        ("tracking", "query", {"query": "select Name from Department"}),
        ("items", "query", {"query": "select * from Item"}),
        ("find_invoices", "query", {"query": "select * from Bill"}),
        ("find_attachments", "query", {"query": "select * from Attachable"}),
        ("cdc", "cdc", {"entities": "Vendor", "changedSince": "2099-01-01"}),
    ],
)
def test_a_fault_meets_the_operation_it_names(
    sandbox: Sandbox, books: QuickBooksApp, operation: str, path: str, query: dict[str, str]
) -> None:
    break_calls(sandbox, operation, "500")
    assert fault(books.call("GET", path, **query), 500)[0] == "10000"
    assert books.call("GET", path, **query).status_code == 200


def test_token_calls_fail_in_quickbooks_words_too(sandbox: Sandbox, books: QuickBooksApp) -> None:
    break_calls(sandbox, "token", "429")
    break_calls(sandbox, "token", "503")
    throttled = refresh(sandbox, books.tokens["refresh_token"])
    assert throttled.json()["Fault"]["Error"][0]["code"] == "3001"
    assert not {"retry-after", "x-rate-limit-problem"} & set(throttled.headers)
    assert "<html>" in refresh(sandbox, books.tokens["refresh_token"]).text
    assert refresh(sandbox, books.tokens["refresh_token"]).status_code == 200


def test_faults_of_one_vendor_leave_the_other_alone(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("faults", vendor="xero", operation="any", fault="500")
    assert books.call("GET", "preferences").status_code == 200
