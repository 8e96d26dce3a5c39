"""One call's view of one company: its entities, its settings, and who writes."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from bookbind_sandbox.records import Record, Records
from bookbind_sandbox.vendors.quickbooks.errors import invalid_reference, missing, not_found
from bookbind_sandbox.vendors.quickbooks.kinds import COMPANY_INFO, PREFERENCES, Kind, to_record
from bookbind_sandbox.vendors.quickbooks.names import VENDOR
from bookbind_sandbox.vendors.quickbooks.wire import Entity, dump, moment, parse_day, parse_entity
from bookbind_sandbox.world import World

# Classes are counted from a number that no float can hold, as in real companies (2026-11).
FIRST_IDS = {"classes": 5_000_000_000_000_000_001}
DELETED = "deleted"


@dataclass
class Books:
    """The books of one company; `source` says who writes: the seed, the API or the control page."""

    world: World
    realm: str
    source: str
    client_id: str = ""

    def __post_init__(self) -> None:
        self.records = Records(self.world.store, VENDOR, self.realm)

    def settings(self) -> Entity:
        """What no answer shows: whether the company warns of duplicates, has lapsed, and who is what."""
        row = self.world.store.row(
            "SELECT body FROM organisations WHERE vendor = ? AND id = ?", VENDOR, self.realm
        )
        assert row is not None
        found: Entity = json.loads(row["body"])
        return found

    def save_settings(self, settings: Entity) -> None:
        self.world.store.run(
            "UPDATE organisations SET body = ? WHERE vendor = ? AND id = ?",
            dump(settings),
            VENDOR,
            self.realm,
        )

    def company(self) -> Entity:
        found = self.entity(COMPANY_INFO, "1")
        assert found is not None
        return found

    def preferences(self) -> Entity:
        found = self.entity(PREFERENCES, "1")
        assert found is not None
        return found

    def accounting_preference(self, name: str) -> Any:
        return self.preferences()["AccountingInfoPrefs"].get(name)

    def home_currency(self) -> str:
        return str(self.preferences()["CurrencyPrefs"]["HomeCurrency"]["value"])

    def many_currencies(self) -> bool:
        return bool(self.preferences()["CurrencyPrefs"]["MultiCurrencyEnabled"])

    def american(self) -> bool:
        """Whether this is a company in the United States, where tax works differently."""
        return bool(self.company()["Country"] == "USA")

    def automated_sales_tax(self) -> bool:
        """Whether the tax on sales is worked out from the customer's address."""
        return bool(self.preferences()["TaxPrefs"]["PartnerTaxEnabled"])

    def closed_until(self) -> date | None:
        return parse_day(self.accounting_preference("BookCloseDate") or "")

    def next_id(self, kind: Kind) -> str:
        """Count an id up; one that was given out is never given out again."""
        key = f"{VENDOR}:{self.realm}:{kind.sequence}"
        number = int(self.world.store.get_meta(key, str(FIRST_IDS.get(kind.sequence, 1))))
        self.world.store.set_meta(key, str(number + 1))
        return str(number)

    def start_ids(self, sequence: str, first: int) -> None:
        self.world.store.set_meta(f"{VENDOR}:{self.realm}:{sequence}", str(first))

    def save(self, kind: Kind, entity: Entity, at_ms: int | None = None) -> Entity:
        """Store an entity under its next SyncToken, with the times that its MetaData shows."""
        now = self.world.clock.now_ms() if at_ms is None else at_ms
        known = self.records.get(kind.name, str(entity.get("Id", "")))
        before = parse_entity(known.body) if known else {}
        token = str(int(before["SyncToken"]) + 1) if before else "0"
        created = before["MetaData"]["CreateTime"] if before else moment(now)
        marked: Entity = entity | {
            "domain": "QBO",
            "sparse": False,
            "Id": str(entity.get("Id") or self.next_id(kind)),
            "SyncToken": token,
            "MetaData": {"CreateTime": created, "LastUpdatedTime": moment(now)},
        }
        self.records.save(to_record(kind, marked, now, self.source))
        return marked

    def delete(self, kind: Kind, entity: Entity) -> None:
        """Take an entity away, and leave what change data capture tells of it."""
        now = self.world.clock.now_ms()
        self.records.remove(kind.name, entity["Id"])
        marker: Entity = {
            "domain": "QBO",
            "status": "Deleted",
            "Id": entity["Id"],
            "MetaData": {"LastUpdatedTime": moment(now)},
        }
        self.records.save(
            Record(
                DELETED, f"{kind.name}:{entity['Id']}", dump(marker), now, now, self.source, name=kind.name
            )
        )

    def entity(self, kind: Kind, entity_id: str) -> Entity | None:
        record = self.records.get(kind.name, entity_id)
        return parse_entity(record.body) if record else None

    def find_reference(self, kind: Kind, given: Any, element: str = "") -> Entity:
        """The active entity that a reference means, by its id alone."""
        wanted = given.get("value") if isinstance(given, dict) else None
        if wanted in {None, ""}:
            raise missing(element)
        found = self.entity(kind, str(wanted))
        if found is None:
            raise invalid_reference(f"{kind.name}s", wanted, element)
        if found.get("Active") is False:
            raise not_found()
        return found
