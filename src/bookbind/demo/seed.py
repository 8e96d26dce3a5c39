"""Builds the demo world by the same steps that people take: signing in, choosing, finishing, publishing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from django.utils.text import slugify

from bookbind.connections.disconnect import disconnect
from bookbind.connections.finish import finish
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.pending import choose_organisation
from bookbind.connections.probe import probe
from bookbind.connections.sign_in import begin_sign_in, receive_answer
from bookbind.demo import clock as demo_clock
from bookbind.demo import sandbox
from bookbind.demo.bills import draw_bill
from bookbind.demo.models import DemoState
from bookbind.demo.skip import walk_to
from bookbind.demo.world import (
    CLIENTS,
    CONNECTED_BILLS,
    DOWN_BILLS,
    INBOX_BILLS,
    PASSWORD,
    PEOPLE,
    PLAN_VERSION,
    PRACTICE,
    REVOKED_BILLS,
    SECOND_ACCOUNTANT,
    WAITING_BILLS,
    Bill,
    Client,
    Person,
)
from bookbind.documents.capture import capture_file
from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.services import save_document
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.models import ListItem
from bookbind.lists.services import get_or_create_supplier
from bookbind.lists.sync import SYNC_JOB
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import ListName, Redirect
from bookbind.publishing.services import request_publish
from bookbind.rules.evaluate import DueMode
from bookbind.rules.services import RuleInput, save_supplier_rule
from bookbind.tenancy.models import Business, BusinessMembership, Practice, PracticeMembership, User
from bookbind.tenancy.scope import BusinessScope, within

Say = Callable[[str], None]


def is_built() -> bool:
    """Whether the demo world stands, whole and of this version."""
    return DemoState.objects.filter(id=1, plan_version=PLAN_VERSION).exists()


def build(say: Say) -> None:
    """Build everything on empty tables and a freshly reset sandbox; `say` gets a line for each step."""
    today = clock.real_now()
    people = begin()
    _travel(today - max(c.connected_ago for c in CLIENTS if c.connected_ago))
    for client in sorted(CLIENTS, key=lambda c: c.connected_ago or timedelta(0), reverse=True):
        if client.connected_ago is not None:
            walk_to(today - client.connected_ago)
            connect(client, people)
            say(f"{client.name} connected to {client.organisation}, {client.connected_ago.days} days ago")
    walk_to(today)
    for client in CLIENTS:
        tell_story(client, people)
    say("Bills captured, coded and published")
    run_due()
    DemoState.objects.create(id=1, built_at=today, plan_version=PLAN_VERSION)


def begin() -> dict[str, User]:
    """The practice, its clients and their people, by e-mail address, beside a sandbox in its first state."""
    sandbox.control("reset")
    return _build_people()


def _travel(to: datetime) -> None:
    sandbox.set_clock(to)
    demo_clock.move(to - clock.real_now())


def _build_people() -> dict[str, User]:
    practice = Practice.objects.create(name=PRACTICE)
    for client in CLIENTS:
        Business.objects.create(slug=_slug(client), name=client.name, practice=practice)
    return {person.email: _build_person(person, practice) for person in (*PEOPLE, SECOND_ACCOUNTANT)}


def _build_person(person: Person, practice: Practice) -> User:
    user = User.objects.create_user(person.email, PASSWORD, name=person.name)
    if person.role == "accountant":
        PracticeMembership.objects.create(practice=practice, user=user)
    else:
        business = Business.objects.get(name=person.place)
        BusinessMembership.objects.create(business=business, user=user, role=person.role)
    return user


def _slug(client: Client) -> str:
    return slugify(client.name.removesuffix(" Ltd"))


def business_of(client: Client) -> Business:
    """The business that the demo made of this client."""
    return Business.objects.select_related("practice").get(slug=_slug(client))


def _accountant(client: Client, people: dict[str, User]) -> User:
    return people["sam@harbour.test" if client.login.startswith("sam") else "accountant@harbour.test"]


def connect(client: Client, people: dict[str, User]) -> None:
    """Sign in at the simulated vendor, choose the organisation, finish, and read the lists."""
    business, user = business_of(client), _accountant(client, people)
    with within(BusinessScope(business.id)):
        sign_in = _sign_in_at_vendor(business, user, client, None)
        chosen = next(o for o in sign_in.organisations if o["name"] == client.organisation)
        choose_organisation(sign_in, str(chosen["id"]))
        finish(sign_in, user=user, publish_now=False)
    run_due(kinds=[SYNC_JOB])


def sign_in_again(client: Client, people: dict[str, User], connection: Connection) -> SignIn:
    """Sign in for a reconnect, as far as the choice of the organisation."""
    return _sign_in_at_vendor(business_of(client), _accountant(client, people), client, connection)


def _sign_in_at_vendor(
    business: Business, user: User, client: Client, connection: Connection | None
) -> SignIn:
    _begun, answer = begin_sign_in(
        user=user,
        business=business,
        practice=business.practice,
        provider=sandbox.VENDOR,
        purpose=SignIn.Purpose.RECONNECT if connection else SignIn.Purpose.CONNECT,
        connection=connection,
        session_key="demo",
        return_to="",
    )
    assert isinstance(answer, Redirect)
    came_back = sandbox.consent(client.login, client.organisation, answer.url)
    query = dict(parse_qsl(urlsplit(came_back).query))
    return receive_answer(provider_id=sandbox.VENDOR, query=query, user=user, session_key="demo")


def tell_story(client: Client, people: dict[str, User]) -> None:
    """Give the client its bills and bring it into the state that it stands for."""
    business, user = business_of(client), _accountant(client, people)
    with within(BusinessScope(business.id)):
        connection = Connection.objects.filter(stage=Connection.Stage.ACTIVE).first()
        if client.name == "Acme Ltd":
            _capture(INBOX_BILLS, business, people["admin@acme.test"])
        elif client.story == "connected" and connection and client.name == "Cole & Son Ltd":
            _publish_coded(CONNECTED_BILLS, business, user)
        elif client.story == "expired":
            _publish_coded(WAITING_BILLS, business, user)
        elif client.story == "revoked" and connection:
            _revoke(client, connection)
            _publish_coded(REVOKED_BILLS, business, user)
        elif client.story == "down" and connection:
            _take_down(client, connection)
            _publish_coded(DOWN_BILLS, business, user)
        elif client.story == "disconnected" and connection:
            disconnect(connection, user)


def _revoke(client: Client, connection: Connection) -> None:
    sandbox.control("revoke", vendor=sandbox.VENDOR, organisation=client.organisation)
    _notice(connection)


def _take_down(client: Client, connection: Connection) -> None:
    sandbox.control(
        "faults",
        vendor=sandbox.VENDOR,
        organisation=client.organisation,
        operation="any",
        fault="503",
        times=1_000_000,
    )
    _notice(connection)


def _notice(connection: Connection) -> None:
    """Look at the vendor as the daily probe does; what it finds is stored before it is told."""
    with suppress(ProviderError):
        probe(connection)


def _capture(bills: tuple[Bill, ...], business: Business, user: User) -> None:
    for bill in bills:
        on = (clock.now() - timedelta(days=bill.days_ago)).date()
        capture_file(
            business, user, f"{bill.supplier} {bill.reference}.pdf", draw_bill(bill, business.name, on)
        )


def _publish_coded(bills: tuple[Bill, ...], business: Business, user: User) -> None:
    for bill in bills:
        _save_rule(bill, business, user)
        on = (clock.now() - timedelta(days=bill.days_ago)).date()
        name = f"{bill.supplier} {bill.reference}.pdf"
        document = capture_file(business, user, name, draw_bill(bill, business.name, on))
        saved = save_document(document.id, _coded(bill, business, user, on), document.version, user)
        request_publish(saved, user)


def _save_rule(bill: Bill, business: Business, user: User) -> None:
    supplier = get_or_create_supplier(business.id, bill.supplier, user)
    values = RuleInput(
        category_id=_category(bill).id,
        tax_rate_id=_tax_rate().id,
        due_mode=DueMode.DAYS_AFTER_DATE,
        due_days=30,
    )
    save_supplier_rule(supplier, values, user)


def _category(bill: Bill) -> ListItem:
    found: ListItem = ListItem.objects.get(list=ListName.CATEGORIES, code=bill.category_code)
    return found


def _tax_rate() -> ListItem:
    found: ListItem = ListItem.objects.get(list=ListName.TAX_RATES, name="20% (VAT on Expenses)")
    return found


def _coded(bill: Bill, business: Business, user: User, on: date) -> DocumentInput:
    """What a person would type from the paper; the rule adds the rest."""
    supplier = get_or_create_supplier(business.id, bill.supplier, user)
    category, tax_rate = _category(bill), _tax_rate()
    lines = [
        LineInput(description=text, net=net, category_id=category.id, tax_rate_id=tax_rate.id, tax=tax)
        for (text, net), tax in zip(bill.lines, _line_taxes(bill), strict=True)
    ]
    return DocumentInput(
        currency=business.currency,
        supplier_id=supplier.id,
        date=on,
        due_date=on + timedelta(days=30),
        reference=bill.reference,
        total=bill.net + bill.tax,
        lines=tuple(lines),
    )


def _line_taxes(bill: Bill) -> list[Decimal]:
    """The tax of each line; the last one takes the odd penny, so that they add up to the bill's."""
    taxes = [(net * bill.tax_percent / 100).quantize(Decimal("0.01")) for _text, net in bill.lines]
    return [*taxes[:-1], bill.tax - sum(taxes[:-1], Decimal(0))]
