"""The paper on a document in Xero."""

import re
from pathlib import PurePath
from urllib.parse import quote

from bookbind.kit.text import clean_text
from bookbind.providers.base.contract import FileLimits
from bookbind.providers.base.papers import refuse_file
from bookbind.providers.base.shapes import required_text, rows_of
from bookbind.providers.base.types import AttachedFile, DocumentKind, OutgoingFile
from bookbind.providers.xero.client import AccountingApi
from bookbind.providers.xero.publish import PAPERS

# 10 MB is the smaller of the two limits that Xero's pages name (2026-11).
FILES = FileLimits(count=10, size_bytes=10 * 1024 * 1024, extensions=("pdf", "png", "jpg", "jpeg", "gif"))
_REFUSED = re.compile(r'[<>:"/\\|?*+#%&\x00]')
_LONGEST_STEM = 100


def attach(
    api: AccountingApi, kind: DocumentKind, remote_id: str, file: OutgoingFile, key: str
) -> AttachedFile:
    """Put the file on the document; the same name again replaces it, so a repeat does no harm."""
    safe = safe_name(file.name)
    refuse_file("Xero", FILES, safe, file.content)
    document, name = quote(remote_id, safe=""), quote(safe, safe="")
    path = f"{PAPERS[kind].plural}/{document}/Attachments/{name}"
    reply = api.write("POST", path, "attach", file.content, key, content_type=file.content_type)
    row = reply.read(lambda content: rows_of(content, "Attachments")[0])
    return reply.read(lambda _: AttachedFile(required_text(row, "AttachmentID"), int(row["ContentLength"])))


def safe_name(name: str) -> str:
    """The file's name without the characters that Xero refuses, its extension kept."""
    cleaned = _REFUSED.sub("-", clean_text(name, 400)).strip(" .")
    path = PurePath(cleaned or "document.pdf")
    return f"{path.stem[:_LONGEST_STEM].strip()}{path.suffix}"
