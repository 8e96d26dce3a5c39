"""Xero's lists: reading them page by page, and each row as a neutral entry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.http import Reply
from bookbind.providers.base.shapes import Row, Shape, fields, required_text, rows_of, text_of
from bookbind.providers.base.types import AccountFamily, ListName, Page, RemoteDimension, RemoteEntry, Side
from bookbind.providers.xero.client import AccountingApi
from bookbind.providers.xero.tax import guess_tax_kind, side_of
from bookbind.providers.xero.wire import modified_since

CONTACTS_A_PAGE = 1000
# Our clock and Xero's may differ a little; reading a change twice does no harm.
_SINCE_MARGIN = timedelta(minutes=2)
# Xero posts to these accounts itself and refuses them on the lines of a document (2026-11).
_RESERVED = fields(
    "DEBTORS CREDITORS GST RETAINEDEARNINGS HISTORICAL ROUNDING UNPAIDEXPCLM"
    " TRACKINGTRANSFERS BANKCURRENCYGAIN REALISEDCURRENCYGAIN UNREALISEDCURRENCYGAIN"
)
_CLASSES = {
    "ASSET": "Assets",
    "EQUITY": "Equity",
    "EXPENSE": "Expenses",
    "LIABILITY": "Liabilities",
    "REVENUE": "Revenue",
}
# The types of an account, as the API's enumeration names them (2026-11); BANK is a list of its own.
_FAMILIES = {
    "CURRENT": AccountFamily.CURRENT_ASSETS,
    "INVENTORY": AccountFamily.CURRENT_ASSETS,
    "PREPAYMENT": AccountFamily.CURRENT_ASSETS,
    "FIXED": AccountFamily.FIXED_ASSETS,
    "NONCURRENT": AccountFamily.OTHER_ASSETS,
    "CURRLIAB": AccountFamily.CURRENT_LIABILITIES,
    "LIABILITY": AccountFamily.CURRENT_LIABILITIES,
    "PAYG": AccountFamily.CURRENT_LIABILITIES,
    "PAYGLIABILITY": AccountFamily.CURRENT_LIABILITIES,
    "SUPERANNUATIONLIABILITY": AccountFamily.CURRENT_LIABILITIES,
    "TERMLIAB": AccountFamily.LONG_TERM_LIABILITIES,
    "EQUITY": AccountFamily.EQUITY,
    "REVENUE": AccountFamily.INCOME,
    "SALES": AccountFamily.INCOME,
    "OTHERINCOME": AccountFamily.OTHER_INCOME,
    "DIRECTCOSTS": AccountFamily.DIRECT_COSTS,
    "EXPENSE": AccountFamily.EXPENSES,
    "OVERHEADS": AccountFamily.EXPENSES,
    "DEPRECIATN": AccountFamily.EXPENSES,
    "SUPERANNUATIONEXPENSE": AccountFamily.EXPENSES,
    "WAGESEXPENSE": AccountFamily.EXPENSES,
}
_SIDES = {"EXPENSE": Side.COSTS, "REVENUE": Side.SALES}

ACCOUNT = Shape(
    "Account",
    used=fields(
        "AccountID Code Name Type Class Status TaxType SystemAccount BankAccountNumber"
        " BankAccountType CurrencyCode Description"
    ),
    ignored=fields(
        "EnablePaymentsToAccount ShowInExpenseClaims ReportingCode ReportingCodeName"
        " HasAttachments UpdatedDateUTC AddToWatchlist ValidationErrors"
    ),
)
TAX_RATE = Shape(
    "TaxRate",
    used=fields(
        "TaxType Name EffectiveRate DisplayTaxRate Status CanApplyToExpenses CanApplyToRevenue"
        " CanApplyToAssets CanApplyToEquity CanApplyToLiabilities"
    ),
    ignored=fields("TaxComponents ReportTaxType"),
)
CONTACT = Shape(
    "Contact",
    used=fields(
        "ContactID Name ContactStatus IsSupplier IsCustomer TaxNumber EmailAddress"
        " DefaultCurrency AccountNumber AccountsPayableTaxType PurchasesDefaultAccountCode"
        " MergedToContactID"
    ),
    ignored=fields(
        "ContactNumber FirstName LastName CompanyNumber BankAccountDetails TaxNumberType"
        " AccountsReceivableTaxType Addresses Phones ContactGroups ContactPersons HasAttachments"
        " HasValidationErrors UpdatedDateUTC Website SalesDefaultAccountCode"
        " SalesTrackingCategories PurchasesTrackingCategories PaymentTerms Balances Discount"
        " BrandingTheme BatchPayments XeroNetworkKey SkypeUserName TrackingCategoryName"
        " TrackingCategoryOption SalesDefaultLineAmountType PurchasesDefaultLineAmountType"
        " Attachments ValidationErrors"
    ),
)
TRACKING = Shape("TrackingCategory", used=fields("TrackingCategoryID Name Status Options"))
OPTION = Shape(
    "TrackingOption",
    used=fields("TrackingOptionID Name Status"),
    ignored=fields("HasValidationErrors IsDeleted IsArchived IsActive"),
)
ITEM = Shape(
    "Item",
    used=fields("ItemID Code Name IsSold IsPurchased PurchaseDetails Description"),
    ignored=fields(
        "SalesDetails PurchaseDescription UpdatedDateUTC IsTrackedAsInventory"
        " InventoryAssetAccountCode TotalCostPool QuantityOnHand ValidationErrors"
    ),
)


@dataclass
class Kept:
    """What one session has read already and another list of it needs again."""

    contact_pages: dict[tuple[ListName, str], list[Page]] = field(default_factory=dict)
    options: dict[str, tuple[RemoteEntry, ...]] | None = None


def fetch_list(
    api: AccountingApi, name: ListName, dimension_id: str, since: datetime | None, kept: Kept
) -> Iterator[Page]:
    """Every page of a list, complete or a ProviderError; `kept` lives as long as the session."""
    header = modified_since(since - _SINCE_MARGIN) if since else ""
    match name:
        case ListName.SUPPLIERS | ListName.CUSTOMERS:
            yield from _fetch_contacts(api, name, header, kept)
        case ListName.CATEGORIES:
            yield _one_page(api.get("Accounts", "accounts", since=header), "Accounts", parse_category)
        case ListName.BANK_ACCOUNTS:
            reply = api.get("Accounts", "accounts", since=header, where='Type=="BANK"')
            yield _one_page(reply, "Accounts", parse_bank_account)
        case ListName.TAX_RATES:
            yield _one_page(api.get("TaxRates", "tax_rates"), "TaxRates", parse_tax_rate)
        case ListName.PRODUCTS:
            yield _one_page(api.get("Items", "items", since=header), "Items", parse_product)
        case ListName.TRACKING_1 | ListName.TRACKING_2:
            yield _fetch_options(api, dimension_id, kept)
        case _:
            raise ProviderError(ErrorKind.UNSUPPORTED, f"Xero has no list of {name.value}.")


def fetch_dimensions(api: AccountingApi, kept: Kept) -> list[RemoteDimension]:
    """The tracking categories, the archived ones too, so that what points at them can say why it stopped."""
    reply = api.get("TrackingCategories", "tracking", includeArchived="true")
    kept.options = reply.read(parse_options)
    return reply.read(parse_dimensions)


def parse_category(row: Row) -> RemoteEntry | None:
    """An account that documents can be coded to; None for banks and those that only Xero posts to."""
    ACCOUNT.check(row)
    if required_text(row, "Type") == "BANK" or text_of(row, "SystemAccount") in _RESERVED:
        return None
    details = {
        "account_type": text_of(row, "Type"),
        "account_family": str(_FAMILIES.get(text_of(row, "Type"), "")),
        "account_class": text_of(row, "Class"),
        "side": _SIDES.get(text_of(row, "Class"), Side.BOTH).value,
        "tax_rate_id": text_of(row, "TaxType"),
        "system": bool(row.get("SystemAccount")),
        "description": text_of(row, "Description"),
    }
    return RemoteEntry(
        remote_id=required_text(row, "AccountID"),
        remote_type="Account",
        name=required_text(row, "Name"),
        code=text_of(row, "Code"),
        archived=required_text(row, "Status") != "ACTIVE",
        details=details,
    )


def parse_bank_account(row: Row) -> RemoteEntry | None:
    """An account that money is paid from; None for any other."""
    ACCOUNT.check(row)
    if required_text(row, "Type") != "BANK":
        return None
    account_type = text_of(row, "BankAccountType") or "BANK"
    family = AccountFamily.CARD if account_type == "CREDITCARD" else AccountFamily.BANK
    details = {
        "account_type": account_type,
        "account_family": family.value,
        "currency": text_of(row, "CurrencyCode"),
        "account_number": text_of(row, "BankAccountNumber"),
    }
    return RemoteEntry(
        remote_id=required_text(row, "AccountID"),
        remote_type="Account",
        name=required_text(row, "Name"),
        code=text_of(row, "Code"),
        archived=required_text(row, "Status") != "ACTIVE",
        details=details,
    )


def parse_tax_rate(row: Row) -> RemoteEntry:
    """A tax rate; its type is its key, its name may change."""
    TAX_RATE.check(row)
    tax_type, name = required_text(row, "TaxType"), required_text(row, "Name")
    rate = Decimal(row.get("EffectiveRate") or row.get("DisplayTaxRate") or 0)
    kind, guessed = guess_tax_kind(tax_type, name, rate)
    details = {
        "rate": f"{rate.normalize():f}",
        "tax_kind": kind.value,
        "tax_kind_is_guessed": guessed,
        "side": side_of(row).value,
        "classes": [name for name, plural in _CLASSES.items() if row.get(f"CanApplyTo{plural}")],
    }
    archived = required_text(row, "Status") != "ACTIVE"
    return RemoteEntry(
        remote_id=tax_type, remote_type="TaxRate", name=name, archived=archived, details=details
    )


def parse_contact(row: Row) -> RemoteEntry:
    """A contact, as it stands in each of the lists that it serves."""
    CONTACT.check(row)
    details = {
        "tax_number": text_of(row, "TaxNumber"),
        "email": text_of(row, "EmailAddress"),
        "currency": text_of(row, "DefaultCurrency"),
        "account_number": text_of(row, "AccountNumber"),
        "tax_rate_id": text_of(row, "AccountsPayableTaxType"),
        "category_code": text_of(row, "PurchasesDefaultAccountCode"),
    }
    return RemoteEntry(
        remote_id=required_text(row, "ContactID"),
        remote_type="Contact",
        name=required_text(row, "Name"),
        archived=required_text(row, "ContactStatus") != "ACTIVE",
        merged_into_id=text_of(row, "MergedToContactID"),
        details=details,
    )


def serves(row: Row, name: ListName) -> bool:
    """Whether a contact belongs in a list; one that has served neither side yet may become either.

    Xero sets both flags itself, from the documents of a contact; nobody can set them (2026-11).
    """
    own, other = ("IsCustomer", "IsSupplier") if name is ListName.CUSTOMERS else ("IsSupplier", "IsCustomer")
    return bool(row.get(own)) or not row.get(other)


def parse_product(row: Row) -> RemoteEntry:
    """A product; one that is neither bought nor sold any more is archived, since Xero has no such state."""
    ITEM.check(row)
    bought, sold = bool(row.get("IsPurchased", True)), bool(row.get("IsSold", True))
    purchase = row.get("PurchaseDetails") or {}
    side = Side.BOTH if bought == sold else Side.COSTS if bought else Side.SALES
    details = {
        "side": side.value,
        "unit_price": text_of(purchase, "UnitPrice"),
        "category_code": text_of(purchase, "AccountCode") or text_of(purchase, "COGSAccountCode"),
        "tax_rate_id": text_of(purchase, "TaxType"),
        "description": text_of(row, "Description"),
    }
    code = required_text(row, "Code")
    return RemoteEntry(
        remote_id=required_text(row, "ItemID"),
        remote_type="Item",
        name=text_of(row, "Name") or code,
        code=code,
        archived=not (bought or sold),
        details=details,
    )


def _one_page(reply: Reply, key: str, parse: Callable[[Row], RemoteEntry | None]) -> Page:
    if reply.status == 304:
        return Page((), 1, 0)
    entries = reply.read(lambda content: _parse_rows(content, key, parse))
    return Page(entries, 1, len(entries))


def _parse_rows(
    content: Any, key: str, parse: Callable[[Row], RemoteEntry | None]
) -> tuple[RemoteEntry, ...]:
    return tuple(entry for entry in map(parse, rows_of(content, key)) if entry is not None)


def _fetch_contacts(api: AccountingApi, name: ListName, header: str, kept: Kept) -> Iterator[Page]:
    """Pages of contacts, archived ones too; what one list reads is kept for the other."""
    pages = kept.contact_pages.pop((name, header), None)
    if pages is not None:
        yield from pages
        return
    other = ListName.CUSTOMERS if name is ListName.SUPPLIERS else ListName.SUPPLIERS
    for_other: list[Page] = []
    for number, rows in enumerate(_contact_rows(api, header), start=1):
        for_other.append(_contact_page(rows, other, number))
        yield _contact_page(rows, name, number)
    kept.contact_pages[other, header] = for_other


def _contact_page(rows: list[tuple[Row, RemoteEntry]], name: ListName, number: int) -> Page:
    return Page(tuple(entry for row, entry in rows if serves(row, name)), number)


def _contact_rows(api: AccountingApi, header: str) -> Iterator[list[tuple[Row, RemoteEntry]]]:
    """Every contact once, or an error: the count tells when the list moved while it was read."""
    seen: set[str] = set()
    for number in count(1):
        reply = api.get(
            "Contacts",
            "contacts",
            since=header,
            page=str(number),
            pageSize=str(CONTACTS_A_PAGE),
            includeArchived="true",
            order="Name ASC",
        )
        if reply.status == 304:
            return
        rows, total = reply.read(_parse_contacts)
        fresh = [(row, entry) for row, entry in rows if entry.remote_id not in seen]
        seen.update(entry.remote_id for _, entry in fresh)
        yield fresh
        if len(seen) >= total:
            return
        if not fresh:
            raise reply.error(
                ErrorKind.TRANSIENT, vendor_text="The list of contacts changed while it was read."
            )


def _parse_contacts(content: Any) -> tuple[list[tuple[Row, RemoteEntry]], int]:
    rows = rows_of(content, "Contacts")
    return [(row, parse_contact(row)) for row in rows], int(content["pagination"]["itemCount"])


def _fetch_options(api: AccountingApi, dimension_id: str, kept: Kept) -> Page:
    if kept.options is None:
        fetch_dimensions(api, kept)
    entries = (kept.options or {}).get(dimension_id, ())
    return Page(entries, 1, len(entries))


def parse_options(content: Any) -> dict[str, tuple[RemoteEntry, ...]]:
    """The options of each tracking category; those of an archived one are archived with it."""
    return {
        required_text(TRACKING.check(category), "TrackingCategoryID"): tuple(
            _parse_option(option, category) for option in rows_of(category, "Options")
        )
        for category in rows_of(content, "TrackingCategories")
    }


def _parse_option(option: Row, category: Row) -> RemoteEntry:
    active = option.get("Status", "ACTIVE") == "ACTIVE" and category.get("Status") == "ACTIVE"
    return RemoteEntry(
        remote_id=required_text(OPTION.check(option), "TrackingOptionID"),
        remote_type="TrackingOption",
        name=required_text(option, "Name"),
        archived=not active,
        details={"dimension_id": required_text(category, "TrackingCategoryID")},
    )


def parse_dimensions(content: Any) -> list[RemoteDimension]:
    """The tracking categories; every line of a document can carry one option of each."""
    return [
        RemoteDimension(
            remote_id=required_text(row, "TrackingCategoryID"),
            name=required_text(row, "Name"),
            per_line=True,
            active=text_of(row, "Status") == "ACTIVE",
        )
        for row in rows_of(content, "TrackingCategories")
    ]
