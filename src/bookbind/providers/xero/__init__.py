"""Xero, as data: what it is called, reaches, keeps, limits and takes."""

from bookbind.providers.base.contract import (
    GrantReach,
    KindChoice,
    Pkce,
    Provider,
    PublishChoice,
    RevokeKills,
)
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs, TaxMode
from bookbind.providers.xero.client import LIMITS
from bookbind.providers.xero.files import FILES
from bookbind.providers.xero.publish import LONGEST_NUMBER, MARK
from bookbind.providers.xero.session import CREATABLE
from bookbind.providers.xero.sign_in import XeroAdapter
from bookbind.providers.xero.urls import HOSTS

# Granular scopes are the only ones that apps made since 2 March 2026 get (2026-11).
_BOOKS = (
    "accounting.invoices",
    "accounting.banktransactions",
    "accounting.contacts",
    "accounting.settings.read",
    "accounting.attachments",
)
_BILL = (
    PublishChoice(PublishAs.DRAFT, "Draft"),
    PublishChoice(PublishAs.AWAITING_APPROVAL, "Awaiting approval"),
    PublishChoice(PublishAs.AWAITING_PAYMENT, "Awaiting payment"),
)
_SPENT = (
    PublishChoice(
        PublishAs.AWAITING_PAYMENT, "Recorded as spent", "Xero has no drafts for money that is already paid."
    ),
)

PROVIDER = Provider(
    id="xero",
    name="Xero",
    order=1,
    available=True,
    description="Bills, credit notes and money spent, with two tracking categories.",
    adapter=XeroAdapter(),
    hosts=HOSTS,
    default_scopes=("openid", "profile", "email", "offline_access", *_BOOKS),
    required_scopes=("offline_access", *_BOOKS),
    pkce=Pkce.NO,
    grant_reach=GrantReach.LOGIN,
    revoke_kills=RevokeKills.LOGIN,
    lists=(
        ListName.CATEGORIES,
        ListName.TAX_RATES,
        ListName.SUPPLIERS,
        ListName.CUSTOMERS,
        ListName.PRODUCTS,
        ListName.TRACKING_1,
        ListName.TRACKING_2,
        ListName.BANK_ACCOUNTS,
    ),
    lists_with_since=frozenset(
        {
            ListName.CATEGORIES,
            ListName.SUPPLIERS,
            ListName.CUSTOMERS,
            ListName.PRODUCTS,
            ListName.BANK_ACCOUNTS,
        }
    ),
    creatable=CREATABLE,
    tax_modes=(TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE, TaxMode.NO_TAX),
    kinds=(
        KindChoice(DocumentKind.BILL, "Bill", _BILL),
        KindChoice(DocumentKind.SUPPLIER_CREDIT, "Credit note", _BILL),
        KindChoice(DocumentKind.EXPENSE, "Spend money", _SPENT),
    ),
    # Xero remembers an Idempotency-Key, and the answer given under it, for 6 minutes (2026-11).
    idempotency_seconds=360,
    # A refresh token may be tried again for 30 minutes after its answer was lost (2026-11).
    refresh_grace_seconds=1800,
    # A refresh token that nobody uses for 60 days is dead (2026-11).
    idle_days=60,
    has_marker=True,
    reference_length=LONGEST_NUMBER,
    forbidden_in_links=MARK,
    limits=LIMITS,
    files=FILES,
    # Each plan for apps connects only so many organisations (2026-11).
    seats_hint="Xero's free Starter plan for apps connects up to 5 organisations, Core 50. "
    "The plan is changed at developer.xero.com.",
    list_labels={
        ListName.CATEGORIES: "Chart of accounts",
        ListName.SUPPLIERS: "Contacts that are suppliers",
        ListName.CUSTOMERS: "Contacts that are customers",
        ListName.PRODUCTS: "Products and services",
        ListName.TRACKING_1: "Tracking categories",
        ListName.TRACKING_2: "Tracking categories",
    },
    sign_in_help="Sign in to Xero as someone who may see the organisation, then choose it and allow access.",
)
