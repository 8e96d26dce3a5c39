"""The paper on a document in Xero."""

import re
from pathlib import PurePath
from urllib.parse import quote

from bookbind.kit.text import clean_text
from bookbind.providers.base.contract import FileLimits
from bookbind.providers.base.errors import ErrorKind, FieldError, ProviderError, RejectedReason
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
    refuse_file(file)
    document, name = quote(remote_id, safe=""), quote(safe_name(file.name), safe="")
    path = f"{PAPERS[kind].plural}/{document}/Attachments/{name}"
    reply = api.write("POST", path, "attach", file.content, key, content_type=file.content_type)
    row = reply.read(lambda content: rows_of(content, "Attachments")[0])
    return reply.read(lambda _: AttachedFile(required_text(row, "AttachmentID"), int(row["ContentLength"])))


def refuse_file(file: OutgoingFile) -> None:
    """Raise rejected, without a call, for what Xero does not take."""
    extension = PurePath(safe_name(file.name)).suffix.lstrip(".").lower()
    problem = ""
    if not file.content:
        problem = "The file is empty."
    elif len(file.content) > FILES.size_bytes:
        problem = f"The file is larger than the {FILES.size_bytes // 1024 // 1024} MB that Xero takes."
    elif extension not in FILES.extensions:
        problem = f"Xero does not take files named .{extension}."
    if problem:
        refused = FieldError("file", RejectedReason.FILE_REFUSED, problem)
        raise ProviderError(ErrorKind.REJECTED, problem, field_errors=(refused,))


def safe_name(name: str) -> str:
    """The file's name without the characters that Xero refuses, its extension kept."""
    cleaned = _REFUSED.sub("-", clean_text(name, 400)).strip(" .")
    path = PurePath(cleaned or "document.pdf")
    return f"{path.stem[:_LONGEST_STEM].strip()}{path.suffix}"
