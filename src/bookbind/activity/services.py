"""Writing the timeline: one entry at the end of a hash chain, in the caller's transaction."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import F

from bookbind.activity.models import Chain, Entry
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.tenancy.models import User
from bookbind.tenancy.scope import BusinessScope, PracticeScope, Scope, SystemScope, within

PRODUCT_NAME = "Bookbind"


def record(
    action: str,
    text: str,
    *,
    business_id: UUID | None = None,
    practice_id: UUID | None = None,
    actor: User | None = None,
    actor_name: str = "",
    subject: models.Model | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append what happened, undone with the caller's transaction if that fails.

    `action` is a dotted name for machines ("connection.finished"), `text` the sentence that people read.
    Without an actor the product itself acted. `data` holds plain values and never a secret.
    """
    entry = Entry(
        id=new_id(),
        business_id=business_id,
        practice_id=practice_id,
        actor=actor,
        actor_name=actor_name or (actor.get_full_name() if actor else PRODUCT_NAME),
        action=action,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        text=text,
        data=json.loads(json.dumps(dict(data or {}), default=str)),
        at=clock.now(),
        recorded_at=clock.real_now(),
        chain=chain_name(business_id, practice_id),
    )
    with transaction.atomic(), within(_scope_of(business_id, practice_id)):
        _append(entry)


def chain_name(business_id: UUID | None = None, practice_id: UUID | None = None) -> str:
    """The chain that an entry of this owner belongs to."""
    if business_id is not None:
        return f"business:{business_id}"
    return f"practice:{practice_id}" if practice_id is not None else "system"


def entry_hash(entry: Entry) -> str:
    """SHA-256 over everything that the entry says and the hash before it."""
    said = {
        "chain": entry.chain,
        "position": entry.position,
        "previous": entry.previous_hash,
        "id": str(entry.id),
        "business": str(entry.business_id),
        "practice": str(entry.practice_id),
        "actor": str(entry.actor_id),
        "actor_name": entry.actor_name,
        "action": entry.action,
        "subject": f"{entry.subject_type}:{entry.subject_id}",
        "text": entry.text,
        "data": entry.data,
        "at": entry.at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat(),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _append(entry: Entry) -> None:
    """Take the chain's next position; updating its row first makes everybody else wait for this one."""
    chain = Chain.objects.filter(name=entry.chain)
    if chain.update(length=F("length") + 1) == 0:
        Chain.objects.bulk_create([Chain(name=entry.chain)], ignore_conflicts=True)
        chain.update(length=F("length") + 1)
    end = chain.get()
    entry.position = end.length
    entry.previous_hash = end.last_hash
    entry.hash = entry_hash(entry)
    entry.save(force_insert=True)
    chain.update(last_hash=entry.hash)


def _scope_of(business_id: UUID | None, practice_id: UUID | None) -> Scope:
    if business_id is not None:
        return BusinessScope(business_id)
    if practice_id is not None:
        return PracticeScope(practice_id)
    return SystemScope("an entry that belongs to no tenant, such as a refused sign-in")
