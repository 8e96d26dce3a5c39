"""Tokens at rest: sealed, bound to the row and field that hold them; keys change while all runs."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import models

from bookbind.connections.models import Grant, SignIn
from bookbind.kit.encryption import Keyring, SecretsUnreadable
from bookbind.providers.base.types import Tokens

BATCH = 200
_TIMES = ("access_expires_at", "refresh_expires_at")


@dataclass(frozen=True)
class Progress:
    """How far a change of keys has come; `unreadable` rows are left as they are."""

    done: int
    total: int
    unreadable: int


def grant_row(grant_id: UUID) -> str:
    """The place that a grant's tokens are bound to."""
    return f"connections_grant:{grant_id}:tokens"


def sign_in_row(sign_in_id: UUID, field: str = "tokens") -> str:
    """The place that a sign-in's secret is bound to."""
    return f"connections_signin:{sign_in_id}:{field}"


def seal_text(text: str, row: str) -> str:
    """Encrypt one secret for its place."""
    return _keyring().seal(text, row)


def open_text(sealed: str, row: str) -> str:
    """Decrypt one secret from its place; SecretsUnreadable when the keys don't fit."""
    return _keyring().open(sealed, row)


def seal_tokens(tokens: Tokens, row: str) -> str:
    """Encrypt a login's tokens for their place."""
    return seal_text(json.dumps(asdict(tokens), default=_iso), row)


def open_tokens(sealed: str, row: str) -> Tokens:
    """Decrypt a login's tokens; SecretsUnreadable when the keys don't fit."""
    values = json.loads(open_text(sealed, row))
    for name in _TIMES:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return Tokens(**values | {"scopes": tuple(values["scopes"])})


def are_readable(grant: Grant) -> bool:
    """Whether the grant's tokens open with the keys that are configured now."""
    try:
        open_text(grant.tokens, grant_row(grant.id))
    except SecretsUnreadable:
        return False
    return True


def reseal() -> Iterator[Progress]:
    """Seal everything anew with the current key, batch by batch, while everything runs; tells how far it is.

    A row that changed meanwhile is left alone: whoever changed it has sealed it with the current key. Run
    inside System scope.
    """
    prefix = f"{_keyring().current}."
    places = [(Grant, "tokens"), (SignIn, "tokens"), (SignIn, "code_verifier")]
    total = sum(_behind(model, field, prefix).count() for model, field in places)
    done = unreadable = 0
    for model, field in places:
        for batch in _batches(model, field, prefix):
            failed = sum(not _reseal_row(model, field, row_id, sealed) for row_id, sealed in batch)
            unreadable += failed
            done += len(batch) - failed
            yield Progress(done, total, unreadable)


def _batches(model: type[models.Model], field: str, prefix: str) -> Iterator[list[tuple[UUID, str]]]:
    last: UUID | None = None
    while True:
        rows = _behind(model, field, prefix).order_by("id")
        if last is not None:
            rows = rows.filter(id__gt=last)
        batch = list(rows.values_list("id", field)[:BATCH])
        if not batch:
            return
        last = batch[-1][0]
        yield batch


def _behind(model: type[models.Model], field: str, prefix: str) -> "models.QuerySet[models.Model]":
    rows: models.QuerySet[models.Model] = _rows(model).exclude(**{field: ""})
    return rows.exclude(**{f"{field}__startswith": prefix})


def _rows(model: type[models.Model]) -> "models.QuerySet[models.Model]":
    return (Grant if model is Grant else SignIn).objects.all()


def _reseal_row(model: type[models.Model], field: str, row_id: UUID, sealed: str) -> bool:
    row = grant_row(row_id) if model is Grant else sign_in_row(row_id, field)
    try:
        anew = seal_text(open_text(sealed, row), row)
    except SecretsUnreadable:
        return False
    _rows(model).filter(**{"id": row_id, field: sealed}).update(**{field: anew})
    return True


def _keyring() -> Keyring:
    keyring: Keyring | None = settings.KEYRING
    if keyring is None:
        raise SecretsUnreadable
    return keyring


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
