"""Each row of QuickBooks' lists as a neutral entry."""

from typing import Any

from bookbind.providers.base.shapes import Row, Shape, fields, required_text, text_of
from bookbind.providers.base.types import AccountFamily, RemoteEntry, Side
from bookbind.providers.quickbooks.company import CLASS, LOCATION
from bookbind.providers.quickbooks.tax import COMMON
from bookbind.providers.quickbooks.wire import ref_id

# What QuickBooks writes behind the name of an entry that was made inactive (2026-11, not documented).
_DELETED = " (deleted)"
# The types of an account, as the API's enumeration names them (2026-11).
FAMILIES = {
    "Income": AccountFamily.INCOME,
    "Other Income": AccountFamily.OTHER_INCOME,
    "Cost of Goods Sold": AccountFamily.DIRECT_COSTS,
    "Expense": AccountFamily.EXPENSES,
    "Other Expense": AccountFamily.OTHER_EXPENSES,
    "Other Current Asset": AccountFamily.CURRENT_ASSETS,
    "Fixed Asset": AccountFamily.FIXED_ASSETS,
    "Other Asset": AccountFamily.OTHER_ASSETS,
    "Other Current Liability": AccountFamily.CURRENT_LIABILITIES,
    "Long Term Liability": AccountFamily.LONG_TERM_LIABILITIES,
    "Equity": AccountFamily.EQUITY,
}
BANKS = {"Bank": AccountFamily.BANK, "Credit Card": AccountFamily.CARD}
_SALES = (AccountFamily.INCOME, AccountFamily.OTHER_INCOME)
_COSTS = (AccountFamily.DIRECT_COSTS, AccountFamily.EXPENSES, AccountFamily.OTHER_EXPENSES)
# QuickBooks posts to these itself (2026-11).
_SYSTEM = fields("GlobalTaxPayable GlobalTaxSuspense RetainedEarnings OpeningBalanceEquity")
# A category groups items, and a bundle can't stand on a line that is coded to one account.
_NOT_PRODUCTS = ("Category", "Group", "Bundle")

ACCOUNT = Shape(
    "Account",
    used=fields(
        "Id Name FullyQualifiedName ParentRef AcctNum Active AccountType AccountSubType TaxCodeRef"
        " CurrencyRef BankNum Description"
    ),
    ignored=COMMON
    | fields(
        "SubAccount Classification CurrentBalance CurrentBalanceWithSubAccounts"
        " TxnLocationType AccountAlias AcctNumExtn OpeningBalance OpeningBalanceDate"
        " TaxAccount OnlineBankingEnabled FIName JournalCodeRef"
    ),
)
_PERSON_IGNORED = fields(
    "Title GivenName MiddleName FamilyName Suffix FullyQualifiedName CompanyName"
    " PrintOnCheckName UserId V4IDPseudonym PrimaryPhone AlternatePhone Mobile Fax WebAddr"
    " BillAddr ShipAddr OtherAddr ContactName AltContactName Notes Balance OpenBalanceDate"
    " OtherContactInfo DefaultTaxCodeRef Source BillRate CostRate CreditLimit TermRef"
    " CompanyRegistrationNumber GSTRegistrationType Organization"
)
VENDOR = Shape(
    "Vendor",
    used=fields(
        "Id DisplayName ParentRef Active TaxIdentifier BusinessNumber GSTIN PrimaryEmailAddr"
        " CurrencyRef AcctNum"
    ),
    ignored=COMMON
    | _PERSON_IGNORED
    | fields(
        "Vendor1099 VendorPaymentBankDetail TaxReportingBasis APAccountRef T4AEligible"
        " T5018Eligible HasTPAR TDSEnabled TDSEntityTypeId TDSSectionTypeId"
        " TDSOverrideThreshold IsSubContractor SubcontractorType CISRate TaxCountry"
        " TaxIdEffectiveDate VendorTypeRef PrefillAccountRef"
        " AgencyVerificationStatus AgencyVerificationStatusMsg AgencyVerificationTSUTC"
    ),
)
CUSTOMER = Shape(
    "Customer",
    used=fields(
        "Id DisplayName ParentRef Active PrimaryTaxIdentifier BusinessNumber GSTIN"
        " PrimaryEmailAddr CurrencyRef AcctNum"
    ),
    ignored=COMMON
    | _PERSON_IGNORED
    | fields(
        "Taxable Job BillWithParent Level SalesTermRef PaymentMethodRef"
        " BalanceWithJobs IsProject PreferredDeliveryMethod ResaleNum ARAccountRef"
        " SecondaryTaxIdentifier TaxExemptionReasonId ClientEntityId CustomerTypeRef"
        " RootCustomerRef TaxRegime IsCISContractor ClientCompanyId TotalRevenue"
        " OverDueBalance"
    ),
)
ITEM = Shape(
    "Item",
    used=fields(
        "Id Name FullyQualifiedName ParentRef Sku Active Type IncomeAccountRef ExpenseAccountRef"
        " PurchaseCost UnitPrice PurchaseTaxCodeRef Description"
    ),
    ignored=COMMON
    | fields(
        "Taxable SubItem Level SalesTaxIncluded PurchaseTaxIncluded PurchaseDesc"
        " SalesTaxCodeRef AssetAccountRef COGSAccountRef TrackQtyOnHand QtyOnHand InvStartDate"
        " ReorderPoint PrefVendorRef PrintGroupedItems ItemGroupDetail ItemCategoryType"
        " TaxClassificationRef AbatementRate ReverseChargeRate ServiceType UQCDisplayText"
        " UQCId ClassRef Source DeferredRevenue CustomExtensions QtyOnPurchaseOrder"
        " QtyOnSalesOrder PercentBased RatePercent AvgCost ManPartNum"
    ),
)
TRACKING = Shape(
    "Class or Department",
    used=fields("Id Name FullyQualifiedName ParentRef Active"),
    ignored=COMMON | fields("SubClass SubDepartment Address"),
)
PAYMENT_METHOD = Shape("PaymentMethod", used=fields("Id Name Active Type"), ignored=COMMON)


def parse_category(row: Row) -> RemoteEntry | None:
    """An account that documents can be coded to; None for banks, cards, debtors and creditors."""
    ACCOUNT.check(row)
    family = FAMILIES.get(required_text(row, "AccountType"))
    if family is None:
        return None
    side = Side.SALES if family in _SALES else Side.COSTS if family in _COSTS else Side.BOTH
    details = {
        "account_type": text_of(row, "AccountType"),
        "account_family": family.value,
        "side": side.value,
        "tax_rate_id": ref_id(row, "TaxCodeRef"),
        "system": text_of(row, "AccountSubType") in _SYSTEM,
        "description": text_of(row, "Description"),
    }
    return _entry(row, "Account", "FullyQualifiedName", details, text_of(row, "AcctNum"))


def parse_bank_account(row: Row) -> RemoteEntry | None:
    """A bank account or a card, from which costs are paid; None for any other account."""
    ACCOUNT.check(row)
    family = BANKS.get(required_text(row, "AccountType"))
    if family is None:
        return None
    details = {
        "account_type": text_of(row, "AccountType"),
        "account_family": family.value,
        "currency": ref_id(row, "CurrencyRef"),
        "account_number": text_of(row, "BankNum"),
    }
    return _entry(row, "Account", "FullyQualifiedName", details, text_of(row, "AcctNum"))


def parse_vendor(row: Row) -> RemoteEntry:
    """A supplier."""
    VENDOR.check(row)
    told = (text_of(row, name) for name in ("TaxIdentifier", "BusinessNumber", "GSTIN"))
    return _entry(row, "Vendor", "DisplayName", _person(row, next(filter(None, told), "")))


def parse_customer(row: Row) -> RemoteEntry:
    """A customer; one that belongs to another is called by its own name, which no other has."""
    CUSTOMER.check(row)
    told = (text_of(row, name) for name in ("PrimaryTaxIdentifier", "BusinessNumber", "GSTIN"))
    return _entry(row, "Customer", "DisplayName", _person(row, next(filter(None, told), "")))


def parse_product(row: Row) -> RemoteEntry | None:
    """A product or service; None for what only groups others."""
    ITEM.check(row)
    if text_of(row, "Type") in _NOT_PRODUCTS:
        return None
    sold, bought = bool(ref_id(row, "IncomeAccountRef")), bool(ref_id(row, "ExpenseAccountRef"))
    side = Side.BOTH if sold == bought else Side.SALES if sold else Side.COSTS
    details = {
        "side": side.value,
        "unit_price": text_of(row, "PurchaseCost"),
        "category_id": ref_id(row, "IncomeAccountRef"),
        "cost_category_id": ref_id(row, "ExpenseAccountRef"),
        "tax_rate_id": ref_id(row, "PurchaseTaxCodeRef"),
        "product_type": text_of(row, "Type"),
        "description": text_of(row, "Description"),
    }
    return _entry(row, "Item", "FullyQualifiedName", details, text_of(row, "Sku"))


def parse_class(row: Row) -> RemoteEntry:
    """A class, which each line may have."""
    TRACKING.check(row)
    return _entry(row, CLASS, "FullyQualifiedName", {"dimension_id": CLASS, "is_document_level": False})


def parse_location(row: Row) -> RemoteEntry:
    """A location, which a whole document may have."""
    TRACKING.check(row)
    return _entry(row, LOCATION, "FullyQualifiedName", {"dimension_id": LOCATION, "is_document_level": True})


def parse_payment_method(row: Row) -> RemoteEntry:
    """A way of paying."""
    PAYMENT_METHOD.check(row)
    return _entry(row, "PaymentMethod", "Name", {"payment_type": text_of(row, "Type")})


def _entry(row: Row, remote_type: str, name_key: str, details: dict[str, Any], code: str = "") -> RemoteEntry:
    archived = not row.get("Active", True)
    shown = text_of(row, name_key) or required_text(row, "Name")
    if archived:
        shown = shown.removesuffix(_DELETED)
    parent = shown.rpartition(":")[0] if ref_id(row, "ParentRef") else ""
    nested = {"parent": parent} if parent else {}
    return RemoteEntry(
        remote_id=required_text(row, "Id"),
        remote_type=remote_type,
        name=shown,
        code=code,
        archived=archived,
        details=details | nested,
    )


def _person(row: Row, tax_number: str) -> dict[str, Any]:
    email = row.get("PrimaryEmailAddr") or {}
    return {
        # Some numbers come back with all but their end hidden; those tell nobody from anybody.
        "tax_number": "" if "XX" in tax_number.upper() else tax_number,
        "email": text_of(email, "Address"),
        "currency": ref_id(row, "CurrencyRef"),
        "account_number": text_of(row, "AcctNum"),
    }
