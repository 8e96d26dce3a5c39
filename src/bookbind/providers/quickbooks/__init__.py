"""QuickBooks Online, as data: what it is called, reaches, keeps, limits and takes."""

from bookbind.providers.base.contract import (
    GrantReach,
    KindChoice,
    Pkce,
    Provider,
    PublishChoice,
    RevokeKills,
)
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs, TaxMode
from bookbind.providers.quickbooks.client import LIMITS
from bookbind.providers.quickbooks.creating import CREATABLE
from bookbind.providers.quickbooks.files import FILES
from bookbind.providers.quickbooks.publish import LONGEST_NUMBER
from bookbind.providers.quickbooks.sign_in import QuickBooksAdapter
from bookbind.providers.quickbooks.urls import HOSTS

# One scope reads and writes all of the books; there is no narrower one (2026-11).
_BOOKS = "com.intuit.quickbooks.accounting"
_NO_DRAFTS = "QuickBooks has no drafts: it is in the books as soon as it is published."

PROVIDER = Provider(
    id="quickbooks",
    name="QuickBooks Online",
    order=2,
    available=True,
    description="Bills, expenses and supplier credits, with classes and locations.",
    adapter=QuickBooksAdapter(),
    hosts=HOSTS,
    default_scopes=("openid", "profile", "email", _BOOKS),
    required_scopes=(_BOOKS,),
    pkce=Pkce.NO,
    grant_reach=GrantReach.ORGANISATION,
    revoke_kills=RevokeKills.GRANT,
    lists=(
        ListName.CATEGORIES,
        ListName.TAX_RATES,
        ListName.SUPPLIERS,
        ListName.CUSTOMERS,
        ListName.PRODUCTS,
        ListName.TRACKING_1,
        ListName.TRACKING_2,
        ListName.BANK_ACCOUNTS,
        ListName.PAYMENT_METHODS,
    ),
    # No change data capture tells of tax codes, which are few (2026-11).
    lists_with_since=frozenset(ListName) - {ListName.TAX_RATES},
    creatable=CREATABLE,
    sales_coded_by=ListName.PRODUCTS,
    tax_modes=(TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE, TaxMode.NO_TAX),
    kinds=(
        KindChoice(
            DocumentKind.BILL,
            "Bill",
            (PublishChoice(PublishAs.AWAITING_PAYMENT, "Open bill", _NO_DRAFTS),),
        ),
        KindChoice(
            DocumentKind.SUPPLIER_CREDIT,
            "Vendor credit",
            (PublishChoice(PublishAs.AWAITING_PAYMENT, "Vendor credit", _NO_DRAFTS),),
        ),
        KindChoice(
            DocumentKind.EXPENSE,
            "Expense",
            (PublishChoice(PublishAs.AWAITING_PAYMENT, "Expense", _NO_DRAFTS),),
        ),
    ),
    # A batch of thirty has one requestid for all of it and a budget of its own, 40 a minute; one document in
    # it could not be sent again alone under its key, so documents go one by one (2026-11).
    batch_size=1,
    # How long a requestid is remembered is not published. A request may still run at QuickBooks for 120
    # seconds after its answer was lost, when no search finds it yet, so repeats are needed for longer than
    # that; after five minutes the marker is searched for, since nobody promises a longer memory (2026-11).
    idempotency_seconds=300,
    # A refresh token that was replaced is dead at once; it stays the same for about a day (2026-11).
    refresh_grace_seconds=0,
    # A refresh token that nobody uses for 100 days is dead; after five years any is (2026-11).
    idle_days=100,
    has_marker=True,
    reference_length=LONGEST_NUMBER,
    limits=LIMITS,
    files=FILES,
    list_labels={
        ListName.CATEGORIES: "Chart of accounts",
        ListName.TAX_RATES: "VAT codes",
        ListName.SUPPLIERS: "Suppliers",
        ListName.CUSTOMERS: "Customers",
        ListName.PRODUCTS: "Products and services",
        ListName.TRACKING_1: "Classes and locations",
        ListName.TRACKING_2: "Classes and locations",
        ListName.BANK_ACCOUNTS: "Bank and credit card accounts",
        ListName.PAYMENT_METHODS: "Payment methods",
    },
    sign_in_help=(
        "Sign in to Intuit as an administrator of the company and choose it there."
        " One sign-in connects one company; for the next one, connect again."
    ),
)
