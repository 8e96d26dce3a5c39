"""Secrets at rest: AES-256-GCM with a key id, bound to the row and field that hold them."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


class SecretsUnreadable(Exception):
    """A stored secret can't be read with the keys that are configured."""


class KeyringInvalid(ValueError):
    """The configured encryption keys can't be used."""


@dataclass(frozen=True)
class Keyring:
    """The keys by id (32 bytes each) and the id of the one that new secrets are sealed with."""

    keys: Mapping[str, bytes]
    current: str

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise KeyringInvalid(f"The current key {self.current!r} is not among the configured keys.")
        for key_id, key in self.keys.items():
            if len(key) != _KEY_BYTES or "." in key_id:
                raise KeyringInvalid(f"Key {key_id!r} must be 32 bytes in base64, its name without a dot.")

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read `name:base64,name:base64`; the first one is current, the others only open old secrets."""
        keys: dict[str, bytes] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key_id, _, encoded = entry.partition(":")
            try:
                keys[key_id] = base64.b64decode(encoded, validate=True)
            except binascii.Error as error:
                raise KeyringInvalid(f"Key {key_id!r} is not valid base64.") from error
        return cls(keys, next(iter(keys), ""))

    def seal(self, plaintext: str, row: str) -> str:
        """Encrypt for the place `row` ("table:id:field"); only the same place opens it again."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        associated = f"{row}:{self.current}".encode()
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, plaintext.encode(), associated)
        return f"{self.current}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, row: str) -> str:
        """Decrypt what `seal` made for the same `row`; SecretsUnreadable says nothing about why."""
        key_id, _, encoded = sealed.partition(".")
        key = self.keys.get(key_id)
        if key is None:
            raise SecretsUnreadable
        try:
            content = base64.urlsafe_b64decode(encoded)
            nonce, body = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, body, f"{row}:{key_id}".encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretsUnreadable from error
