"""`bookbind admin`: the first people of an installation."""

import os
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from bookbind.activity.services import record
from bookbind.cli.readiness import are_tables_up_to_date, bring_tables_up_to_date, refuse_unless_ready
from bookbind.tenancy.models import Business, BusinessMembership, User

_app = typer.Typer(help="People who run a business's Bookbind.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(_app, name="admin")


@_app.callback()
def people() -> None:
    """The first people of an installation; everybody else is added on the pages."""


@_app.command("create")
def create(
    email: Annotated[str, typer.Option(prompt="E-mail", help="What the person signs in with.")],
    name: Annotated[str, typer.Option(prompt="Name", help="As pages and mails show it.")],
    business: Annotated[str, typer.Option(prompt="Business", help="Made when there is none of this name.")],
    time_zone: Annotated[str, typer.Option(help="Where the business's days end.")] = "Europe/London",
    currency: Annotated[str, typer.Option(help="The business's own currency.")] = "GBP",
) -> None:
    """Make a Business Admin, and the business when there is none of this name.

    The password is asked for, or taken from BOOKBIND_ADMIN_PASSWORD.
    """
    refuse_unless_ready()
    if not are_tables_up_to_date():
        bring_tables_up_to_date()
    _refuse_unusable(email, time_zone)
    password = os.environ.get("BOOKBIND_ADMIN_PASSWORD") or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    _refuse_weak(password, User(email=email, name=name))
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name)
        place = _business_named(business, time_zone, currency)
        BusinessMembership.objects.create(
            business=place, user=user, role=BusinessMembership.Role.BUSINESS_ADMIN
        )
        record(
            "people.added",
            f"{name} became Business Admin, made by the operator.",
            business_id=place.id,
            subject=user,
        )
    typer.echo(
        f"{name} can sign in with {user.email} and is Business Admin of {place.name} (/b/{place.slug}/)."
    )


def _refuse_unusable(email: str, time_zone: str) -> None:
    try:
        validate_email(email)
        ZoneInfo(time_zone)
    except ValidationError as error:
        _leave(f"{email} is not an e-mail address.", error)
    except (LookupError, ValueError, OSError) as error:
        _leave(f"{time_zone} is not a time zone; write it like Europe/London.", error)
    if User.objects.filter(email__iexact=email).exists():
        _leave(f"Somebody with {email} exists already.")


def _refuse_weak(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        _leave(" ".join(error.messages), error)


def _business_named(name: str, time_zone: str, currency: str) -> Business:
    found = Business.objects.filter(name=name).first()
    if found is not None:
        return found
    base = slugify(name)[:50] or "business"
    taken = set(Business.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    slug = next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 1000))) if slug not in taken)
    return Business.objects.create(name=name, slug=slug, time_zone=time_zone, currency=currency)


def _leave(message: str, cause: Exception | None = None) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(1) from cause
