"""The lines of a document: read, completed from the books, taxed and added up."""

import uuid
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from bookbind_sandbox.vendors.xero.kinds import ITEMS, TRACKING
from bookbind_sandbox.vendors.xero.ledger import Ledger
from bookbind_sandbox.vendors.xero.wire import Entity, parse_element

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LINE_TOLERANCE = Decimal("0.01")
CLASS_FIELDS = {
    "ASSET": "CanApplyToAssets",
    "EQUITY": "CanApplyToEquity",
    "EXPENSE": "CanApplyToExpenses",
    "LIABILITY": "CanApplyToLiabilities",
    "REVENUE": "CanApplyToRevenue",
}
RESERVED_ACCOUNTS = {
    "DEBTORS",
    "CREDITORS",
    "GST",
    "RETAINEDEARNINGS",
    "HISTORICAL",
    "ROUNDING",
    "UNPAIDEXPCLM",
}


@dataclass
class Lines:
    """The completed lines of one document with their totals and what is wrong with them."""

    entities: list[Entity] = field(default_factory=list)
    sub_total: Decimal = ZERO
    total_tax: Decimal = ZERO
    errors: list[str] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return self.sub_total + self.total_tax


@dataclass(frozen=True)
class Setting:
    """What the whole document says about its lines."""

    amount_types: str
    purchase: bool
    final: bool
    unit_places: int


def round_money(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def read_decimal(value: Any, name: str, errors: list[str]) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        errors.append(f"{name} must be a number")
        return None
    return number


def complete_lines(ledger: Ledger, raw_lines: Any, setting: Setting) -> Lines:
    lines = Lines()
    if not isinstance(raw_lines, list) or not raw_lines:
        lines.errors.append("One or more line items must be specified")
        return lines
    for raw in raw_lines:
        entity = _complete(ledger, raw if isinstance(raw, dict) else {}, setting, lines.errors)
        lines.entities.append(entity)
        inside = entity["TaxAmount"] if setting.amount_types == "Inclusive" else ZERO
        lines.sub_total += entity["LineAmount"] - inside
        lines.total_tax += entity["TaxAmount"]
    return lines


def _complete(ledger: Ledger, raw: Entity, setting: Setting, errors: list[str]) -> Entity:
    item = _item(ledger, raw, errors)
    details: Entity = (item or {}).get("PurchaseDetails" if setting.purchase else "SalesDetails") or {}
    account = _account(ledger, raw, details, setting, errors)
    quantity, unit, amount = _amounts(raw, details, setting, errors)
    tax_type, tax = _tax(ledger, raw, account, amount, setting, errors)
    description = raw.get("Description") or (item or {}).get("Description") or ""
    if setting.final and not description:
        errors.append("Description is a required field for line items")
    entity: Entity = {"Description": description}
    if item is not None:
        entity |= {"ItemCode": item["Code"], "Item": {key: item[key] for key in ("ItemID", "Name", "Code")}}
    entity |= {"UnitAmount": unit, "TaxType": tax_type, "TaxAmount": tax, "LineAmount": amount}
    if account is not None:
        entity |= {"AccountCode": account["Code"], "AccountID": account["AccountID"]}
    entity |= {"Tracking": _tracking(ledger, raw, errors), "Quantity": quantity}
    return entity | {"LineItemID": str(raw.get("LineItemID") or uuid.uuid4())}


def _item(ledger: Ledger, raw: Entity, errors: list[str]) -> Entity | None:
    code = raw.get("ItemCode")
    if not code:
        return None
    found = ledger.records.with_code(ITEMS.name, str(code))
    if not found:
        errors.append(f"Item code '{code}' is not valid")
        return None
    return parse_element(found[0].body)


def _account(
    ledger: Ledger, raw: Entity, details: Entity, setting: Setting, errors: list[str]
) -> Entity | None:
    code, account_id = str(raw.get("AccountCode") or ""), str(raw.get("AccountID") or "")
    if not code and not account_id:
        code = str(details.get("AccountCode") or "")
    if not code and not account_id:
        if setting.final:
            errors.append("Account code must be specified")
        return None
    account = ledger.account(code=code, account_id=account_id)
    shown = code or account_id
    if account is None:
        errors.append(f"Account code '{shown}' is not a valid code for this document.")
    elif account["Status"] != "ACTIVE":
        errors.append(
            f"Account code '{shown}' has been archived, or has been deleted. "
            "Each line item must reference a valid account."
        )
    elif account["Type"] == "BANK" or account.get("SystemAccount") in RESERVED_ACCOUNTS:
        errors.append(f"Account code '{shown}' is not a valid code for this document.")
    else:
        return account
    return None


def _amounts(
    raw: Entity, details: Entity, setting: Setting, errors: list[str]
) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, unit price and line amount; a stated line amount must agree with the other two."""
    quantity = read_decimal(raw.get("Quantity"), "Quantity", errors)
    unit = read_decimal(raw.get("UnitAmount"), "UnitAmount", errors)
    stated = read_decimal(raw.get("LineAmount"), "LineAmount", errors)
    quantity = Decimal(1) if quantity is None else quantity
    places = Decimal(1).scaleb(-setting.unit_places)
    if unit is None:
        from_amount = stated / quantity if stated is not None and quantity else None
        unit = from_amount if from_amount is not None else Decimal(str(details.get("UnitPrice") or 0))
        # A price worked out from the amount keeps four places, so that it multiplies back.
        places = min(places, Decimal("0.0001"))
    unit = unit.quantize(places, ROUND_HALF_UP)
    expected = round_money(quantity * unit)
    discount = read_decimal(raw.get("DiscountRate"), "DiscountRate", errors)
    if discount is not None and not setting.purchase:
        expected = round_money(expected * (100 - discount) / 100)
    if stated is not None and abs(round_money(stated) - expected) > LINE_TOLERANCE:
        errors.append(
            f"The line total {round_money(stated)} does not match the expected line total {expected}"
        )
    amount = expected if stated is None else round_money(stated)
    return quantity.quantize(Decimal("0.0001")), unit, amount


def _tax(
    ledger: Ledger, raw: Entity, account: Entity | None, amount: Decimal, setting: Setting, errors: list[str]
) -> tuple[str, Decimal]:
    tax_type = str(raw.get("TaxType") or (account or {}).get("TaxType") or "NONE")
    if setting.amount_types == "NoTax":
        return "NONE", ZERO
    rate = ledger.tax_rate(tax_type)
    if rate is None or rate["Status"] != "ACTIVE":
        errors.append(
            f"The TaxType code '{tax_type}' does not exist or cannot be used for this type of transaction."
        )
        return tax_type, ZERO
    if account is not None and not rate.get(CLASS_FIELDS.get(account["Class"], ""), False):
        errors.append(f"The TaxType code '{tax_type}' cannot be used with account code '{account['Code']}'.")
    given = read_decimal(raw.get("TaxAmount"), "TaxAmount", errors)
    if given is not None:
        return tax_type, round_money(given)
    fraction = Decimal(str(rate["EffectiveRate"])) / 100
    if setting.amount_types == "Inclusive":
        return tax_type, round_money(amount - amount / (1 + fraction))
    return tax_type, round_money(amount * fraction)


def _tracking(ledger: Ledger, raw: Entity, errors: list[str]) -> list[Entity]:
    given = raw.get("Tracking")
    if not isinstance(given, list):
        return []
    if len(given) > 2:
        errors.append("A line item can have at most 2 tracking categories")
    found = (_tracked(ledger, entry if isinstance(entry, dict) else {}, errors) for entry in given)
    return [entry for entry in found if entry is not None]


def _tracked(ledger: Ledger, entry: Entity, errors: list[str]) -> Entity | None:
    category = _category(ledger, entry)
    if category is None or category["Status"] != "ACTIVE":
        shown = entry.get("Name") or entry.get("TrackingCategoryID") or ""
        errors.append(f"There is no ACTIVE tracking category with the name '{shown}'")
        return None
    for option in category["Options"]:
        by_id = str(entry.get("TrackingOptionID") or "").lower() == option["TrackingOptionID"]
        by_name = not entry.get("TrackingOptionID") and entry.get("Option") == option["Name"]
        if (by_id or by_name) and option["Status"] == "ACTIVE":
            return {
                "Name": category["Name"],
                "Option": option["Name"],
                "TrackingCategoryID": category["TrackingCategoryID"],
                "TrackingOptionID": option["TrackingOptionID"],
            }
    shown = entry.get("Option") or entry.get("TrackingOptionID") or ""
    errors.append(
        f"The tracking option '{shown}' could not be found or is not ACTIVE "
        f"in the tracking category '{category['Name']}'"
    )
    return None


def _category(ledger: Ledger, entry: Entity) -> Entity | None:
    if entry.get("TrackingCategoryID"):
        return ledger.entity(TRACKING, str(entry["TrackingCategoryID"]).lower())
    found = ledger.named(TRACKING, str(entry.get("Name") or ""))
    return parse_element(found[0].body) if found else None
