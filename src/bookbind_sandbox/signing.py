"""A vendor's signing key, which outlives resets and restarts, and what it publishes of it."""

from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bookbind_sandbox.store import Store

KEY_ID = "sandbox-key"


class SigningKey:
    """One vendor's RSA key, made once and kept in the store."""

    def __init__(self, store: Store, vendor: str) -> None:
        self.store = store
        self.vendor = vendor
        self._key: rsa.RSAPrivateKey | None = None

    def private(self) -> rsa.RSAPrivateKey:
        """The key of this store, made when first needed."""
        if self._key is None:
            stored = self.store.value("SELECT pem FROM signing_keys WHERE vendor = ?", self.vendor)
            if stored:
                loaded = serialization.load_pem_private_key(stored.encode(), password=None)
                assert isinstance(loaded, rsa.RSAPrivateKey)
                self._key = loaded
            else:
                self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
                self._keep(self._key)
        return self._key

    def public(self) -> rsa.RSAPublicKey:
        return self.private().public_key()

    def _keep(self, key: rsa.RSAPrivateKey) -> None:
        form = serialization.PrivateFormat.PKCS8
        pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
        self.store.insert("signing_keys", vendor=self.vendor, pem=pem.decode())

    def jwks(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.public(), as_dict=True)
        return {"keys": [public | {"kid": KEY_ID, "use": "sig", "alg": "RS256"}]}

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private(), algorithm="RS256", headers={"kid": KEY_ID})
