"""One step of a connection's life in its own process, for a checkpoint to kill: `child STEP JSON`."""

import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import django

django.setup()

from bookbind.connections.finish import finish  # noqa: E402 - models exist once Django is set up
from bookbind.connections.models import SignIn  # noqa: E402
from bookbind.connections.pending import choose_organisation, offered  # noqa: E402
from bookbind.connections.refresh import fresh_tokens  # noqa: E402
from bookbind.connections.sign_in import receive_answer  # noqa: E402
from bookbind.kit import clock  # noqa: E402
from bookbind.tenancy.models import User  # noqa: E402
from bookbind.tenancy.scope import BusinessScope, SystemScope, within  # noqa: E402


def refresh(wish: dict[str, Any]) -> None:
    """Ask for fresh tokens, as any call would."""
    fresh_tokens(UUID(wish["grant"]))


def answer(wish: dict[str, Any]) -> None:
    """Take the vendor's answer."""
    user = User.objects.get(id=wish["user"])
    receive_answer(provider_id="xero", query=wish["query"], user=user, session_key=wish["session"])


def press_finish(wish: dict[str, Any]) -> None:
    """Choose the first organisation offered and press Finish."""
    with within(SystemScope("a test's child")):
        sign_in = SignIn.objects.select_related("business", "connection", "practice").get(id=wish["sign_in"])
    with within(BusinessScope(sign_in.business_id)):
        choose_organisation(sign_in, offered(sign_in)[0].id)
        finish(sign_in, user=sign_in.user, publish_now=True)


STEPS = {"refresh": refresh, "answer": answer, "finish": press_finish}

if __name__ == "__main__":
    asked = json.loads(sys.argv[2])
    ahead = timedelta(seconds=asked.get("ahead_seconds", 0))
    clock.use_offset(lambda: ahead)
    STEPS[sys.argv[1]](asked)
