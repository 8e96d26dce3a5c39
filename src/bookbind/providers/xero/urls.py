"""Xero's addresses, or the sandbox's in their place."""

from urllib.parse import quote, urlencode

from django.conf import settings

from bookbind.providers.base.types import DocumentKind

HOSTS = ("identity.xero.com", "api.xero.com")
# Pages that a person's browser opens; none of them is called by us (2026-11).
_SIGN_IN_HOST = "https://login.xero.com"
_WEB_HOST = "https://go.xero.com"
_EDIT_PAGES = {
    DocumentKind.BILL: "/AccountsPayable/Edit.aspx?InvoiceID={id}",
    DocumentKind.SUPPLIER_CREDIT: "/AccountsPayable/ViewCreditNote.aspx?creditNoteID={id}",
    DocumentKind.EXPENSE: "/Bank/ViewTransaction.aspx?bankTransactionID={id}",
}


def authorize_url() -> str:
    """Where a person signs in."""
    return f"{_sandbox() or _SIGN_IN_HOST}/identity/connect/authorize"


def token_url() -> str:
    """Where codes and refresh tokens are exchanged."""
    return f"{_identity()}/connect/token"


def revocation_url() -> str:
    """Where a refresh token, and with it every organisation of its login, is given up."""
    return f"{_identity()}/connect/revocation"


def connections_url(connection_id: str = "") -> str:
    """The organisations that a login has connected to the app, or one of them."""
    base = f"{_sandbox() or 'https://api.xero.com'}/connections"
    return f"{base}/{quote(connection_id, safe='')}" if connection_id else base


def accounting_url(path: str) -> str:
    """An address of the accounting API; the parts of `path` must be quoted already."""
    return f"{_sandbox() or 'https://api.xero.com'}/api.xro/2.0/{path}"


def document_url(kind: DocumentKind, remote_id: str, short_code: str) -> str:
    """The document's page in Xero, opened in the right organisation whichever the person looked at last."""
    page = _EDIT_PAGES[kind].format(id=remote_id)
    base = _sandbox() or _WEB_HOST
    if not short_code:
        return f"{base}{page}"
    query = urlencode({"shortcode": short_code, "redirecturl": page}, safe="!")
    return f"{base}/organisationlogin/default.aspx?{query}"


def _identity() -> str:
    return f"{_sandbox()}/identity" if _sandbox() else "https://identity.xero.com"


def _sandbox() -> str:
    return f"{settings.SANDBOX_URL}/xero" if settings.SANDBOX_URL else ""
