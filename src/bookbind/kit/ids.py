"""Identifiers: sortable row ids, unguessable tokens, and keyed hashes of them."""

import hashlib
import hmac
import secrets
import time
import uuid

_TIMESTAMP_BITS = 48


def new_id() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits, so rows sort by age."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << _TIMESTAMP_BITS) - 1)) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | (0x7 << 76)
    value = value & ~(0x3 << 62) | (0x2 << 62)
    return uuid.UUID(int=value)


def new_token(size_bytes: int = 32) -> str:
    """An unguessable URL-safe token with `size_bytes` of randomness."""
    return secrets.token_urlsafe(size_bytes)


def keyed_hash(key: bytes, purpose: str, value: str) -> str:
    """HMAC-SHA256 of `value` for one purpose, in hex; what is stored in place of a one-time token."""
    return hmac.new(key, f"{purpose}\x00{value}".encode(), hashlib.sha256).hexdigest()
