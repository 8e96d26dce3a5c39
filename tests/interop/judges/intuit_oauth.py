"""Intuit's own OAuth client, unmodified, run where it is installed: a line of JSON out, an answer in."""

import json
import sys
from collections.abc import Callable

from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError


def tell(**found: object) -> None:
    print(json.dumps(found), flush=True)  # noqa: T201


def refusal_of(action: Callable[..., object], *values: str) -> int:
    """The status with which the vendor refuses, 0 when it does not."""
    try:
        action(*values)
    except AuthClientError as error:
        return int(error.status_code)
    return 0


def main() -> None:
    given = json.loads(sys.stdin.readline())
    client = AuthClient(given["client_id"], given["secret"], given["redirect_uri"], given["discovery"])
    scopes = [Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL]
    tell(url=client.get_authorization_url(scopes))
    answer = json.loads(sys.stdin.readline())
    client.get_bearer_token(answer["code"], realm_id=answer["realmId"])
    first = client.access_token
    # The client keeps an id_token only when its signature, issuer, audience and age are right.
    verified = client.id_token is not None
    email = client.get_user_info().json()["email"]
    kept = client.refresh_token
    client.refresh()
    tell(
        verified=verified,
        email=email,
        state=client.state_token == answer["state"],
        another_access_token=client.access_token != first,
        same_refresh_token=client.refresh_token == kept,
        days=round(client.x_refresh_token_expires_in / 86_400),
        refused_code=refusal_of(client.get_bearer_token, "nonsense"),
    )
    client.revoke()
    tell(refused_refresh=refusal_of(client.refresh))


if __name__ == "__main__":
    main()
