"""QuickBooks Online's addresses, or the sandbox's in their place."""

from urllib.parse import quote

from django.conf import settings

from bookbind.providers.base.types import DocumentKind

_OAUTH_HOST = "oauth.platform.intuit.com"
_REVOCATION_HOST = "developer.api.intuit.com"
_ACCOUNTS_HOST = "accounts.intuit.com"
_API_HOST = "quickbooks.api.intuit.com"
HOSTS = (_OAUTH_HOST, _REVOCATION_HOST, _ACCOUNTS_HOST, _API_HOST)
# Pages that a person's browser opens; none of them is called by us (2026-11).
_SIGN_IN_HOST = "appcenter.intuit.com"
_WEB_HOST = "qbo.intuit.com"
_PAGES = {
    DocumentKind.BILL: "bill",
    DocumentKind.SUPPLIER_CREDIT: "vendorcredit",
    DocumentKind.EXPENSE: "expense",
}


def authorize_url() -> str:
    """Where a person signs in and chooses the company."""
    return f"{_base(_SIGN_IN_HOST)}/connect/oauth2"


def token_url() -> str:
    """Where codes and refresh tokens are exchanged."""
    return f"{_base(_OAUTH_HOST)}/oauth2/v1/tokens/bearer"


def revocation_url() -> str:
    """Where a token, and with it its company's whole consent, is given up."""
    return f"{_base(_REVOCATION_HOST)}/v2/oauth2/tokens/revoke"


def person_url() -> str:
    """Who signed in."""
    return f"{_base(_ACCOUNTS_HOST)}/v1/openid_connect/userinfo"


def company_url(realm_id: str, path: str) -> str:
    """An address of one company's books; the parts of `path` must be quoted already."""
    return f"{_base(_API_HOST)}/v3/company/{quote(realm_id, safe='')}/{path}"


def document_url(kind: DocumentKind, remote_id: str) -> str:
    """The document's page, in whatever company the person's browser has open.

    Nothing documents these addresses; they are the ones in the browser's own bar (2026-11).
    """
    return f"{_base(_WEB_HOST)}/app/{_PAGES[kind]}?txnId={quote(remote_id, safe='')}"


def _base(host: str) -> str:
    return f"{settings.SANDBOX_URL}/quickbooks" if settings.SANDBOX_URL else f"https://{host}"
