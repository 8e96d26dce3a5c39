"""PUT and POST of contacts and documents: elements judged one by one, stored or sent back with errors."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bookbind_sandbox.vendors.xero.contacts import accept_contact
from bookbind_sandbox.vendors.xero.documents import (
    Form,
    accept_document,
    check_bank_account,
    find_existing,
    store_document,
)
from bookbind_sandbox.vendors.xero.errors import invalid_json, validation_exception
from bookbind_sandbox.vendors.xero.kinds import CONTACTS, Kind
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.wire import Entity, parse

MAX_ELEMENTS = 500


@dataclass(frozen=True)
class Write:
    """How a write was asked for."""

    body: bytes
    only_create: bool
    summarize: bool
    unit_places: int
    target: str = ""


Judge = Callable[[Entity], tuple[Entity, list[str]]]


def read_elements(body: bytes, kind: Kind) -> list[Entity]:
    """The elements of a request: the plural envelope, or one of them alone."""
    try:
        content = parse(body.decode("utf-8-sig"))
    except ValueError as error:
        raise invalid_json(f"JSON for post data was invalid, {error}") from None
    given: Any = content.get(kind.plural, [content]) if isinstance(content, dict) else content
    if not isinstance(given, list) or not all(isinstance(element, dict) for element in given) or not given:
        raise invalid_json(f"JSON for post data was invalid, {kind.plural} must be a list of objects")
    if len(given) > MAX_ELEMENTS:
        raise invalid_json(f"At most {MAX_ELEMENTS} elements may be sent in one request")
    return given


def write_contacts(ledger: Ledger, write: Write) -> list[Entity]:
    def judge(raw: Entity) -> tuple[Entity, list[str]]:
        entity, errors = accept_contact(ledger, raw, only_create=write.only_create, contact_id=write.target)
        if not errors:
            ledger.save(CONTACTS, entity)
        return entity, errors

    return _write_all(read_elements(write.body, CONTACTS), judge, CONTACTS, write)


def write_documents(ledger: Ledger, form: Form, write: Write) -> list[Entity]:
    id_key = form.kind.id_key

    def judge(raw: Entity) -> tuple[Entity, list[str]]:
        named = raw | {id_key: write.target} if write.target else raw
        existing = None if write.only_create else find_existing(ledger, form, named)
        if existing is None and named.get(id_key):
            return raw, [f"{form.kind.plural[:-1]} not found"]
        if existing is not None and not raw.get("Type"):
            named = named | {"Type": existing["Type"]}
        errors = list(check_bank_account(ledger, form, named, existing))
        if errors:
            return raw, errors
        entity, contact, errors = accept_document(ledger, form, named, existing, write.unit_places)
        return (raw, errors) if errors else (store_document(ledger, form, entity, contact), [])

    return _write_all(read_elements(write.body, form.kind), judge, form.kind, write)


def _write_all(elements: list[Entity], judge: Judge, kind: Kind, write: Write) -> list[Entity]:
    """Judge each; with summarised errors one bad element refuses, and undoes, the whole request."""
    answered, failed = [], False
    for raw in elements:
        entity, errors = judge(raw)
        failed = failed or bool(errors)
        if errors:
            answered.append(_refused(entity, kind, errors, write))
        else:
            answered.append(entity if write.summarize else entity | {"StatusAttributeString": "OK"})
    if failed and write.summarize:
        raise validation_exception([element for element in answered if "ValidationErrors" in element])
    return answered


def _refused(entity: Entity, kind: Kind, errors: list[str], write: Write) -> Entity:
    flag = "HasValidationErrors" if kind is CONTACTS else "HasErrors"
    status = {} if write.summarize else {"StatusAttributeString": "ERROR"}
    messages = [{"Message": message} for message in dict.fromkeys(errors)]
    return entity | {flag: True} | status | {"ValidationErrors": messages}
