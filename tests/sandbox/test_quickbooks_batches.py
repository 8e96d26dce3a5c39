"""Batches: in series, each item with its own answer, the whole under one requestid."""

from typing import Any

from tests.sandbox.quickbooks_app import QuickBooksApp, accepted, fault
from tests.support.processes import Sandbox


def batch(books: QuickBooksApp, *items: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = accepted(books.post("batch", {"BatchItemRequest": list(items)}, **query))[
        "BatchItemResponse"
    ]
    return found


def create(number: str, bill: dict[str, Any]) -> dict[str, Any]:
    return {"bId": number, "operation": "create", "Bill": bill}


def test_each_item_is_answered_for_itself(sandbox: Sandbox, books: QuickBooksApp) -> None:
    good = books.bill()
    bad = good | {"DocNumber": "SUP-2", "VendorRef": {"value": "9999"}}
    answers = batch(
        books,
        create("a", good),
        create("b", bad),
        # In series: the number that the first item took is taken for the third.
        create("c", good),
        create("d", good) | {"optionsData": "include=allowduplicatedocnum"},
        {"bId": "e", "Query": "select * from Bill"},
        {"bId": "f", "operation": "explode", "Bill": good},
    )
    assert [answer["bId"] for answer in answers] == ["a", "b", "c", "d", "e", "f"]
    codes = [answer["Fault"]["Error"][0]["code"] if "Fault" in answer else "" for answer in answers]
    assert codes == ["", "2500", "6140", "", "", "500"]
    assert len(answers[4]["QueryResponse"]["Bill"]) == 2
    assert len(sandbox.received("quickbooks")["documents"]) == 2


def test_a_batch_changes_and_deletes(books: QuickBooksApp) -> None:
    bill = books.create()
    change = {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "DocNumber": "SUP-9"}
    changed, deleted = batch(
        books,
        {"bId": "1", "operation": "update", "Bill": change},
        {"bId": "2", "operation": "delete", "Bill": {"Id": bill["Id"], "SyncToken": "1"}},
    )
    assert changed["Bill"]["DocNumber"] == "SUP-9"
    assert deleted["Bill"]["status"] == "Deleted"


def test_a_batch_holds_thirty_items(books: QuickBooksApp) -> None:
    reads = [{"bId": str(number), "Query": "select count(*) from Bill"} for number in range(31)]
    assert len(batch(books, *reads[:30])) == 30
    assert fault(books.post("batch", {"BatchItemRequest": reads}))[0] == "1040"
    assert fault(books.post("batch", {"BatchItemRequest": []}))[0] == "2020"


def test_a_batch_names_its_items_and_itself_shortly(books: QuickBooksApp) -> None:
    read = {"bId": "1", "Query": "select count(*) from Bill"}
    (nameless,) = batch(books, {"Query": read["Query"]})
    assert nameless["Fault"]["Error"][0]["code"] == "2020"
    body = {"BatchItemRequest": [read]}
    assert fault(books.post("batch", body, requestid="r" * 37))[0] == "2050"
    assert "Fault" not in books.post("batch", body, requestid="r" * 36).json()


def test_a_requestid_covers_the_whole_batch(sandbox: Sandbox, books: QuickBooksApp) -> None:
    item = create("a", books.bill())
    first, again = batch(books, item, requestid="b-1"), batch(books, item, requestid="b-1")
    assert first == again
    assert len(sandbox.received("quickbooks")["documents"]) == 1
