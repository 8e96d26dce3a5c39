"""What the document page offers: kinds and finality in the vendor's words, currencies, tax rates."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.connections.queries import keeps_tax
from bookbind.documents.models import Document
from bookbind.lists.adoption import is_merging, only_there
from bookbind.lists.models import Binding, Dimension, ListItem, RemoteItem
from bookbind.lists.queries import current_bindings, own_instead
from bookbind.providers.base.contract import KindChoice, Provider
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs, Side, TaxMode
from bookbind.providers.registry import get_provider
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.instead import find_way
from bookbind.publishing.models import PublishingSettings
from bookbind.tenancy.models import Business
from bookbind.web.forms.costs import KIND_LABELS, CostChoices
from bookbind.web.forms.tax_rates import TaxRate

USUAL_CURRENCIES = ("GBP", "EUR", "USD")
TRACKING_LABELS = {ListName.TRACKING_1: "Projects", ListName.TRACKING_2: "Projects 2"}
FINALITY_LABELS = {
    PublishAs.DRAFT: "Draft",
    PublishAs.AWAITING_APPROVAL: "Awaiting approval",
    PublishAs.AWAITING_PAYMENT: "Awaiting payment",
}


@dataclass(frozen=True)
class Target:
    """Where documents go: the main connection with its vendor and settings; empty without a connection."""

    connection: Connection | None = None
    provider: Provider | None = None
    settings: PublishingSettings | None = None

    @property
    def provider_name(self) -> str:
        """The accounting software's name."""
        return self.provider.name if self.provider else ""

    @property
    def organisation_name(self) -> str:
        """The organisation's name."""
        return str(self.connection.organisation.get("name", "")) if self.connection else ""

    @property
    def label(self) -> str:
        """`Software (Organisation)`, the way that stands beside Publish."""
        return f"{self.provider_name} ({self.organisation_name})" if self.connection else ""

    def kind_choice(self, kind: str) -> KindChoice | None:
        """How the vendor takes the kind of document."""
        return self.provider.kind_choice(DocumentKind(kind)) if self.provider else None

    @property
    def computes_tax(self) -> bool:
        """Whether the tax amount in the books is computed from the rate."""
        computed = PublishingSettings.TaxAmounts.COMPUTED
        return self.keeps_tax and self.settings is not None and self.settings.tax_amounts == computed

    @property
    def keeps_tax(self) -> bool:
        """Whether tax is kept apart from costs there; so it is without any books."""
        return keeps_tax(self.connection)


def read_target(connection: Connection | None) -> Target:
    """The connection with what belongs to it."""
    if connection is None:
        return Target()
    return Target(connection, get_provider(connection.provider), get_settings(connection))


def pick_url(business: Business, name: ListName) -> str:
    """Where a field asks for entries of a list."""
    return reverse("list_pick", args=[business.slug, name.value])


def pick_urls(business: Business) -> dict[ListName, str]:
    """The same for every list."""
    return {name: pick_url(business, name) for name in ListName}


def read_choices(business: Business, document: Document, target: Target) -> CostChoices:
    """Everything that the form offers, in a constant number of queries."""
    return CostChoices(
        kinds=_kinds(document, target),
        publish_as=_publish_as(document, target),
        currencies=_currencies(business, document, target),
        tax_modes=_tax_modes(document, target),
        tax_rates=list_tax_rates(_tax_rate_ids(document), target.connection),
        urls=pick_urls(business),
        new_supplier_text=_new_supplier_text(target),
    )


def _new_supplier_text(target: Target) -> str:
    """What a supplier that is typed and known nowhere becomes, and when; `{}` stands for its name."""
    if target.settings is None:
        return "Add “{}”"
    is_asked = target.settings.new_suppliers == PublishingSettings.NewSuppliers.ASK
    then = "you are asked on publish" if is_asked else "created on publish"
    return f"Add “{{}}”: new in {target.provider_name}, {then}"


def list_tax_rates(used: set[UUID], connection: Connection | None) -> list[TaxRate]:
    """The tax rates that costs can have, and those in use already, whatever became of them.

    While the list is being matched only what works in the books is offered; what is only there comes last,
    or in its place ours of the same name that only lacks its match. Books that keep no tax limit nothing.
    """
    live = Q(archived_at__isnull=True, merged_into__isnull=True) & ~Q(details__side=Side.SALES.value)
    rates = ListItem.objects.filter(live | Q(id__in=used), list=ListName.TAX_RATES)
    ours = list(rates.order_by("folded_name"))
    if connection is None or not keeps_tax(connection) or not is_merging(connection, ListName.TAX_RATES):
        return [_tax_rate(item) for item in ours]
    ready = current_bindings(connection.id, [item.id for item in ours], Binding.Use.COSTS)
    there = list(only_there(connection, ListName.TAX_RATES).order_by("folded_name"))
    sold = Side.SALES.value
    own = own_instead(ListName.TAX_RATES, there, connection)
    offered = {*ready, *used, *(item.id for item in own.values())}
    return [
        *(_tax_rate(item) for item in ours if item.id in offered),
        *(_tax_rate(item) for item in there if item.id not in own and item.details.get("side") != sold),
    ]


def _tax_rate(item: ListItem | RemoteItem) -> TaxRate:
    is_theirs = isinstance(item, RemoteItem)
    return TaxRate(item.id, item.name, str(item.details.get("rate", "")), only_there=is_theirs)


def list_tracking(connection: Connection | None) -> dict[ListName, str]:
    """What the two tracking lists are called: the vendor's own names of the dimensions, else ours."""
    if connection is None:
        return dict(TRACKING_LABELS)
    slots = [name.value for name in TRACKING_LABELS]
    named = dict(Dimension.objects.filter(connection=connection, slot__in=slots).values_list("slot", "name"))
    return {name: named.get(name.value) or label for name, label in TRACKING_LABELS.items()}


def _kinds(document: Document, target: Target) -> list[tuple[str, str]]:
    offered = [choice.kind for choice in target.provider.kinds] if target.provider else list(DocumentKind)
    kinds = dict.fromkeys([*offered, DocumentKind(document.kind)])
    return [(kind.value, KIND_LABELS[kind]) for kind in kinds]


def _publish_as(document: Document, target: Target) -> list[tuple[str, str]]:
    choice = target.kind_choice(document.kind)
    labels = {option.publish_as: option.label for option in choice.choices} if choice else {}
    if document.publish_as:
        chosen = PublishAs(document.publish_as)
        labels.setdefault(chosen, FINALITY_LABELS[chosen])
    usual = _usual_words(document, target, labels)
    # Where there is one way, and the document goes it anyhow, the same words twice would make people wonder.
    if not document.publish_as and [usual] == [f"{said} (usual)" for said in labels.values()]:
        return [("", usual)]
    return [("", usual), *((each.value, said) for each, said in labels.items())]


def _usual_words(document: Document, target: Target, labels: dict[PublishAs, str]) -> str:
    """How the document goes when nobody says otherwise, with what was chosen where the books lack a way."""
    usual = PublishAs(target.settings.publish_as) if target.settings else PublishAs.DRAFT
    if target.settings is None or target.provider is None:
        return f"{FINALITY_LABELS[usual]} (usual)"
    way = find_way(DocumentKind(document.kind), usual, target.provider.kinds, target.settings.instead)
    said = labels.get(way.publish_as, FINALITY_LABELS[way.publish_as])
    return f"{said} (kept here)" if way.kept else f"{said} (usual)"


def _currencies(business: Business, document: Document, target: Target) -> list[str]:
    at_books = [target.connection.base_currency, *target.connection.currencies] if target.connection else []
    known = at_books or list(USUAL_CURRENCIES)
    return [code for code in dict.fromkeys([document.currency, business.currency, *known]) if code]


def _tax_modes(document: Document, target: Target) -> list[TaxMode]:
    taken = target.provider.tax_modes if target.provider else (TaxMode.EXCLUSIVE, TaxMode.NO_TAX)
    return list(dict.fromkeys([*taken, TaxMode(document.tax_mode)]))


def _tax_rate_ids(document: Document) -> set[UUID]:
    return {line.tax_rate_id for line in document.lines.all() if line.tax_rate_id is not None}
