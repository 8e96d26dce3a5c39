"""Files: the multipart upload as clients build it, attachables with their links, and downloads."""

import base64
import binascii
import hashlib
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from bookbind_sandbox.answer import Answer
from bookbind_sandbox.records import Condition
from bookbind_sandbox.store import Store
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import (
    Fault,
    business_rule,
    invalid_enumeration,
    invalid_reference,
    missing,
    not_found,
    unreadable_body,
)
from bookbind_sandbox.vendors.quickbooks.kinds import ATTACHABLE, BY_NAME, ITEM, TRANSACTIONS
from bookbind_sandbox.vendors.quickbooks.names import VENDOR
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse

MOST_BYTES = 100 * 1024 * 1024
LONGEST_NAME = 1000
LINK_SECONDS = 15 * 60
# The types that QuickBooks takes (2026-11).
TYPES = frozenset(
    (
        "ai",
        "csv",
        "doc",
        "docx",
        "eps",
        "gif",
        "jpeg",
        "jpg",
        "ods",
        "pages",
        "pdf",
        "png",
        "rtf",
        "tif",
        "tiff",
        "txt",
        "xls",
        "xlsx",
        "xml",
    )
)
MEDIA = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}
LINKABLE = (*TRANSACTIONS, ITEM, BY_NAME["Vendor"], BY_NAME["Customer"])
PART = re.compile(rb"\r?\n\r?\n")
PART_NAME = re.compile(r'name="?(file_(?:metadata|content)_\w+|file_(?:metadata|content))"?', re.IGNORECASE)
FILE_NAME = re.compile(r'filename="([^"]*)"', re.IGNORECASE)


@dataclass
class Part:
    """One part of a multipart body."""

    headers: dict[str, str]
    content: bytes


@dataclass
class Sent:
    """One file of an upload: what the app says about it, and its bytes."""

    metadata: Entity = field(default_factory=dict)
    part: Part | None = None


def upload(books: Books, content_type: str, body: bytes) -> list[Entity]:
    """Keep every file of an upload; each has its own answer, an attachable or a fault."""
    answers: list[Entity] = []
    for sent in read_upload(content_type, body):
        try:
            with books.world.store.transaction():
                answers.append({"Attachable": _keep(books, sent)})
        except Fault as fault:
            answers.append({"Fault": fault.content})
    return answers


def read_upload(content_type: str, body: bytes) -> list[Sent]:
    """The files of a multipart body; parts may end in a bare line feed, as some clients write them."""
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if boundary is None:
        raise unreadable_body("The upload is not multipart/form-data with a boundary")
    found: dict[str, Sent] = {}
    for chunk in body.split(b"--" + boundary[1].encode())[1:]:
        part = _part(chunk)
        name = PART_NAME.search(part.headers.get("content-disposition", "")) if part else None
        if part is None or name is None:
            continue
        what, _, number = name[1].lower().removeprefix("file_").partition("_")
        sent = found.setdefault(number, Sent())
        if what == "metadata":
            sent.metadata = _metadata(part.content)
        else:
            sent.part = part
    if not any(sent.part for sent in found.values()):
        raise missing("file_content")
    return list(found.values())


def _part(chunk: bytes) -> Part | None:
    if chunk.startswith(b"--"):
        return None
    chunk = re.sub(rb"^\r?\n", b"", chunk)
    halves = PART.split(chunk, maxsplit=1)
    if len(halves) != 2:
        return None
    lines = halves[0].decode("utf-8", "replace").splitlines()
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    return Part(headers, re.sub(rb"\r?\n\Z", b"", halves[1]))


def _metadata(content: bytes) -> Entity:
    try:
        found = parse(content.decode("utf-8"))
    except ValueError as error:
        raise unreadable_body(f"file_metadata is not JSON: {error}") from None
    return found if isinstance(found, dict) else {}


def _keep(books: Books, sent: Sent) -> Entity:
    if sent.part is None:
        raise missing("file_content")
    content = sent.part.content
    if sent.part.headers.get("content-transfer-encoding", "").lower() == "base64":
        try:
            content = base64.b64decode(b"".join(content.split()), validate=True)
        except binascii.Error:
            raise unreadable_body("file_content is not base64") from None
    named = FILE_NAME.search(sent.part.headers.get("content-disposition", ""))
    name = str(sent.metadata.get("FileName") or (named[1] if named else ""))
    media = str(sent.metadata.get("ContentType") or sent.part.headers.get("content-type") or "")
    _check_file(name, content)
    raw = sent.metadata | {"FileName": name, "ContentType": media, "Size": len(content)}
    entity = accept_attachable(books, raw, None)
    attachable_id = books.next_id(ATTACHABLE)
    books.world.store.insert(
        "attachments",
        vendor=VENDOR,
        organisation=books.realm,
        kind=ATTACHABLE.name,
        entity=attachable_id,
        id=attachable_id,
        file_name=name,
        mime_type=media or _media_of(name),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        online=0,
        created_at=books.world.clock.now_ms(),
        content=content,
    )
    saved = books.save(ATTACHABLE, entity | {"Id": attachable_id, "Size": len(content)})
    return with_links(books, saved)


def _check_file(name: str, content: bytes) -> None:
    if not name.strip():
        raise missing("FileName")
    if len(name) > LONGEST_NAME:
        raise business_rule("The file name is too long.")
    if PurePosixPath(name).suffix.lower().removeprefix(".") not in TYPES:
        raise business_rule(f"The type of the file {name} is not supported.")
    if not content:
        raise business_rule(f"The file {name} is empty.")
    if len(content) > MOST_BYTES:
        raise business_rule(f"The file {name} exceeds the maximum size of 100 MB.")


def _media_of(name: str) -> str:
    return MEDIA.get(PurePosixPath(name).suffix.lower().removeprefix("."), "application/octet-stream")


def accept_attachable(books: Books, raw: Entity, existing: Entity | None) -> Entity:
    """Judge an attachable: a file's description or a note, and the entities that it hangs on."""
    kept = existing or {}
    entity: Entity = {"Id": kept["Id"]} if existing else {}
    for key in ("FileName", "ContentType", "Note", "Category", "Size"):
        value = kept.get(key) if key == "Size" and existing else raw.get(key)
        entity |= {key: value} if value else {}
    if not entity.get("FileName") and not entity.get("Note"):
        raise missing("Note")
    return entity | {"AttachableRef": [_link(books, one) for one in raw.get("AttachableRef") or []]}


def _link(books: Books, raw: Any) -> Entity:
    given = (raw.get("EntityRef") if isinstance(raw, dict) else None) or {}
    name, wanted = str(given.get("type") or ""), str(given.get("value") or "")
    kind = next((kind for kind in LINKABLE if kind.name.lower() == name.lower()), None)
    if kind is None:
        raise invalid_enumeration(name, "EntityRef.type")
    if books.entity(kind, wanted) is None:
        raise invalid_reference(f"{kind.name}s", wanted, "EntityRef")
    online = bool(raw.get("IncludeOnSend"))
    return {"EntityRef": {"value": wanted, "type": kind.name}, "IncludeOnSend": online}


def with_links(books: Books, entity: Entity) -> Entity:
    """The attachable with addresses to fetch its file from: one for the API, one that opens by itself."""
    if not entity.get("Size"):
        return entity
    base, realm, wanted = f"{books.world.public_url}/quickbooks", books.realm, entity["Id"]
    until = books.world.clock.now_ms() + LINK_SECONDS * 1000
    proof = f"until={until}&key={link_key(realm, wanted, until)}"
    return entity | {
        "FileAccessUri": f"/v3/company/{realm}/download/{wanted}",
        "TempDownloadUri": f"{base}/files/{realm}/{wanted}?{proof}",
        "Size": int(entity["Size"]),
    }


def link_key(realm: str, attachable: str, until: int) -> str:
    """What makes a temporary address hard to guess by accident; nothing in a sandbox is secret."""
    return hashlib.sha256(f"sandbox/{realm}/{attachable}/{until}".encode()).hexdigest()[:32]


def find_file(books: Books, attachable: str) -> sqlite3.Row | None:
    return books.world.store.row(
        "SELECT * FROM attachments WHERE vendor = ? AND organisation = ? AND entity = ?",
        VENDOR,
        books.realm,
        attachable,
    )


def files_of(books: Books, kind: str, entity_id: str) -> list[sqlite3.Row]:
    """The files that hang on one entity, in the order in which they came."""
    mark = Condition("instr(search, ?) > 0", (f"\n{kind.lower()}:{entity_id}\n",))
    found = (find_file(books, record.id) for record in books.records.select(ATTACHABLE.name, mark))
    return [row for row in found if row is not None]


def files_of_all(store: Store) -> dict[tuple[str, str], list[Entity]]:
    """Every company's files by company and linked entity, read in one go."""
    rows = store.rows(
        "SELECT records.search, attachments.organisation, file_name, mime_type, size, sha256 FROM records"
        " JOIN attachments ON attachments.vendor = records.vendor AND entity = records.id"
        " AND attachments.organisation = records.organisation"
        " WHERE records.vendor = ? AND records.kind = ? ORDER BY records.seq",
        VENDOR,
        ATTACHABLE.name,
    )
    found: dict[tuple[str, str], list[Entity]] = {}
    for row in rows:
        file = {key: row[key] for key in ("file_name", "mime_type", "size", "sha256")}
        for link in row["search"].split():
            found.setdefault((row["organisation"], link), []).append(file)
    return found


def download_address(books: Books, attachable: str) -> Answer:
    """What /download answers: the temporary address, as plain text."""
    entity = books.entity(ATTACHABLE, attachable)
    if entity is None or find_file(books, attachable) is None:
        raise not_found()
    return Answer(200, with_links(books, entity)["TempDownloadUri"].encode(), "text/plain;charset=UTF-8")
