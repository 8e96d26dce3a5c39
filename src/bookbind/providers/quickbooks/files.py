"""The paper on a document in QuickBooks."""

import re
import secrets
from pathlib import PurePath

from bookbind.kit.text import clean_text
from bookbind.providers.base.bodies import as_json
from bookbind.providers.base.contract import FileLimits
from bookbind.providers.base.http import Reply
from bookbind.providers.base.papers import refuse_file
from bookbind.providers.base.shapes import Row, required_text, rows_of
from bookbind.providers.base.types import AttachedFile, DocumentKind, OutgoingFile
from bookbind.providers.quickbooks.client import CompanyApi, expected_shape, refused
from bookbind.providers.quickbooks.publish import PAPERS
from bookbind.providers.quickbooks.refusals import parse_refusals
from bookbind.providers.quickbooks.wire import quoted

# What may be attached, by the lists of several integrators; no page of Intuit's counts the files (2026-11).
FILES = FileLimits(
    count=20,
    size_bytes=100 * 1024 * 1024,
    extensions=(
        "pdf", "png", "jpg", "jpeg", "gif", "tif", "tiff", "csv", "doc", "docx", "eps", "ai", "ods", "pages",
        "rtf", "txt", "xls", "xlsx", "xml",
    ),
)  # fmt: skip
_REFUSED = re.compile(r'[<>:"/\\|?*;\x00]')
_LONGEST_STEM = 100


def attach(api: CompanyApi, kind: DocumentKind, remote_id: str, file: OutgoingFile) -> AttachedFile:
    """Put the file on the document, unless one of its name is there: QuickBooks would keep both."""
    name = safe_name(file.name)
    refuse_file("QuickBooks", FILES, name, file.content)
    there = _find_attached(api, kind, remote_id, name)
    if there is not None:
        return there
    boundary = f"bookbind-{secrets.token_hex(16)}"
    body = build_upload(kind, remote_id, name, file, boundary)
    reply = api.upload("attach", body, f"multipart/form-data; boundary={boundary}")
    return _read_attached(reply)


def build_upload(kind: DocumentKind, remote_id: str, name: str, file: OutgoingFile, boundary: str) -> bytes:
    """The two parts of an upload: what the file hangs on, and the file."""
    described = {
        "AttachableRef": [
            {"EntityRef": {"type": PAPERS[kind].entity, "value": remote_id}, "IncludeOnSend": False}
        ],
        "FileName": name,
        "ContentType": file.content_type,
    }
    parts = (
        _part(boundary, "file_metadata_01", "metadata.json", "application/json", as_json(described)),
        _part(boundary, "file_content_01", name, file.content_type, file.content),
    )
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def parse_attached(row: Row) -> AttachedFile:
    """What QuickBooks says that it keeps."""
    return AttachedFile(required_text(row, "Id"), int(row["Size"]))


def safe_name(name: str) -> str:
    """The file's name without what would break a header or a query, its extension kept."""
    cleaned = _REFUSED.sub("-", clean_text(name, 400)).strip(" .")
    path = PurePath(cleaned or "document.pdf")
    return f"{path.stem[:_LONGEST_STEM].strip()}{path.suffix}"


def _find_attached(api: CompanyApi, kind: DocumentKind, remote_id: str, name: str) -> AttachedFile | None:
    entity = PAPERS[kind].entity
    link = "AttachableRef.EntityRef"
    where = f"{link}.Type = {quoted(entity)} and {link}.value = {quoted(remote_id)}"
    rows = api.rows("Attachable", where, "find_attachments")
    with expected_shape():
        return next((parse_attached(row) for row in rows if row.get("FileName") == name), None)


def _read_attached(reply: Reply) -> AttachedFile:
    """The answer for our one file; it may be refused although the whole answer says 200."""
    answer = reply.read(lambda content: rows_of(content, "AttachableResponse")[0])
    if parse_refusals(answer):
        raise refused(reply, answer)
    return reply.read(lambda _: parse_attached(answer["Attachable"]))


def _part(boundary: str, name: str, file_name: str, content_type: str, content: bytes) -> bytes:
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"
