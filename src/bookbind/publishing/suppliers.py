"""The document's supplier in the books: matched, found there, or created there once."""

import json
from dataclasses import asdict, replace

from django.db import transaction

from bookbind.connections.gateway import call
from bookbind.connections.models import Connection
from bookbind.kit.text import plain_tax_number
from bookbind.lists.queries import find_contact_there, items_by_id
from bookbind.lists.services import bind_created
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import NewContact, RemoteEntry
from bookbind.publishing import deliveries
from bookbind.publishing.checks import Reference
from bookbind.publishing.models import Delivery, Publication
from bookbind.tenancy.models import User

FOUND = "found_there"


def find_contact_id(connection: Connection, supplier: Reference, currency: str) -> str:
    """The supplier's id in the books, matched on the way when only we did not know it; empty when new."""
    if supplier.remote_id:
        return supplier.remote_id
    wanted = replace(_contact(supplier, currency), tax_number=_as_spelled_there(connection, supplier))
    found = call(connection, lambda session: session.find_contact(wanted))
    if found is None:
        return ""
    return _bind(connection, supplier, found, FOUND, None)


def create_contact(
    publication: Publication, connection: Connection, supplier: Reference, currency: str
) -> str:
    """Create the supplier under a key committed before; after a lost answer it is found by its name."""
    contact = _contact(supplier, currency)
    body = json.dumps(asdict(contact), sort_keys=True).encode()
    delivery = deliveries.write_contact_delivery(publication, connection, body)
    try:
        created = call(connection, lambda session: session.create_contact(contact, delivery.key))
    except ProviderError as error:
        outcome = Delivery.Outcome.LOST if error.maybe_done else Delivery.Outcome.NOT_DONE
        deliveries.close(delivery, outcome, error)
        raise
    with transaction.atomic():
        deliveries.close(delivery, Delivery.Outcome.DONE)
        return _bind(connection, supplier, created, "", publication.requested_by)


def _as_spelled_there(connection: Connection, supplier: Reference) -> str:
    """The supplier's tax number as the books space it: a vendor may find no other spelling."""
    there = find_contact_there(connection, supplier.item_id) if supplier.tax_number else None
    spelled = str(there.details.get("tax_number", "")) if there else ""
    is_same = plain_tax_number(spelled) == plain_tax_number(supplier.tax_number)
    return spelled if is_same else supplier.tax_number


def _contact(supplier: Reference, currency: str) -> NewContact:
    return NewContact(supplier.label, supplier.email, supplier.tax_number, currency)


def _bind(
    connection: Connection, supplier: Reference, entry: RemoteEntry, why: str, user: User | None
) -> str:
    """Let the contact stand for the supplier; the id of what does, for somebody may have been quicker."""
    item = items_by_id([supplier.item_id])[supplier.item_id]
    if why:
        return bind_created(item, connection, entry, why, user).remote_id
    return bind_created(item, connection, entry, user=user).remote_id
