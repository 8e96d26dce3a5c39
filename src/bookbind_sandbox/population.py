"""The app, the people and the organisations that every vendor's seed is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from bookbind_sandbox.store import Store

DEMO_CLIENT_ID = "bookbind-demo-app"
DEMO_SECRET = "bookbind-demo-secret"  # noqa: S105
DEMO_APP_NAME = "Bookbind (demo)"
PASSWORD = "sandbox"  # noqa: S105
REDIRECT_PATTERN = r"http://localhost(:\d{1,5})?/connections/[a-z_]+/callback"
SEEDED_AT = int(datetime(2026, 1, 5, 9, 0, tzinfo=UTC).timestamp() * 1000)
ADA, JO, SAM, SOLO = "ada@acme.test", "jo@harbour.test", "sam@harbour.test", "solo@acme.test"
LOGINS = ((ADA, "Ada", "Admin"), (JO, "Jo", "Harbour"), (SAM, "Sam", "Harbour"), (SOLO, "Solo", "Acme"))


@dataclass(frozen=True)
class Organisation:
    """What tells one organisation from another at any vendor; `logins` are addresses."""

    name: str
    logins: tuple[str, ...]
    vat: str = ""
    country: str = "GB"
    currency: str = "GBP"
    key: str = ""

    @property
    def seed(self) -> str:
        """What its ids are made from; another key makes a second organisation of the same name."""
        return self.key or self.name


def seed_app_and_logins(store: Store, vendor: str, login_id: Callable[[str], str]) -> None:
    store.insert(
        "apps",
        vendor=vendor,
        client_id=DEMO_CLIENT_ID,
        secret=DEMO_SECRET,
        name=DEMO_APP_NAME,
        redirect_pattern=REDIRECT_PATTERN,
        scopes="",
    )
    for email, given, family in LOGINS:
        store.insert(
            "logins",
            vendor=vendor,
            id=login_id(email),
            email=email,
            given_name=given,
            family_name=family,
            password=PASSWORD,
        )


def seed_organisation(
    store: Store,
    vendor: str,
    organisation: Organisation,
    login_id: Callable[[str], str],
    *,
    organisation_id: str,
    short_code: str,
    body: str,
) -> None:
    """Keep an organisation, reachable by its logins; `body` is what the vendor keeps of it besides."""
    store.insert(
        "organisations",
        vendor=vendor,
        id=organisation_id,
        name=organisation.name,
        short_code=short_code,
        body=body,
    )
    for email in organisation.logins:
        store.insert("memberships", vendor=vendor, login=login_id(email), organisation=organisation_id)
