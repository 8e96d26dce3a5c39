"""Files on documents: kept, listed, given back, replaced, limited."""

import hashlib
from urllib.parse import quote

import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.xero_app import XeroApp, messages
from tests.support.processes import Sandbox

PDF = b"%PDF-1.7\nsome bytes \x00\xff"


@pytest.fixture
def bill(acme: XeroApp) -> str:
    return f"Invoices/{acme.create()['InvoiceID']}"


def test_a_file_is_kept_and_comes_back_byte_for_byte(sandbox: Sandbox, acme: XeroApp, bill: str) -> None:
    answer = acme.call("PUT", f"{bill}/Attachments/bill.pdf", content=PDF, IncludeOnline="true")
    shown = answer.json()["Attachments"][0]
    assert (shown["FileName"], shown["MimeType"], shown["ContentLength"], shown["IncludeOnline"]) == (
        "bill.pdf",
        "application/pdf",
        len(PDF),
        True,
    )
    assert acme.get(f"{bill}/Attachments")["Attachments"] == [shown]
    for wanted in ("bill.pdf", shown["AttachmentID"]):
        content = acme.call(
            "GET", f"{bill}/Attachments/{wanted}", headers={"Accept": "application/octet-stream"}
        )
        assert content.content == PDF
        assert content.headers["content-type"] == "application/pdf"
    assert acme.get(bill)["Invoices"][0]["HasAttachments"] is True
    received = sandbox.received()["documents"][0]["attachments"]
    assert received == [
        {
            "file_name": "bill.pdf",
            "mime_type": "application/pdf",
            "size": len(PDF),
            "sha256": hashlib.sha256(PDF).hexdigest(),
        }
    ]


def test_the_same_name_overwrites(acme: XeroApp, bill: str) -> None:
    acme.call("PUT", f"{bill}/Attachments/bill.pdf", content=PDF)
    acme.call("POST", f"{bill}/Attachments/bill.pdf", content=b"newer")
    assert len(acme.get(f"{bill}/Attachments")["Attachments"]) == 1
    assert acme.call("GET", f"{bill}/Attachments/bill.pdf").content == b"newer"


def test_a_document_takes_ten_files(acme: XeroApp, bill: str) -> None:
    for number in range(10):
        assert acme.call("PUT", f"{bill}/Attachments/{number}.pdf", content=PDF).status_code == 200
    eleventh = acme.call("PUT", f"{bill}/Attachments/11.pdf", content=PDF)
    assert messages(eleventh) == ["A document can have at most 10 attachments"]
    assert acme.call("PUT", f"{bill}/Attachments/3.pdf", content=PDF).status_code == 200


def test_ten_megabytes_are_the_most(acme: XeroApp, bill: str) -> None:
    most = b"x" * (10 * 1024 * 1024)
    assert acme.call("PUT", f"{bill}/Attachments/most.pdf", content=most).status_code == 200
    more = acme.call("PUT", f"{bill}/Attachments/more.pdf", content=most + b"x")
    assert messages(more) == ["The file exceeds the maximum size of 10 MB"]


@pytest.mark.parametrize(
    "name", ["a<b.pdf", "a:b.pdf", 'a"b.pdf', "a/b.pdf", "a\\b.pdf", "a|b", "a?b", "a*b", "a+b"]
)
def test_file_names_that_are_not_allowed(acme: XeroApp, bill: str, name: str) -> None:
    answer = acme.call("PUT", f"{bill}/Attachments/{quote(name, safe='')}", content=PDF)
    assert messages(answer) == ["The file name contains characters that are not allowed"]


def test_empty_files_and_unknown_documents(acme: XeroApp, bill: str) -> None:
    assert messages(acme.call("PUT", f"{bill}/Attachments/empty.pdf", content=b"")) == ["The file is empty"]
    nowhere = "Invoices/00000000-0000-0000-0000-000000000000/Attachments"
    assert acme.call("PUT", f"{nowhere}/a.pdf", content=PDF).status_code == 404
    assert acme.call("GET", nowhere).status_code == 404
    assert acme.call("GET", f"{bill}/Attachments/nothing.pdf").status_code == 404


def test_files_need_their_own_scope(connect: Connect, acme: XeroApp, bill: str) -> None:
    acme.tokens = connect("jo@harbour.test", scope="openid accounting.invoices").tokens
    answer = acme.call("PUT", f"{bill}/Attachments/bill.pdf", content=PDF)
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


def test_names_with_spaces_and_letters_of_all_kinds(acme: XeroApp, bill: str) -> None:
    name = "Rechnung März 2026 №1.pdf"
    assert acme.call("PUT", f"{bill}/Attachments/{quote(name)}", content=PDF).status_code == 200
    assert acme.get(f"{bill}/Attachments")["Attachments"][0]["FileName"] == name
