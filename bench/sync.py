"""Reading 10,000 contacts into lists, against a bare client that pages and decodes, in the same run."""

import json
import time

import httpx2

from bench.books import WAITING, connect
from bench.environment import SANDBOX
from bench.report import Row
from bookbind.connections.models import Connection, Grant
from bookbind.connections.secrets import grant_row, open_tokens
from bookbind.demo import seed
from bookbind.demo.sandbox import VENDOR
from bookbind.jobs.runner import run_due
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.lists.sync import SYNC_JOB, request_sync
from bookbind.providers.base.types import ListName
from bookbind.tenancy.scope import BusinessScope, SystemScope, within

CONTACTS, PAGE_SIZE = 10_000, 1_000
_CONTACT_LISTS = (ListName.SUPPLIERS, ListName.CUSTOMERS)


def measure() -> list[Row]:
    """First read (everything is new), second full read (nothing is), and the bare client's best of three."""
    people = seed.begin()
    SANDBOX.control("limits", vendor=VENDOR, minute=10_000, day=100_000)
    connection = connect(WAITING, people)
    SANDBOX.control("grow", vendor=VENDOR, organisation=WAITING.organisation, list="contacts", count=CONTACTS)
    bare = min(_bare_seconds(connection) for _ in range(3))
    first, again = _sync_seconds(connection), _sync_seconds(connection)
    with within(BusinessScope(connection.business_id)):
        assert RemoteItem.objects.filter(connection=connection).count() > CONTACTS
        assert ListItem.objects.filter(list__in=_CONTACT_LISTS).count() > CONTACTS
    peer = "paging and decoding alone"
    return [
        Row("sync", f"{CONTACTS:,} contacts, first read", first, "s", peer=peer, peer_value=bare),
        Row("sync", f"{CONTACTS:,} contacts, read again in full", again, "s", peer=peer, peer_value=bare),
    ]


def _sync_seconds(connection: Connection) -> float:
    with within(BusinessScope(connection.business_id)):
        request_sync(connection, _CONTACT_LISTS, full=True)
    began = time.perf_counter()
    run_due(kinds=[SYNC_JOB])
    return time.perf_counter() - began


def _bare_seconds(connection: Connection) -> float:
    with within(SystemScope("benchmark: the bare client needs the same token")):
        grant = Grant.objects.get(id=connection.grant_id)
    token = open_tokens(grant.tokens, grant_row(grant.id)).access_token
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "xero-tenant-id": connection.organisation_id,
    }
    began = time.perf_counter()
    with httpx2.Client(base_url=SANDBOX.url, headers=headers, timeout=60) as client:
        read, page = 0, 0
        while page == 0 or read % PAGE_SIZE == 0:
            page += 1
            reply = client.get("/xero/api.xro/2.0/Contacts", params={"page": page, "pageSize": PAGE_SIZE})
            reply.raise_for_status()
            rows = json.loads(reply.content)["Contacts"]
            read += len(rows)
            if not rows:
                break
    assert read > CONTACTS
    return time.perf_counter() - began
