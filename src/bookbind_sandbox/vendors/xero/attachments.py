"""Files on documents: kept by name, limited in number and size, given back as they came."""

import hashlib
import mimetypes
import re
import sqlite3
import uuid
from urllib.parse import quote

from bookbind_sandbox.answer import Answer
from bookbind_sandbox.vendors.xero.errors import not_found, validation_exception
from bookbind_sandbox.vendors.xero.kinds import Kind
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.names import GUID, VENDOR
from bookbind_sandbox.vendors.xero.wire import Entity

MAX_FILES = 10
MAX_BYTES = 10 * 1024 * 1024
BAD_NAME = re.compile(r'[<>:"/\\|?*+\x00]')


def files_of(ledger: Ledger, entity_id: str) -> list[sqlite3.Row]:
    """The files of one document without their content, in the order in which they came."""
    return ledger.world.store.rows(
        "SELECT id, entity, file_name, mime_type, size, sha256, online FROM attachments"
        " WHERE vendor = ? AND organisation = ? AND entity = ? ORDER BY seq",
        VENDOR,
        ledger.organisation,
        entity_id,
    )


def list_attachments(ledger: Ledger, kind: Kind, entity_id: str) -> list[Entity]:
    return [_shown(ledger, kind, row) for row in files_of(ledger, entity_id)]


def find_attachment(ledger: Ledger, entity_id: str, wanted: str) -> sqlite3.Row | None:
    """One file by its id or its name."""
    column = "id" if GUID.match(wanted) else "file_name"
    return ledger.world.store.row(
        f"SELECT * FROM attachments WHERE vendor = ? AND organisation = ? AND entity = ? AND {column} = ?",  # noqa: S608
        VENDOR,
        ledger.organisation,
        entity_id,
        wanted,
    )


def get_attachment(ledger: Ledger, entity_id: str, wanted: str) -> sqlite3.Row:
    """One file by its id or its name; refuses an unknown one."""
    row = find_attachment(ledger, entity_id, wanted)
    if row is None:
        raise not_found()
    return row


def read_attachment(ledger: Ledger, entity_id: str, wanted: str) -> Answer:
    row = get_attachment(ledger, entity_id, wanted)
    return Answer(200, row["content"], row["mime_type"])


def attach(
    ledger: Ledger, kind: Kind, entity_id: str, file_name: str, content: bytes, *, online: bool
) -> Entity:
    """Keep a file; the same name again replaces what was there."""
    entity = ledger.entity(kind, entity_id)
    if entity is None:
        raise not_found()
    kept = list_attachments(ledger, kind, entity_id)
    _check(file_name, content, [shown["FileName"] for shown in kept])
    columns = {
        "vendor": VENDOR,
        "organisation": ledger.organisation,
        "kind": kind.name,
        "entity": entity_id,
        "file_name": file_name,
    }
    store = ledger.world.store
    known = store.value(
        "SELECT id FROM attachments WHERE vendor = ? AND organisation = ? AND entity = ? AND file_name = ?",
        VENDOR,
        ledger.organisation,
        entity_id,
        file_name,
    )
    if known:
        store.run("DELETE FROM attachments WHERE vendor = ? AND id = ?", VENDOR, known)
    store.insert(
        "attachments",
        **columns,
        id=known or str(uuid.uuid4()),
        mime_type=mimetypes.guess_type(file_name)[0] or "application/octet-stream",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        online=int(online),
        created_at=ledger.world.clock.now_ms(),
        content=content,
    )
    if not entity.get("HasAttachments"):
        ledger.save(kind, entity | {"HasAttachments": True})
    return _shown(ledger, kind, get_attachment(ledger, entity_id, file_name))


def _check(file_name: str, content: bytes, kept: list[str]) -> None:
    problem = ""
    if not file_name.strip() or BAD_NAME.search(file_name):
        problem = "The file name contains characters that are not allowed"
    elif not content:
        problem = "The file is empty"
    elif len(content) > MAX_BYTES:
        problem = "The file exceeds the maximum size of 10 MB"
    elif file_name not in kept and len(kept) >= MAX_FILES:
        problem = f"A document can have at most {MAX_FILES} attachments"
    if problem:
        raise validation_exception([{"ValidationErrors": [{"Message": problem}]}])


def _shown(ledger: Ledger, kind: Kind, row: sqlite3.Row) -> Entity:
    base = f"{ledger.world.public_url}/xero/api.xro/2.0"
    return {
        "AttachmentID": row["id"],
        "FileName": row["file_name"],
        "Url": f"{base}/{kind.plural}/{row['entity']}/Attachments/{quote(row['file_name'])}",
        "MimeType": row["mime_type"],
        "ContentLength": row["size"],
        "IncludeOnline": bool(row["online"]),
    }
