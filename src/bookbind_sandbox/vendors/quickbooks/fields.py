"""The fields with which an app may send something, as Intuit's reader of JSON knows them (2026-11)."""

from collections.abc import Iterable

from bookbind_sandbox.vendors.quickbooks.errors import unreadable_body
from bookbind_sandbox.vendors.quickbooks.wire import Entity


def _names(text: str) -> tuple[str, ...]:
    """Names that are written one after the other."""
    return tuple(text.split())


ANY_FIELDS = (
    "Id",
    "SyncToken",
    "MetaData",
    "CustomField",
    "AttachableRef",
    "domain",
    "sparse",
    "DocNumber",
    "TxnDate",
    "DepartmentRef",
    "CurrencyRef",
    "ExchangeRate",
    "PrivateNote",
    "LinkedTxn",
    "Line",
    "TxnTaxDetail",
    "TotalAmt",
    "GlobalTaxCalculation",
    "Memo",
    "TransactionLocationType",
    "TxnSource",
    "TxnStatus",
)
OWED_FIELDS = (
    "APAccountRef",
    "VendorAddr",
    "Balance",
)
PAID_FIELDS = (
    "AccountRef",
    "PaymentMethodRef",
    "PaymentRefNum",
    "PaymentType",
    "CheckPayment",
    "CreditCardPayment",
    "Credit",
    "RemitToAddr",
    "PrintStatus",
    "PurchaseEx",
)
SALE_FIELDS = (
    "DueDate",
    "SalesTermRef",
    "BillAddr",
    "ShipAddr",
    "ShipDate",
    "ShipMethodRef",
    "TrackingNum",
    "BillEmail",
    "BillEmailCc",
    "BillEmailBcc",
    "CustomerMemo",
    "Balance",
    "HomeBalance",
    "HomeTotalAmt",
    "ClassRef",
    "PrintStatus",
    "EmailStatus",
    "ApplyTaxAfterDiscount",
    "Deposit",
    "DepositToAccountRef",
    "AllowOnlineACHPayment",
    "AllowOnlineCreditCardPayment",
    "AllowIPNPayment",
    "AllowOnlinePayment",
    "RemainingCredit",
    "PaymentMethodRef",
    "PaymentRefNum",
    "DeliveryInfo",
    "InvoiceLink",
    "FreeFormAddress",
)
# The lines of a transaction, and what stands in a line of each kind.
LINE_FIELDS = _names(
    """
    Id LineNum Description Amount Received LinkedTxn DetailType CustomField ProjectRef CostAmount
    HomeCostAmount CustomExtensions AccountBasedExpenseLineDetail ItemBasedExpenseLineDetail
    SalesItemLineDetail SubTotalLineDetail DescriptionLineDetail DiscountLineDetail GroupLineDetail
    TaxLineDetail
    """
)
_ITEM_DETAIL = _names(
    """
    ItemRef ClassRef UnitPrice RatePercent PriceLevelRef MarkupInfo Qty UOMRef ItemAccountRef
    InventorySiteRef TaxCodeRef TaxClassificationRef TaxInclusiveAmt
    """
)
DETAIL_FIELDS = {
    "AccountBasedExpenseLineDetail": _names(
        "CustomerRef ClassRef AccountRef BillableStatus MarkupInfo TaxAmount TaxCodeRef TaxInclusiveAmt"
    ),
    "ItemBasedExpenseLineDetail": (*_ITEM_DETAIL, "CustomerRef", "BillableStatus"),
    "SalesItemLineDetail": (
        *_ITEM_DETAIL,
        *_names("ServiceDate DiscountRate DiscountAmt DeferredRevenue RetainageAmount"),
    ),
}
# Entries of lists: what all have, and what each kind has of its own.
ENTRY_FIELDS = _names(
    "Id SyncToken MetaData CustomField AttachableRef domain sparse Active Name ParentRef FullyQualifiedName"
)
PERSON_FIELDS = _names(
    """
    Title GivenName MiddleName FamilyName Suffix CompanyName DisplayName PrintOnCheckName UserId
    V4IDPseudonym PrimaryPhone AlternatePhone Mobile Fax PrimaryEmailAddr WebAddr OtherContactInfo
    DefaultTaxCodeRef Organization ContactName AltContactName Notes BillAddr ShipAddr OtherAddr Balance
    OpenBalanceDate CreditLimit AcctNum CurrencyRef BusinessNumber GSTIN GSTRegistrationType Source
    """
)
VENDOR_FIELDS = (
    *PERSON_FIELDS,
    *_names(
        """
    TaxCountry TaxIdentifier TaxIdEffectiveDate VendorTypeRef TermRef PrefillAccountRef BillRate
    CostRate Vendor1099 T4AEligible T5018Eligible TDSEnabled TDSEntityTypeId TDSSectionTypeId
    TDSOverrideThreshold TaxReportingBasis APAccountRef IsSubContractor SubcontractorType CISRate
    HasTPAR VendorPaymentBankDetail CompanyRegistrationNumber
    """
    ),
)
CUSTOMER_FIELDS = (
    *PERSON_FIELDS,
    *_names(
        """
    Taxable Job BillWithParent RootCustomerRef Level CustomerTypeRef SalesTermRef PaymentMethodRef
    BalanceWithJobs PreferredDeliveryMethod ResaleNum ARAccountRef PrimaryTaxIdentifier
    SecondaryTaxIdentifier TaxExemptionReasonId IsProject IsCISContractor ClientCompanyId ClientEntityId
    TaxRegime
    """
    ),
)
EMPLOYEE_FIELDS = (
    *PERSON_FIELDS,
    *_names(
        """
    EmployeeType EmployeeNumber SSN PrimaryAddr BillableTime BillRate CostRate BirthDate Gender
    HiredDate ReleasedDate UseTimeEntry
    """
    ),
)
ACCOUNT_FIELDS = _names(
    """
    SubAccount Description AccountAlias TxnLocationType Classification AccountType AccountSubType
    AcctNum AcctNumExtn BankNum OpeningBalance OpeningBalanceDate CurrentBalance
    CurrentBalanceWithSubAccounts CurrencyRef TaxAccount TaxCodeRef OnlineBankingEnabled FIName
    JournalCodeRef
    """
)
ITEM_FIELDS = _names(
    """
    Sku Description SubItem Level Taxable SalesTaxIncluded PercentBased UnitPrice RatePercent Type
    IncomeAccountRef PurchaseDesc PurchaseTaxIncluded PurchaseCost ExpenseAccountRef COGSAccountRef
    AssetAccountRef PrefVendorRef AvgCost TrackQtyOnHand QtyOnHand QtyOnPurchaseOrder QtyOnSalesOrder
    ReorderPoint ManPartNum SalesTaxCodeRef PurchaseTaxCodeRef InvStartDate PrintGroupedItems
    ItemGroupDetail AbatementRate ReverseChargeRate ServiceType ItemCategoryType TaxClassificationRef
    UQCDisplayText UQCId ClassRef Source DeferredRevenue CustomExtensions
    """
)
TERM_FIELDS = _names(
    "Type DiscountPercent DueDays DiscountDays DayOfMonthDue DueNextMonthDays DiscountDayOfMonth"
)


def check_fields(raw: Entity, known: Iterable[str]) -> None:
    """Refuse a field that nothing of this kind has, as QuickBooks' reader of JSON does."""
    allowed = frozenset(known)
    unknown = [name for name in raw if name not in allowed]
    if unknown:
        raise unreadable_body(f"Property Name:{unknown[0]} specified is unsupported or invalid")
