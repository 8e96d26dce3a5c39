"""One call's view of one organisation: its entries, its settings, and the app that asks."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from bookbind_sandbox.records import Record, Records
from bookbind_sandbox.vendors.xero.kinds import ACCOUNTS, TAX_RATES, Kind, to_record
from bookbind_sandbox.vendors.xero.names import VENDOR
from bookbind_sandbox.vendors.xero.wire import Entity, ms_moment, parse_day, parse_element, render
from bookbind_sandbox.world import World


@dataclass
class Ledger:
    """The books of one organisation; `source` says who writes: the seed, the API or the control page."""

    world: World
    organisation: str
    source: str
    client_id: str = ""

    def __post_init__(self) -> None:
        self.records = Records(self.world.store, VENDOR, self.organisation)

    def settings(self) -> Entity:
        """The organisation as /Organisation shows it."""
        row = self.world.store.row(
            "SELECT body FROM organisations WHERE vendor = ? AND id = ?", VENDOR, self.organisation
        )
        assert row is not None
        found: Entity = json.loads(row["body"])
        return found

    def save_settings(self, settings: Entity) -> None:
        self.world.store.run(
            "UPDATE organisations SET body = ?, name = ? WHERE vendor = ? AND id = ?",
            render(settings),
            settings["Name"],
            VENDOR,
            self.organisation,
        )

    def lock_date(self, key: str) -> date | None:
        value = self.settings().get(key)
        return parse_day(value) if value else None

    def save(self, kind: Kind, entity: Entity) -> Entity:
        """Store an entity with a fresh UpdatedDateUTC where its kind has one."""
        now = self.world.clock.now_ms()
        if kind.modified_since:
            entity["UpdatedDateUTC"] = ms_moment(now)
        self.records.save(to_record(kind, entity, now, self.source))
        return entity

    def entity(self, kind: Kind, record_id: str) -> Entity | None:
        record = self.records.get(kind.name, record_id)
        return parse_element(record.body) if record else None

    def account(self, *, code: str = "", account_id: str = "") -> Entity | None:
        if account_id:
            return self.entity(ACCOUNTS, account_id.lower())
        found = self.records.with_code(ACCOUNTS.name, code) if code else []
        return parse_element(found[0].body) if found else None

    def tax_rate(self, tax_type: str) -> Entity | None:
        found = self.records.with_code(TAX_RATES.name, tax_type)
        return parse_element(found[0].body) if found else None

    def named(self, kind: Kind, name: str) -> list[Record]:
        return self.records.with_name(kind.name, name)

    def subscribed(self, currency: str) -> bool:
        return bool(self.records.with_code("currencies", currency))

    def base_currency(self) -> Any:
        return self.settings()["BaseCurrency"]
