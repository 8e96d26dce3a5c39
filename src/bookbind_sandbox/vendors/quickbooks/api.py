"""The accounting API: authenticated, limited, remembered by its requestid, then answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from bookbind_sandbox.answer import Answer, Refused
from bookbind_sandbox.gate import Caller, Plan, answer_call
from bookbind_sandbox.limits import Allowance
from bookbind_sandbox.log import Call
from bookbind_sandbox.vendors.quickbooks.batches import run_batch
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.consent import CompanyConsent
from bookbind_sandbox.vendors.quickbooks.errors import (
    Fault,
    answer_fault,
    break_as,
    foreign_realm,
    gone,
    no_longer_admin,
    not_found,
    throttled,
    unsupported,
    wrong_length,
)
from bookbind_sandbox.vendors.quickbooks.identity import stamp
from bookbind_sandbox.vendors.quickbooks.kinds import ATTACHABLE, BY_PATH, PEOPLE, TRANSACTIONS, Kind
from bookbind_sandbox.vendors.quickbooks.names import ACCOUNTING_SCOPE, VENDOR
from bookbind_sandbox.vendors.quickbooks.reading import answer_changes, answer_query, kind_asked, read_one
from bookbind_sandbox.vendors.quickbooks.tokens import Tokens
from bookbind_sandbox.vendors.quickbooks.uploads import download_address, upload, with_links
from bookbind_sandbox.vendors.quickbooks.wire import Entity, content_answer
from bookbind_sandbox.vendors.quickbooks.writing import read_body, write
from bookbind_sandbox.world import World

LONGEST_REQUEST_ID, LONGEST_BATCH_ID = 50, 36
# How long a requestid is remembered is not published (2026-11).
REMEMBERED_SECONDS = 24 * 3600
BATCHES = f"{VENDOR} batches"
# Batches have a window of their own: 40 a minute for each company and app (2026-11).
BATCH_ALLOWANCE = Allowance(minute=40, day=10**9, concurrent=1000, app_minute=10**9)
OPERATIONS = {"cdc": "cdc", "batch": "batch", "upload": "attach", "download": "find_attachments"}


@dataclass(frozen=True)
class Target:
    """What an address names below the company."""

    word: str
    entry: str
    kind: Kind | None
    operation: str


@dataclass(frozen=True)
class Asked:
    """One call as it arrived."""

    method: str
    query: Mapping[str, str]
    content_type: str
    wants_json: bool
    body: bytes

    @property
    def statement(self) -> str:
        """The query, in the address or in the body."""
        return self.body.decode("utf-8", "replace") if self.method == "POST" else self.query.get("query", "")


def find_target(path: str, asked: Asked) -> Target:
    word, _, entry = path.partition("/")
    kind = BY_PATH.get(word.lower())
    if word == "query":
        queried = kind_asked(asked.statement)
        return Target(word, "", None, queried.operation if queried else "unknown")
    if kind is None:
        return Target(word, unquote(entry), None, OPERATIONS.get(word, "unknown"))
    operation = kind.operation
    if asked.method == "POST":
        operation = (
            "create_invoice" if kind in TRANSACTIONS else "create_contact" if kind in PEOPLE else operation
        )
    return Target(word, unquote(entry), kind, operation)


class Api:
    """Every call to a company: authenticated, limited, remembered by its requestid, then answered."""

    def __init__(self, world: World, tokens: Tokens, consent: CompanyConsent) -> None:
        self.world = world
        self.tokens = tokens
        self.consent = consent
        world.limits.defaults[BATCHES] = BATCH_ALLOWANCE

    async def answer(self, request: Request) -> Response:
        realm, path = request.path_params["realm"], request.path_params["path"]
        asked = Asked(
            request.method,
            request.query_params,
            request.headers.get("content-type", ""),
            "json" in request.headers.get("accept", "").lower(),
            await request.body(),
        )
        target = find_target(path, asked)
        call = Call(
            vendor=VENDOR,
            area="accounting",
            operation=target.operation,
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            organisation=realm,
            idempotency_key=asked.query.get("requestid"),
            body=asked.body,
            writes=request.method == "POST" and target.word != "query",
        )
        plan = Plan(
            respond=lambda caller: self._respond(call, asked, target, caller),
            admit=lambda: self._admit(request.headers.get("authorization", ""), realm, target),
            refuse_excess=lambda _name, _seconds: answer_fault(throttled(), self.world.clock.now_ms()),
            stamp=lambda answer, _: stamp(answer),
            break_as=lambda breakage: break_as(breakage, self.world.clock.now_ms()),
        )
        return await answer_call(self.world, request, call, plan)

    def _admit(self, header: str, realm: str, target: Target) -> Caller:
        bearer = self.tokens.read_access(header)
        caller = Caller(bearer.client_id, bearer.login, realm)
        now = self.world.clock.now_ms()
        if bearer.realm != realm or ACCOUNTING_SCOPE not in bearer.scopes:
            raise Refused(foreign_realm(now))
        company = self.consent.directory.organisation(realm)
        if company is None or not self.consent.is_admin(company, bearer.login):
            raise Refused(answer_fault(no_longer_admin(), now))
        if Books(self.world, realm, "api").settings().get("gone"):
            raise Refused(gone(now))
        if target.word == "batch" and self._too_many_batches(caller):
            raise Refused(answer_fault(throttled(), now))
        return caller

    def _too_many_batches(self, caller: Caller) -> bool:
        if self.world.limits.enter(BATCHES, caller.client_id, caller.organisation) is not None:
            return True
        self.world.limits.leave(BATCHES, caller.client_id, caller.organisation)
        return False

    def _respond(self, call: Call, asked: Asked, target: Target, caller: Caller | None) -> Answer:
        assert caller is not None
        books = Books(self.world, caller.organisation, "api", caller.client_id)
        try:
            if call.idempotency_key and call.writes:
                return self._once(books, call.idempotency_key, asked, target)
            return self._dispatch(books, asked, target)
        except Fault as fault:
            raise Refused(answer_fault(fault, self.world.clock.now_ms())) from None

    def _once(self, books: Books, request_id: str, asked: Asked, target: Target) -> Answer:
        """Answer a repeated requestid with what it was answered before; refusals are not remembered."""
        longest = LONGEST_BATCH_ID if target.word == "batch" else LONGEST_REQUEST_ID
        if len(request_id) > longest:
            raise wrong_length("requestid", longest, len(request_id))
        store, now = self.world.store, self.world.clock.now_ms()
        key = f"{books.realm}/{request_id}"
        store.run("DELETE FROM idempotency WHERE vendor = ? AND expires_at <= ?", VENDOR, now)
        known = store.row(
            "SELECT * FROM idempotency WHERE vendor = ? AND client_id = ? AND key = ?",
            VENDOR,
            books.client_id,
            key,
        )
        if known is not None:
            return Answer(known["status"], known["body"], known["content_type"], note="replay", replayed=True)
        answer = self._dispatch(books, asked, target)
        store.insert(
            "idempotency",
            vendor=VENDOR,
            client_id=books.client_id,
            key=key,
            fingerprint="",
            status=answer.status,
            content_type=answer.content_type,
            body=answer.body,
            expires_at=now + REMEMBERED_SECONDS * 1000,
        )
        return answer

    def _dispatch(self, books: Books, asked: Asked, target: Target) -> Answer:
        if target.word == "download" and asked.method == "GET":
            return download_address(books, target.entry)
        content = self._content(books, asked, target)
        if books.settings()["masks_tax_ids"]:
            content = _masked(content)
        now = self.world.clock.now_ms()
        return content_answer(content, now, wants_json=asked.wants_json)

    def _content(self, books: Books, asked: Asked, target: Target) -> Entity:
        if asked.method not in {"GET", "POST"}:
            raise unsupported(asked.method)
        if target.word == "query":
            return _linked(books, answer_query(books, asked.statement))
        if target.word == "cdc" and asked.method == "GET":
            since = asked.query.get("changedSince", "")
            return answer_changes(books, asked.query.get("entities", ""), since)
        if target.word == "upload" and asked.method == "POST":
            return {"AttachableResponse": upload(books, asked.content_type, asked.body)}
        if target.word == "batch" and asked.method == "POST":
            return {"BatchItemResponse": run_batch(books, read_body(asked.body))}
        if target.kind is None:
            raise unsupported(f"{asked.method} {target.word}")
        if asked.method == "POST":
            return write(books, target.kind, read_body(asked.body), asked.query)
        if not target.entry and target.kind.sequence != "company":
            raise not_found()
        found = read_one(books, target.kind, target.entry)
        return (
            {ATTACHABLE.name: with_links(books, found[ATTACHABLE.name])}
            if target.kind is ATTACHABLE
            else found
        )


def _masked(value: Any, name: str = "") -> Any:
    """The same answer with all but the last four signs of each tax number crossed out."""
    if isinstance(value, dict):
        return {key: _masked(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, name) for item in value]
    return "X" * (len(value) - 4) + value[-4:] if name == "TaxIdentifier" else value


def _linked(books: Books, content: Entity) -> Entity:
    """Queries of attachables tell where each file can be fetched."""
    response = content["QueryResponse"]
    if ATTACHABLE.name in response:
        response[ATTACHABLE.name] = [with_links(books, entity) for entity in response[ATTACHABLE.name]]
    return content
