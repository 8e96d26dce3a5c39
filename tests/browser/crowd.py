"""Fills a running demo with bills, suppliers or a long name: `python -m tests.browser.crowd …`.

A program of its own, because the demo it fills is one too: it takes the demo's environment.
"""

import sys
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

from bookbind.connections.queries import find_main_connection  # noqa: E402
from bookbind.demo.bills import draw_bill  # noqa: E402 - models are there after the setup
from bookbind.demo.world import Bill  # noqa: E402
from bookbind.documents.capture import capture_file  # noqa: E402
from bookbind.documents.inputs import DocumentInput, LineInput  # noqa: E402
from bookbind.documents.services import save_document  # noqa: E402
from bookbind.jobs.runner import run_due  # noqa: E402
from bookbind.kit import clock  # noqa: E402
from bookbind.kit.text import fold_name  # noqa: E402
from bookbind.lists.models import ListItem  # noqa: E402
from bookbind.lists.services import get_or_create_supplier  # noqa: E402
from bookbind.merge.suggestions import SUGGEST_JOB, queue_suggestions  # noqa: E402
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs  # noqa: E402
from bookbind.publishing.services import request_publish  # noqa: E402
from bookbind.rules.services import RuleInput, save_supplier_rule  # noqa: E402
from bookbind.tenancy.models import Business, User  # noqa: E402
from bookbind.tenancy.scope import BusinessScope, within  # noqa: E402

CODES = (
    "400",
    "404",
    "412",
    "420",
    "429",
    "433",
    "441",
    "445",
    "449",
    "453",
    "461",
    "469",
    "473",
    "489",
    "493",
)
TAX = "20% (VAT on Expenses)"


def add_bills(business: Business, user: User) -> None:
    """A supplier with a rule for each category, and one to three of its bills, asked to be published."""
    tax = ListItem.objects.get(list=ListName.TAX_RATES, name=TAX)
    rows = ListItem.objects.filter(list=ListName.CATEGORIES, code__in=CODES).order_by("code")
    for number, category in enumerate(rows):
        supplier = get_or_create_supplier(business.id, f"Quay {category.name.split()[0]} Ltd", user)
        save_supplier_rule(supplier, RuleInput(category_id=category.id, tax_rate_id=tax.id), user)
        for copy in range(1 + number % 3):
            _add_bill(business, user, supplier, category, tax, f"Q-{number}{copy}")


def _add_bill(
    business: Business, user: User, supplier: ListItem, category: ListItem, tax: ListItem, reference: str
) -> None:
    on = (clock.now() - timedelta(days=3)).date()
    bill = Bill(supplier.name, reference, 3, (("Goods", Decimal(100)),), category.code)
    document = capture_file(business, user, f"{reference}.pdf", draw_bill(bill, business.name, on))
    line = LineInput("Goods", net=Decimal(100), tax=Decimal(20), category_id=category.id, tax_rate_id=tax.id)
    values = DocumentInput(
        currency="GBP",
        supplier_id=supplier.id,
        kind=DocumentKind.BILL,
        publish_as=PublishAs.AWAITING_PAYMENT,
        date=on,
        due_date=on + timedelta(days=30),
        reference=reference,
        total=Decimal(120),
        lines=(line,),
    )
    request_publish(save_document(document.id, values, document.version, user), user)


def add_suppliers(business: Business, count: int) -> None:
    """So many more suppliers, with what is proposed for them made as after a read of the list."""
    names = [f"Supplier {number:05} of Many Ltd" for number in range(count)]
    ListItem.objects.bulk_create(
        [
            ListItem(business=business, list=ListName.SUPPLIERS, name=name, folded_name=fold_name(name))
            for name in names
        ],
        batch_size=500,
    )
    connection = find_main_connection(business.id)
    assert connection is not None
    queue_suggestions(connection)
    run_due(kinds=[SUGGEST_JOB])


def name_organisation(business: Business, name: str) -> None:
    """Call the books otherwise, as after somebody renamed them at the vendor."""
    connection = find_main_connection(business.id)
    assert connection is not None
    connection.organisation = {**connection.organisation, "name": name}
    connection.save(update_fields=["organisation"])


if __name__ == "__main__":
    what, slug, *rest = sys.argv[1:]
    found = Business.objects.get(slug=slug)
    with within(BusinessScope(found.id)):
        if what == "bills":
            add_bills(found, User.objects.get(email="accountant@harbour.test"))
        elif what == "name":
            name_organisation(found, rest[0])
        else:
            add_suppliers(found, int(rest[0]))
