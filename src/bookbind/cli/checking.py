"""`bookbind check`: settings, keys and apps in words, before anything goes wrong."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

import httpx2
import typer
from django.conf import settings
from django.core.checks import Error
from django.db import DatabaseError
from django.db.models import Max

from bookbind.activity.models import Chain, Entry
from bookbind.activity.queries import verify_chain
from bookbind.cli.readiness import are_tables_up_to_date, in_words, list_problems
from bookbind.kit import clock
from bookbind.kit.text import plural
from bookbind.providers.base.apps import AppFacts, app_facts
from bookbind.providers.registry import list_providers
from bookbind.tenancy.scope import SystemScope, within
from bookbind.web.checks import find_demo_data

_SECONDS = 5.0
_MINUTE = "%d %B %Y %H:%M"
_CLOCK_TOLERANCE = timedelta(minutes=2)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("check")(check)


def check(
    deploy: Annotated[
        bool, typer.Option(help="Also open the product's own address, as people will.")
    ] = False,
) -> None:
    """Say in words whether settings, keys, tables, apps and history are in order; fail when they are not."""
    problems: list[str] = []
    notes = [f"Mode: {settings.CONFIG.mode}. Address: {settings.BASE_URL}. Data: {settings.CONFIG.data}."]
    for found in list_problems():
        (problems if isinstance(found, Error) else notes).append(in_words(found))
    problems += _check_database()
    for provider in list_providers():
        if provider.available:
            notes += _describe_app(app_facts(provider), provider.seats_hint)
            problems += app_facts(provider).problems
    if deploy:
        problems += _check_address()
    for note in notes:
        typer.echo(note)
    for problem in problems:
        typer.echo(f"Problem: {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("Everything is in order.")


def _check_database() -> list[str]:
    try:
        if not are_tables_up_to_date():
            return ["The tables are not up to date; `bookbind serve` brings them there."]
        demo = [in_words(found) for found in find_demo_data()]
        with within(SystemScope("the operator checks the history of all tenants")):
            return [*demo, *_check_clock(), *_check_history()]
    except DatabaseError as error:
        return [f"The database can't be used: {type(error).__name__}. See DATABASE_URL and BOOKBIND_DATA."]


def _check_clock() -> list[str]:
    """A clock that runs behind what it wrote itself would let expired things live again."""
    latest = Entry.objects.aggregate(at=Max("recorded_at"))["at"]
    if latest is not None and latest > clock.real_now() + _CLOCK_TOLERANCE:
        now = f"{clock.real_now():{_MINUTE}}"
        return [f"This machine's clock is wrong: it says {now}, but history goes to {latest:{_MINUTE}}."]
    return []


def _check_history() -> list[str]:
    problems = []
    for name in Chain.objects.order_by("name").values_list("name", flat=True):
        broken = verify_chain(name)
        if broken:
            problems.append(
                f"The history {name} was changed afterwards at {plural(len(broken), 'place')}, first at "
                f"{broken[0]}."
            )
    return problems


def _describe_app(facts: AppFacts, seats_hint: str) -> list[str]:
    keys = (
        "keys set" if facts.has_client_id and facts.has_client_secret else "no keys, so nobody can connect it"
    )
    said = [
        f"{facts.provider_name}: {keys}.",
        f"  Redirect URI to register there, exactly: {facts.redirect_uri}",
        f"  Scopes asked for: {' '.join(facts.scopes)}",
    ]
    return [*said, f"  {seats_hint}"] if seats_hint else said


def _check_address() -> list[str]:
    """Open the product as its people do; a proxy that loses paths would lose the callbacks too."""
    url = f"{settings.BASE_URL}/healthz"
    try:
        answer = httpx2.get(url, timeout=_SECONDS, follow_redirects=False)
    except httpx2.HTTPError as error:
        what = type(error).__name__
        return [f"{url} doesn't answer: {what}. Is the product running, and does its name resolve here?"]
    if answer.status_code != 200 or answer.text != "ok":
        return [
            f"{url} answers {answer.status_code}, not with Bookbind's own page. Look at the proxy in front."
        ]
    if urlsplit(url).scheme == "https" and "strict-transport-security" not in answer.headers:
        return ["Pages come without Strict-Transport-Security. Set BOOKBIND_TRUST_PROXY=1 behind your proxy."]
    return []
