"""Files in QuickBooks: uploads in every form that clients build, links to documents, downloads."""

import base64
import hashlib
import json
from typing import Any

import httpx2
import pytest

from tests.sandbox.quickbooks_app import QuickBooksApp, accepted, fault
from tests.support.processes import Sandbox

PDF = b"%PDF-1.7\r\nthe very file\n"
BOUNDARY = "a-boundary"


def metadata(entity: dict[str, Any] | None, name: str = "bill.pdf") -> dict[str, Any]:
    refs = [{"EntityRef": {"type": "Bill", "value": entity["Id"]}, "IncludeOnSend": False}] if entity else []
    return {"AttachableRef": refs, "FileName": name, "ContentType": "application/pdf"}


def part(
    number: int, about: dict[str, Any], content: bytes, *, encoded: bool = False, line_end: str = "\r\n"
) -> bytes:
    """Two parts of a multipart body: what the file is, and the file."""
    encoding = ["Content-Transfer-Encoding: base64"] if encoded else []
    head = [
        f"--{BOUNDARY}",
        f'Content-Disposition: form-data; name="file_metadata_{number:02}"',
        "Content-Type: application/json",
        "",
        json.dumps(about),
        f"--{BOUNDARY}",
        f'Content-Disposition: form-data; name="file_content_{number:02}"; filename="{about["FileName"]}"',
        "Content-Type: application/pdf",
        *encoding,
        "",
        "",
    ]
    body = base64.b64encode(content) if encoded else content
    return line_end.join(head).encode() + body + line_end.encode()


def end(line_end: str = "\r\n") -> bytes:
    return f"--{BOUNDARY}--{line_end}".encode()


@pytest.mark.parametrize("form", ["base64", "binary"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
def test_a_file_arrives_byte_for_byte(
    sandbox: Sandbox, books: QuickBooksApp, form: str, line_end: str
) -> None:
    encoded = form == "base64"
    bill = books.create()
    body = (
        line_end.encode() + part(1, metadata(bill), PDF, encoded=encoded, line_end=line_end) + end(line_end)
    )
    made = books.upload(body, BOUNDARY)[0]["Attachable"]
    assert (made["FileName"], made["Size"], made["ContentType"]) == ("bill.pdf", len(PDF), "application/pdf")
    assert made["AttachableRef"][0]["EntityRef"] == {"value": bill["Id"], "type": "Bill"}
    files = sandbox.received("quickbooks")["documents"][0]["attachments"]
    assert [(one["file_name"], one["sha256"]) for one in files] == [
        ("bill.pdf", hashlib.sha256(PDF).hexdigest())
    ]


def test_several_files_have_an_answer_each(books: QuickBooksApp) -> None:
    bill = books.create()
    body = (
        part(1, metadata(bill), PDF)
        + part(2, metadata(bill, "run.exe"), PDF)
        + part(3, metadata(bill), PDF)
        + end()
    )
    answers = books.upload(body, BOUNDARY)
    assert [next(iter(answer)) for answer in answers] == ["Attachable", "Fault", "Attachable"]
    assert answers[1]["Fault"]["Error"][0]["code"] == "6000"
    ids = {answer["Attachable"]["Id"] for answer in answers if "Attachable" in answer}
    # The same name twice is two files; nothing is overwritten.
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("about", "content", "code"),
    [
        ({"AttachableRef": [{"EntityRef": {"type": "Bill", "value": "9999"}}]}, PDF, "2500"),
        ({"AttachableRef": [{"EntityRef": {"type": "Spoon", "value": "1"}}]}, PDF, "2170"),
        ({}, b"", "6000"),
    ],
)
def test_a_file_that_is_refused_comes_with_http_200(
    books: QuickBooksApp, about: dict[str, Any], content: bytes, code: str
) -> None:
    body = part(1, metadata(None) | about, content) + end()
    assert books.upload(body, BOUNDARY)[0]["Fault"]["Error"][0]["code"] == code
    assert books.query("select * from Attachable") == []


def test_the_files_of_a_bill_are_found_by_their_link(books: QuickBooksApp) -> None:
    first, second = books.create(), books.create(DocNumber="SUP-2")
    for bill, name in ((first, "one.pdf"), (second, "two.pdf"), (first, "three.pdf")):
        books.upload(part(1, metadata(bill, name), PDF) + end(), BOUNDARY)
    where = "AttachableRef.EntityRef.Type = 'bill' and AttachableRef.EntityRef.value = '{}'"
    found = books.query("select * from attachable where " + where.format(first["Id"]))
    assert [one["FileName"] for one in found] == ["one.pdf", "three.pdf"]
    assert books.count("Attachable", "where " + where.format("9" + first["Id"])) == 0


def test_a_file_is_fetched_from_its_temporary_address_for_a_while(
    sandbox: Sandbox, books: QuickBooksApp
) -> None:
    made = books.upload(part(1, metadata(books.create()), PDF) + end(), BOUNDARY)[0]["Attachable"]
    read = books.get(f"attachable/{made['Id']}")["Attachable"]
    address = books.call("GET", f"download/{made['Id']}")
    assert address.headers["content-type"].startswith("text/plain")
    for url in (read["TempDownloadUri"], address.text):
        assert httpx2.get(url).content == PDF
    assert httpx2.get(read["TempDownloadUri"][:-1] + "!").status_code == 403
    sandbox.control("clock", skip="16m")
    assert httpx2.get(read["TempDownloadUri"]).status_code == 403


def test_a_file_can_be_linked_later_and_deleted(sandbox: Sandbox, books: QuickBooksApp) -> None:
    bill = books.create()
    made = books.upload(part(1, metadata(None), PDF) + end(), BOUNDARY)[0]["Attachable"]
    assert sandbox.received("quickbooks")["documents"][0]["attachments"] == []
    link = [{"EntityRef": {"type": "Bill", "value": bill["Id"]}}]
    linked = books.made("Attachable", made | {"AttachableRef": link})
    assert len(sandbox.received("quickbooks")["documents"][0]["attachments"]) == 1
    gone = {"Id": made["Id"], "SyncToken": linked["SyncToken"]}
    accepted(books.post("attachable", gone, operation="delete"))
    assert sandbox.received("quickbooks")["documents"][0]["attachments"] == []
    assert fault(books.call("GET", f"download/{made['Id']}"))[0] == "610"


def test_a_body_that_is_no_upload_is_refused(books: QuickBooksApp) -> None:
    assert fault(books.post("upload", {"FileName": "x.pdf"}))[0] == "2010"
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    assert fault(books.call("POST", "upload", content=b"nothing", headers=kind))[0] == "2020"


@pytest.mark.slow
def test_a_big_file_is_taken_and_one_over_a_hundred_megabytes_is_not(books: QuickBooksApp) -> None:
    big = part(1, metadata(books.create()), b"x" * (40 * 1024 * 1024)) + end()
    assert books.upload(big, BOUNDARY)[0]["Attachable"]["Size"] == 40 * 1024 * 1024
    huge = part(1, metadata(None), b"x" * (100 * 1024 * 1024 + 1)) + end()
    assert "100 MB" in books.upload(huge, BOUNDARY)[0]["Fault"]["Error"][0]["Detail"]
