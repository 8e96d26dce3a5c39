"""The captured files' bytes: written under generated names, checked against their hash when read."""

import hashlib
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from bookbind.documents.errors import DocumentError
from bookbind.documents.files import EXTENSIONS
from bookbind.documents.models import StoredFile


class PaperMissing(DocumentError):
    """The captured file can't be read, or is not what was uploaded. Tell whoever runs Bookbind."""


def store_content(business_id: UUID, file_id: UUID, content_type: str, content: bytes) -> str:
    """Write the bytes and return their path; the name that the user gave never becomes part of it."""
    path = f"papers/{business_id.hex}/{file_id.hex[-2:]}/{file_id.hex}{EXTENSIONS[content_type]}"
    return default_storage.save(path, ContentFile(content))


def read_content(file: StoredFile) -> bytes:
    """The bytes as they were captured; PaperMissing when storage lost or changed them."""
    try:
        with default_storage.open(file.path, "rb") as opened:
            content: bytes = opened.read()
    except OSError as error:
        raise PaperMissing from error
    if hash_content(content) != file.sha256:
        raise PaperMissing
    return content


def drop_content(path: str) -> None:
    """Remove bytes that no row refers to."""
    default_storage.delete(path)


def hash_content(content: bytes) -> str:
    """SHA-256 in hex; what tells that two files are the same paper."""
    return hashlib.sha256(content).hexdigest()
