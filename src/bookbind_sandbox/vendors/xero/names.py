"""The words and the fixed ids of the simulated Xero."""

import re
import uuid

from bookbind_sandbox.brand import Brand

VENDOR = "xero"
BRAND = Brand(VENDOR, "Xero", signed_in="Logged in")
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://bookbind.example/sandbox/xero")
GUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", re.IGNORECASE)

IDENTITY_SCOPES = {
    "openid": "Sign you in",
    "profile": "View your name",
    "email": "View your email address",
    "offline_access": "Keep access while you are away",
}
GRANULAR_SCOPES = {
    "accounting.invoices": "View and manage your bills, sales invoices and credit notes",
    "accounting.invoices.read": "View your bills, sales invoices and credit notes",
    "accounting.payments": "View and manage your payments",
    "accounting.payments.read": "View your payments",
    "accounting.banktransactions": "View and manage your bank transactions",
    "accounting.banktransactions.read": "View your bank transactions",
    "accounting.manualjournals": "View and manage your manual journals",
    "accounting.manualjournals.read": "View your manual journals",
    "accounting.settings": "View and manage your organisation's settings",
    "accounting.settings.read": "View your organisation's settings",
    "accounting.contacts": "View and manage your contacts",
    "accounting.contacts.read": "View your contacts",
    "accounting.attachments": "View and manage your attachments",
    "accounting.attachments.read": "View your attachments",
    "accounting.budgets.read": "View your budgets",
    "accounting.reports.profitandloss.read": "View your profit and loss report",
    "accounting.reports.balancesheet.read": "View your balance sheet",
    "accounting.reports.trialbalance.read": "View your trial balance",
}
# Apps registered since 2 March 2026 get only granular scopes (2026-11); the demo app is one of them.
RETIRED_SCOPES = ("accounting.transactions", "accounting.transactions.read", "accounting.reports.read")


def fixed_id(*words: str) -> str:
    """The same id for the same words, in every sandbox, so that tests and docs can name it."""
    return str(uuid.uuid5(NAMESPACE, "/".join(words)))


def organisation_id(name: str) -> str:
    return fixed_id("organisation", name)


def login_id(email: str) -> str:
    return fixed_id("login", email)


def short_code(name: str) -> str:
    """Six characters after an exclamation mark, as in Xero's deep links."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = uuid.uuid5(NAMESPACE, f"short code/{name}").int
    digits = []
    for _ in range(5):
        number, rest = divmod(number, len(alphabet))
        digits.append(alphabet[rest])
    return "!" + "".join(digits)
