"""Neutral values that cross the border between the core and a vendor."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

Day = date


class ListName(StrEnum):
    """The lists that a business keeps; tracking slots are shown as Projects and Projects 2."""

    CATEGORIES = "categories"
    TAX_RATES = "tax_rates"
    SUPPLIERS = "suppliers"
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    TRACKING_1 = "tracking_1"
    TRACKING_2 = "tracking_2"
    BANK_ACCOUNTS = "bank_accounts"
    PAYMENT_METHODS = "payment_methods"


class TaxKind(StrEnum):
    """What a tax rate means; several kinds share 0 % and are all different."""

    STANDARD = "standard"
    REDUCED = "reduced"
    ZERO_RATED = "zero_rated"
    EXEMPT = "exempt"
    NO_VAT = "no_vat"
    REVERSE_CHARGE = "reverse_charge"
    EC = "ec"
    IMPORT = "import"
    OTHER = "other"


class Side(StrEnum):
    """Which side of the business an entry serves."""

    COSTS = "costs"
    SALES = "sales"
    BOTH = "both"


class AccountFamily(StrEnum):
    """Which part of the chart of accounts an entry belongs to, whatever the vendor calls its types."""

    INCOME = "income"
    OTHER_INCOME = "other_income"
    DIRECT_COSTS = "direct_costs"
    EXPENSES = "expenses"
    OTHER_EXPENSES = "other_expenses"
    CURRENT_ASSETS = "current_assets"
    FIXED_ASSETS = "fixed_assets"
    OTHER_ASSETS = "other_assets"
    CURRENT_LIABILITIES = "current_liabilities"
    LONG_TERM_LIABILITIES = "long_term_liabilities"
    EQUITY = "equity"
    BANK = "bank"
    CARD = "card"


class DocumentKind(StrEnum):
    """What is sent to a vendor."""

    BILL = "bill"
    SUPPLIER_CREDIT = "supplier_credit"
    EXPENSE = "expense"


class PublishAs(StrEnum):
    """How final a document is to be at the vendor, in rising order."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    AWAITING_PAYMENT = "awaiting_payment"


class TaxMode(StrEnum):
    """Whether line amounts are without tax, with tax, or the document has none."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NO_TAX = "no_tax"


@dataclass(frozen=True)
class Organisation:
    """One tenant at a vendor. `id_is_strong`: the vendor promises that the id never changes.

    `keeps_tax`: the tax on costs is kept apart from them; where it is not, it is part of what they cost.
    `many_currencies`: a document may name its currency; where it may not, all are in the only one.
    """

    id: str
    name: str
    id_is_strong: bool = True
    route: str = ""
    legal_name: str = ""
    country: str = ""
    currency: str = ""
    tax_number: str = ""
    link_code: str = ""
    connection_ref: str = ""
    keeps_tax: bool = True
    many_currencies: bool = True


@dataclass(frozen=True)
class AppCredentials:
    """Our app at a vendor, as the operator registered it. `redirect_uri` is exact and from settings."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Redirect:
    """The vendor's sign-in address that the person is sent to."""

    url: str
    code_verifier: str = field(default="", repr=False)


@dataclass(frozen=True)
class FormField:
    """One typed credential."""

    name: str
    label: str
    secret: bool = False
    help: str = ""


@dataclass(frozen=True)
class Form:
    """Typed credentials, for vendors without a sign-in page."""

    fields: tuple[FormField, ...]


@dataclass(frozen=True)
class Answer:
    """What came back: the callback's query, or the typed fields; `code_verifier` when PKCE was used."""

    values: dict[str, str] = field(repr=False)
    code_verifier: str = field(default="", repr=False)


@dataclass(frozen=True)
class Tokens:
    """One login's secrets and what the vendor told with them. Times are product time, UTC."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    scopes: tuple[str, ...] = ()
    login_id: str = ""
    login_email: str = ""
    login_name: str = ""
    consent_id: str = ""
    refresh_expires_at: datetime | None = None
    extra: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class RemoteEntry:
    """One entry of a vendor's list, parsed. `details` holds plain JSON values under neutral names.

    Neutral names in use: rate (string percent), tax_kind, tax_kind_is_guessed, side, account_type (the
    vendor's own word), account_family, category_id and cost_category_id (the accounts behind a product when
    it is sold and bought), cost_components and sales_components (see components.py), tax_rate_id, tax_number,
    email, currency, account_number, dimension_id, is_document_level, unit_price, system, parent (the name of
    what it belongs to). `was_there` is said of what was to be created: the name was taken, nothing was made.
    """

    remote_id: str
    remote_type: str
    name: str
    code: str = ""
    archived: bool = False
    merged_into_id: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    was_there: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class RemoteDimension:
    """Something that documents or lines can be tagged with at the vendor, and the entries it offers."""

    remote_id: str
    name: str
    per_line: bool
    active: bool


@dataclass(frozen=True)
class Page:
    """One page of a list. `total` is the vendor's own count, None when it does not tell.

    `left` are the vendor's ids of what changed and is none of the list, or none any more: an account that
    became a bank account, where only changes were asked for.
    """

    entries: tuple[RemoteEntry, ...]
    number: int
    total: int | None = None
    left: tuple[str, ...] = ()


@dataclass(frozen=True)
class BookSettings:
    """What the organisation's books allow, read with the lists; the last two as Organisation has them."""

    base_currency: str
    currencies: tuple[str, ...]
    locked_until: date | None
    tax_scheme: str = ""
    keeps_tax: bool = True
    many_currencies: bool = True


@dataclass(frozen=True)
class TaxComponent:
    """One of the rates that a tax code is made of: its id at the vendor, and its percentage."""

    rate_id: str
    percent: Decimal


@dataclass(frozen=True)
class OutgoingLine:
    """One line as it is to stand in the books; ids are the vendor's own. Amounts in document currency.

    `tax_components` are the rates behind `tax_rate_id`, for vendors that keep tax by rate and not by line.
    """

    description: str
    quantity: Decimal
    unit_amount: Decimal
    net: Decimal
    tax: Decimal
    category_id: str
    category_code: str
    tax_rate_id: str
    tracking: tuple[tuple[str, str], ...] = ()
    tax_components: tuple[TaxComponent, ...] = ()


@dataclass(frozen=True)
class OutgoingDocument:
    """One document as it is to stand in the books. `marker` comes back unchanged when it is read again.

    For an organisation that does not keep tax it has none: what was tax is part of what each line costs.
    `paid_from_family` is the AccountFamily of the account that paid, empty where that is not known.
    `number_may_repeat`: a person saw the document there that has its number, and wants both.
    """

    kind: DocumentKind
    publish_as: PublishAs
    marker: str
    contact_id: str
    contact_name: str
    date: Day
    due_date: Day | None
    reference: str
    currency: str
    tax_mode: TaxMode
    lines: tuple[OutgoingLine, ...]
    net: Decimal
    tax: Decimal
    total: Decimal
    paid_from_id: str = ""
    paid_from_family: str = ""
    note: str = ""
    number_may_repeat: bool = False


@dataclass(frozen=True)
class NewContact:
    """A supplier or customer to be created at the vendor. `currency` is that of the first document."""

    name: str
    email: str = ""
    tax_number: str = ""
    currency: str = ""


@dataclass(frozen=True)
class NewEntry:
    """An entry to be created in one of the vendor's lists.

    `details` has the names of RemoteEntry.details, as far as they make the entry: account_type or
    account_family for a category, category_id (an income account) for a product, dimension_id for a tracking
    option.
    """

    list: ListName
    name: str
    code: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PreparedWrite:
    """The exact request body of one write, built once and committed before it is sent."""

    operation: str
    body: bytes
    marker: str


@dataclass(frozen=True)
class Published:
    """A document that stands in the books. `differences` names fields that the vendor changed or lost."""

    remote_id: str
    number: str
    status: str
    url: str
    total: Decimal
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Twin:
    """A document in the books that looks like ours: same supplier, and number or date and total."""

    remote_id: str
    number: str
    contact_name: str
    date: Day
    total: Decimal
    status: str
    url: str


@dataclass(frozen=True)
class Ours:
    """The document that carries our marker."""

    published: Published


@dataclass(frozen=True)
class Twins:
    """Likenesses; a person decides."""

    twins: tuple[Twin, ...]


@dataclass(frozen=True)
class Nothing:
    """The vendor was searched and has neither ours nor a likeness."""


@dataclass(frozen=True)
class CannotTell:
    """The vendor keeps no marker, so silence proves nothing."""


Found = Ours | Twins | Nothing | CannotTell


@dataclass(frozen=True)
class OutgoingFile:
    """The paper to attach. `name` is safe for the vendor; `content` is the file as it was captured."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class AttachedFile:
    """What the vendor says it keeps."""

    remote_id: str
    size_bytes: int
