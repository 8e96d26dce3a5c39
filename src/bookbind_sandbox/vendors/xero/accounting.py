"""The accounting API: authenticated, limited, remembered by its Idempotency-Key, then answered."""

import hashlib
import uuid
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from bookbind_sandbox.answer import Answer, Refused
from bookbind_sandbox.authorizing import Allowed
from bookbind_sandbox.gate import Caller, Plan, answer_call
from bookbind_sandbox.log import Call
from bookbind_sandbox.vendors.xero.attachments import attach, list_attachments, read_attachment
from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.documents import FORMS
from bookbind_sandbox.vendors.xero.errors import (
    api_exception,
    forbidden,
    method_not_allowed,
    not_found,
    too_many,
    unauthorized,
)
from bookbind_sandbox.vendors.xero.kinds import ACCOUNTS, BY_PATH, CONTACTS, DOCUMENTS, SETTINGS, Kind
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.names import VENDOR
from bookbind_sandbox.vendors.xero.reading import Page, read_list, read_one
from bookbind_sandbox.vendors.xero.tokens import Tokens
from bookbind_sandbox.vendors.xero.wire import Entity, content_answer, envelope, envelope_head, render_element
from bookbind_sandbox.vendors.xero.writing import Write, write_contacts, write_documents
from bookbind_sandbox.world import World

BASE = "/xero/api.xro/2.0/"
WRITING = ("PUT", "POST", "DELETE")
IDEMPOTENCY_SECONDS = 6 * 60
MAX_KEY = 128
WITH_FILES = (*DOCUMENTS, CONTACTS, ACCOUNTS)
ACTIONS = (
    "CreateApprovedBill",
    "CreateApprovedInvoice",
    "CreateDraftBill",
    "CreateDraftInvoice",
    "CreateRepeatingInvoice",
    "AttachFilesIntoInvoice",
    "UseMulticurrency",
    "ApproveTransactionsBeforePeriodLockDate",
)


@dataclass(frozen=True)
class Target:
    """What an address names: a list, an entry of it, a file of that entry."""

    kind: Kind | None
    operation: str
    scopes: tuple[str, ...]
    entry: str = ""
    files: bool = False
    file: str = ""

    def plural(self) -> str:
        return "Attachments" if self.files else self.kind.plural if self.kind else "Organisations"


def find_target(path: str, method: str) -> Target | None:
    """Read an address; names of lists are taken in any case, as at Xero."""
    parts = [unquote(part) for part in path.split("/") if part]
    head = parts[0].lower() if parts else ""
    if head in {"organisation", "organisations"}:
        known = len(parts) == 1 or parts[1].lower() == "actions"
        return (
            Target(None, "organisation", SETTINGS, entry="actions" if len(parts) == 2 else "")
            if known
            else None
        )
    kind = BY_PATH.get(head)
    if kind is None or len(parts) > 4:
        return None
    if len(parts) > 2:
        return _file_target(kind, parts, method)
    operation = kind.operation
    if method in WRITING:
        operation = {CONTACTS.operation: "create_contact", "find_invoices": "create_invoice"}.get(
            operation, operation
        )
    return Target(kind, operation, kind.scopes, entry=parts[1] if len(parts) == 2 else "")


def _file_target(kind: Kind, parts: list[str], method: str) -> Target | None:
    if parts[2].lower() != "attachments" or kind not in WITH_FILES:
        return None
    operation = "attach" if method in WRITING else "find_attachments"
    name = parts[3] if len(parts) == 4 else ""
    return Target(kind, operation, ("accounting.attachments",), parts[1].lower(), files=True, file=name)


class Accounting:
    """Every call to an organisation: authenticated, limited, remembered by its key, then answered."""

    def __init__(self, world: World, tokens: Tokens, connections: Connections) -> None:
        self.world = world
        self.tokens = tokens
        self.connections = connections

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        # The raw path keeps an escaped slash inside a file name apart from the slashes between parts.
        raw_path = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
        target = find_target(raw_path[len(BASE) :], request.method)
        call = Call(
            vendor=VENDOR,
            area="accounting",
            operation=target.operation if target else "unknown",
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            organisation=(request.headers.get("xero-tenant-id") or "").lower() or None,
            idempotency_key=request.headers.get("idempotency-key"),
            body=body,
            writes=request.method in WRITING,
        )
        allowed: list[Allowed] = []

        def admit() -> Caller:
            allowed.append(self.tokens.read_access(request.headers.get("authorization", "")))
            return self._admit(allowed[0], call)

        def respond(caller: Caller | None) -> Answer:
            assert caller is not None
            return self._respond(request, call, target, allowed[0], caller)

        plan = Plan(respond, admit, too_many, self._stamp)
        return await answer_call(self.world, request, call, plan)

    def _admit(self, allowed: Allowed, call: Call) -> Caller:
        organisation = call.organisation or ""
        if not self.connections.reaches(allowed.client_id, allowed.login, organisation):
            raise forbidden()
        return Caller(allowed.client_id, allowed.login, organisation)

    def _stamp(self, answer: Answer, caller: Caller | None) -> Answer:
        stamped = answer.with_headers(Xero_Correlation_Id=str(uuid.uuid4()))
        if caller is None:
            return stamped
        day, minute, app = self.world.limits.remaining(VENDOR, caller.client_id, caller.organisation)
        return stamped.with_headers(
            X_DayLimit_Remaining=str(day), X_MinLimit_Remaining=str(minute), X_AppMinLimit_Remaining=str(app)
        )

    def _respond(
        self, request: Request, call: Call, target: Target | None, allowed: Allowed, caller: Caller
    ) -> Answer:
        if target is None:
            raise not_found()
        _check_scope(allowed, target, call.writes)
        if not call.writes or not call.idempotency_key:
            return self._dispatch(request, call, target, caller)
        return self._once(request, call, target, caller, call.idempotency_key)

    def _once(self, request: Request, call: Call, target: Target, caller: Caller, key: str) -> Answer:
        """Answer a repeated key from memory for six minutes, refusals too; refuse it for another request."""
        if len(key) > MAX_KEY:
            raise api_exception(
                10,
                "ValidationException",
                f"Idempotency Key: {key[:20]}… is longer than {MAX_KEY} characters.",
            )
        store, now = self.world.store, self.world.clock.now_ms()
        asked = (
            "\n".join((call.method, call.path, call.query, call.organisation or "")).encode()
            + b"\n"
            + call.body
        )
        fingerprint = hashlib.sha256(asked).hexdigest()
        store.run("DELETE FROM idempotency WHERE expires_at <= ?", now)
        known = store.row(
            "SELECT * FROM idempotency WHERE vendor = ? AND client_id = ? AND key = ?",
            VENDOR,
            caller.client_id,
            key,
        )
        if known is not None:
            if known["fingerprint"] != fingerprint:
                raise api_exception(
                    10, "ValidationException", f"Idempotency Key: {key} is used with a different request."
                )
            return Answer(known["status"], known["body"], known["content_type"], note="replay", replayed=True)
        try:
            with store.transaction():
                answer = self._dispatch(request, call, target, caller)
        except Refused as refused:
            answer = refused.answer
        expires = now + IDEMPOTENCY_SECONDS * 1000
        values = (
            VENDOR,
            caller.client_id,
            key,
            fingerprint,
            answer.status,
            answer.content_type,
            answer.body,
            expires,
        )
        store.run("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *values)
        return answer

    def _dispatch(self, request: Request, call: Call, target: Target, caller: Caller) -> Answer:
        ledger = Ledger(self.world, caller.organisation, "api", caller.client_id)
        if target.kind is None:
            return self._organisation(request, ledger, target)
        if target.files:
            return self._files(request, call, ledger, target, target.kind)
        if call.writes:
            return self._shown(
                request, ledger, target.plural(), _page_of(_write(request, call, ledger, target, target.kind))
            )
        if target.entry:
            return self._shown(request, ledger, target.plural(), read_one(ledger, target.kind, target.entry))
        since = request.headers.get("if-modified-since")
        return self._shown(
            request, ledger, target.plural(), read_list(ledger, target.kind, request.query_params, since)
        )

    def _organisation(self, request: Request, ledger: Ledger, target: Target) -> Answer:
        if request.method != "GET":
            raise method_not_allowed()
        if target.entry == "actions":
            actions = [{"Name": name, "Status": "ALLOWED"} for name in ACTIONS]
            return self._shown(request, ledger, "Actions", _page_of(actions))
        return self._shown(request, ledger, "Organisations", _page_of([ledger.settings()]))

    def _files(self, request: Request, call: Call, ledger: Ledger, target: Target, kind: Kind) -> Answer:
        if call.method in {"PUT", "POST"} and target.file:
            online = request.query_params.get("IncludeOnline", "").lower() == "true"
            shown = [attach(ledger, kind, target.entry, target.file, call.body, online=online)]
        elif call.writes:
            raise method_not_allowed()
        elif target.file:
            return read_attachment(ledger, target.entry, target.file)
        else:
            read_one(ledger, kind, target.entry)
            shown = list_attachments(ledger, kind, target.entry)
        return self._shown(request, ledger, "Attachments", _page_of(shown))

    def _shown(self, request: Request, ledger: Ledger, plural: str, page: Page) -> Answer:
        app = self.world.store.value(
            "SELECT name FROM apps WHERE vendor = ? AND client_id = ?", VENDOR, ledger.client_id
        )
        head = envelope_head(str(app), self.world.clock.now_ms())
        if page.pagination:
            head["pagination"] = page.pagination
        wants_json = "json" in request.headers.get("accept", "").lower()
        return content_answer(envelope(head, plural, page.bodies), wants_json=wants_json)


def _check_scope(allowed: Allowed, target: Target, writes: bool) -> None:  # noqa: FBT001
    """Any of the target's scopes will do; reading is content with its read-only form."""
    enough = set(target.scopes)
    if not writes:
        enough |= {f"{scope}.read" for scope in target.scopes}
    if not enough & allowed.scopes:
        raise unauthorized("AuthorizationUnsuccessful")


def _write(request: Request, call: Call, ledger: Ledger, target: Target, kind: Kind) -> list[Entity]:
    if call.method == "DELETE" or (kind is not CONTACTS and kind.name not in FORMS):
        raise method_not_allowed()
    if call.method == "PUT" and target.entry:
        raise method_not_allowed()
    write = Write(
        body=call.body,
        only_create=call.method == "PUT",
        summarize=request.query_params.get("summarizeErrors", "true").lower() != "false",
        unit_places=4 if request.query_params.get("unitdp") == "4" else 2,
        target=target.entry,
    )
    if kind is CONTACTS:
        return write_contacts(ledger, write)
    return write_documents(ledger, FORMS[kind.name], write)


def _page_of(entities: list[Entity]) -> Page:
    return Page([render_element(entity) for entity in entities])
