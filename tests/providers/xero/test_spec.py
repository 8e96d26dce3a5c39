"""Xero's own specification as judge over everything that a session sends."""

import warnings
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest
from openapi_core.validation.request.validators import V30RequestParametersValidator

from bookbind.providers.base import http
from bookbind.providers.base.http import Call
from bookbind.providers.base.types import DocumentKind, ListName, NewContact, OutgoingDocument, OutgoingFile
from bookbind.providers.xero import publish
from bookbind.providers.xero.publish import PAPERS
from tests.providers.conftest import Visitor
from tests.providers.contract.books import Books, read_list
from tests.providers.xero.test_publish import documents
from tests.sandbox.judge import BASE, HOST, Judge, specs_folder

SPEC = specs_folder() / "xero" / "xero_accounting.yaml"
pytestmark = pytest.mark.skipif(
    not SPEC.exists(), reason="Xero's published specs are not here; name their folder in BOOKBIND_SPECS."
)


@pytest.fixture(scope="module")
def openapi() -> OpenAPI:
    found = Judge(SPEC).openapi
    assert found is not None
    return found


def judge(openapi: OpenAPI, call: Call) -> None:
    """Raise unless the specification allows the request."""
    path = urlsplit(call.url).path.partition("/api.xro/2.0")[2]
    headers = {
        **call.headers,
        "xero-tenant-id": call.organisation_id or "b0000000-0000-4000-8000-000000000001",
    }
    kind = call.headers.get("Content-Type", "application/json")
    request = MockRequest(
        HOST,
        call.method.lower(),
        BASE + path,
        args=dict(call.params),
        headers=headers,
        data=call.content,
        content_type=kind,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Unsupported scheme type")
        if "/Attachments/" in path:
            # It writes files as base64 text; Xero's own client, and its recorded traffic, send raw bytes.
            V30RequestParametersValidator(openapi.spec).validate(request)
        else:
            openapi.validate_request(request)


@given(document=documents())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_body_is_what_the_specification_wants(openapi: OpenAPI, document: OutgoingDocument) -> None:
    body = publish.prepare(document).body
    judge(openapi, Call("PUT", f"{HOST}{BASE}/{PAPERS[document.kind].plural}", "x", content=body))


def test_the_judge_refuses_a_wrong_body(openapi: OpenAPI) -> None:
    wrong = b'{"Invoices":[{"Type":"BILL","LineItems":"none"}]}'
    with pytest.raises(Exception, match=r"(?i)body|schema"):
        judge(openapi, Call("PUT", f"{HOST}{BASE}/Invoices", "x", content=wrong))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """Every call that really leaves, written down on its way out."""
    made: list[Call] = []
    transfer = http._transfer

    def watched(call: Call, started: float) -> Any:
        made.append(call)
        return transfer(call, started)

    monkeypatch.setattr(http, "_transfer", watched)
    return made


def test_every_call_of_a_whole_walk_is_in_the_specification(
    openapi: OpenAPI, visit: Any, calls: list[Call]
) -> None:
    visitor: Visitor = visit("xero")
    books = Books.open(visitor)
    session = books.session
    session.fetch_book_settings()
    for name in visitor.provider.lists:
        read_list(session, name, books.since)
    supplier = session.create_contact(NewContact("Zebra Ltd", "a@zebra.test", "GB111222333"), "key-0")
    session.find_contact(NewContact(supplier.name, tax_number="GB111222333"))
    for number, kind in enumerate(DocumentKind):
        choice = visitor.provider.kind_choice(kind)
        assert choice is not None
        document = books.document(kind, choice.choices[-1].publish_as)
        published = session.send(session.prepare(document), f"key-1-{number}")
        session.find(document, books.since)
        file = OutgoingFile("bill.pdf", "application/pdf", b"%PDF-1.7")
        session.attach(published.remote_id, kind, file, f"key-2-{number}")
    accounting = [call for call in calls if "/api.xro/2.0/" in call.url]
    assert {call.operation for call in accounting} >= {"contacts", "create_bill", "attach", "find_documents"}
    assert books.usable(ListName.SUPPLIERS)
    for call in accounting:
        judge(openapi, call)
        assert call.is_write == (call.method != "GET")
        assert ("Idempotency-Key" in call.headers) == call.is_write
