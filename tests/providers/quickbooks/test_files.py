"""The paper on a document: names, bodies, and refusals that come with HTTP 200."""

import email.parser
import email.policy
import json

import pytest

from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.providers.base.types import AttachedFile, DocumentKind, OutgoingFile
from bookbind.providers.quickbooks.files import (
    _read_attached,
    build_upload,
    parse_attached,
    safe_name,
)
from tests.providers.quickbooks.payload import FOLDER, payload, reply

PDF = OutgoingFile("bill.pdf", "application/pdf", b"%PDF-1.7\r\n--bookbind\r\n\x00\xff")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("City Fuel November.pdf", "City Fuel November.pdf"),
        ('a"b;c\r\nd.pdf', "a-b-c d.pdf"),
        ("..\\..\\x?y|z*.pdf", "-..-x-y-z-.pdf"),
        ("", "document.pdf"),
        ("a" * 300 + ".PDF", "a" * 100 + ".PDF"),
    ],
)
def test_names_lose_what_would_break_a_header_or_a_query(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_an_upload_has_a_part_that_says_what_the_file_hangs_on_and_the_file_itself() -> None:
    body = build_upload(DocumentKind.SUPPLIER_CREDIT, "145", "bill.pdf", PDF, "edge")
    head = b"Content-Type: multipart/form-data; boundary=edge\r\n\r\n"
    whole = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    described, content = whole.iter_parts()
    assert described.get_param("name", header="content-disposition") == "file_metadata_01"
    assert json.loads(described.get_content()) == {
        "AttachableRef": [{"EntityRef": {"type": "VendorCredit", "value": "145"}, "IncludeOnSend": False}],
        "FileName": "bill.pdf",
        "ContentType": "application/pdf",
    }
    assert content.get_param("name", header="content-disposition") == "file_content_01"
    assert (content.get_filename(), content.get_content_type()) == ("bill.pdf", "application/pdf")
    assert content.get_content() == PDF.content


def test_what_was_kept_is_read() -> None:
    row = payload("uploaded")["AttachableResponse"][0]["Attachable"]
    assert parse_attached(row) == AttachedFile("5000000000000000099", 2048)
    body = (FOLDER / "uploaded.json").read_bytes()
    assert _read_attached(reply(200, body, is_write=True)) == AttachedFile("5000000000000000099", 2048)


def test_a_file_that_is_refused_inside_http_200_is_refused() -> None:
    body = (FOLDER / "refused_upload.json").read_bytes()
    with pytest.raises(ProviderError) as raised:
        _read_attached(reply(200, body, is_write=True))
    assert raised.value.kind is ErrorKind.REJECTED
    assert raised.value.field_errors[0].reason is RejectedReason.FILE_REFUSED


@pytest.mark.parametrize("body", [b"{}", b'{"AttachableResponse": []}', b'{"AttachableResponse": [{}]}'])
def test_an_answer_of_another_shape_leaves_open_whether_the_file_is_there(body: bytes) -> None:
    with pytest.raises(ProviderError) as raised:
        _read_attached(reply(200, body, is_write=True))
    assert (raised.value.kind, raised.value.maybe_done) == (ErrorKind.CHANGED_SHAPE, True)
