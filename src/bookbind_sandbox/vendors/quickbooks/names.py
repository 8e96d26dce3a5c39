"""The words and the fixed ids of the simulated QuickBooks Online."""

import uuid

from bookbind_sandbox.brand import Brand

VENDOR = "quickbooks"
BRAND = Brand(
    VENDOR,
    "QuickBooks Online",
    organisation="company",
    an_organisation="a company",
    organisations="companies",
    code="Number",
)
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://bookbind.example/sandbox/quickbooks")
ACCOUNTING_SCOPE = "com.intuit.quickbooks.accounting"
SCOPES = {
    ACCOUNTING_SCOPE: "See and change your company's books: lists, bills, expenses and sales",
    "openid": "Sign you in",
    "profile": "See your name",
    "email": "See your email address",
    "phone": "See your telephone number",
    "address": "See your address",
}


def login_id(email: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"login/{email}"))


def realm_id(name: str) -> str:
    """A company's number: sixteen digits, the same in every sandbox."""
    return str(9_130_000_000_000_000 + uuid.uuid5(NAMESPACE, f"company/{name}").int % 10**12)
