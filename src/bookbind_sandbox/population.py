"""The app and the people that every vendor's seed begins with."""

from collections.abc import Callable
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
