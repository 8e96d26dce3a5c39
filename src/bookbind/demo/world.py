"""The demo's people, clients and bills, as data."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

PLAN_VERSION = 1
PASSWORD = "bookbind-demo"  # noqa: S105 - printed on the sign-in page; demo mode only
PRACTICE = "Harbour & Co"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in to the demo; `place` is shown on the sign-in page."""

    email: str
    name: str
    role: str
    place: str


PEOPLE = (
    Person("admin@acme.test", "Ada Admin", "business_admin", "Acme Ltd"),
    Person("useradmin@acme.test", "Uma Unwin", "user_admin", "Acme Ltd"),
    Person("staff@acme.test", "Stan Staff", "standard", "Acme Ltd"),
    Person("accountant@harbour.test", "Jo Harbour", "accountant", PRACTICE),
)
SECOND_ACCOUNTANT = Person("sam@harbour.test", "Sam Harbour", "accountant", PRACTICE)


@dataclass(frozen=True)
class Bill:
    """A supplier's bill: what the PDF shows and, for coded ones, how it is coded."""

    supplier: str
    reference: str
    days_ago: int
    lines: tuple[tuple[str, Decimal], ...]
    category_code: str
    tax_percent: Decimal = Decimal(20)

    @property
    def net(self) -> Decimal:
        """The sum of the lines, without tax."""
        return sum((amount for _text, amount in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """VAT on the net amount, to the penny."""
        return (self.net * self.tax_percent / 100).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Client:
    """One client of the practice and how it came to be in the state that it shows."""

    name: str
    story: str
    organisation: str = ""
    login: str = "jo@harbour.test"
    connected_ago: timedelta | None = None


CLIENTS = (
    Client("Acme Ltd", "unconnected"),
    Client("Birch & Co Ltd", "unconnected"),
    Client("Cole & Son Ltd", "connected", "Cole & Son Ltd", connected_ago=timedelta(days=40)),
    Client("Dale Ltd", "connected", "Dale (Property) Ltd", connected_ago=timedelta(days=90)),
    Client("Elm Street Dental Ltd", "connected", "Elm Street Dental Ltd", connected_ago=timedelta(days=353)),
    Client("Fern Catering Ltd", "expired", "Fern Catering Ltd", connected_ago=timedelta(days=371)),
    Client("Gorse Motors Ltd", "revoked", "Gorse Motors Ltd", connected_ago=timedelta(days=120)),
    Client("Hazel Interiors Ltd", "down", "Hazel Interiors Ltd", "sam@harbour.test", timedelta(days=60)),
    Client("Ivy Lane Bakery Ltd", "disconnected", "Ivy Lane Bakery Ltd", connected_ago=timedelta(days=200)),
)


def _bill(supplier: str, reference: str, days_ago: int, category: str, *lines: tuple[str, str]) -> Bill:
    return Bill(supplier, reference, days_ago, tuple((t, Decimal(a)) for t, a in lines), category)


WAITING_BILLS = (
    _bill("City Fuel Ltd", "INV-2231", 5, "449", ("Diesel, 96.4 litres", "112.40")),
    _bill("City Fuel Ltd", "INV-2247", 4, "449", ("Diesel, 71.0 litres", "82.75")),
    _bill(
        "Northgate Dairy", "ND-88120", 5, "310", ("Milk and cream, week 46", "164.20"), ("Butter", "58.00")
    ),
    _bill("Northgate Dairy", "ND-88163", 4, "310", ("Milk and cream, week 47", "158.90")),
    _bill("Green Lane Vegetables", "4471", 5, "310", ("Seasonal vegetables", "241.35")),
    _bill("Green Lane Vegetables", "4483", 3, "310", ("Seasonal vegetables", "198.10")),
    _bill(
        "Harbour Linen Hire", "HL-0926", 5, "461", ("Tablecloths, 40", "120.00"), ("Napkins, 200", "80.00")
    ),
    _bill("Brightline Energy", "B-700312", 5, "445", ("Electricity, October", "412.66")),
    _bill("Brightline Energy", "B-700313", 5, "445", ("Gas, October", "287.14")),
    _bill("Kestrel Telecom", "KT-55120", 4, "489", ("Phones and internet, November", "64.00")),
    _bill("PrintWorks Bristol", "PW-3391", 3, "400", ("Menus, 500", "145.00"), ("Flyers, 1,000", "96.00")),
    _bill("Safe Hands Cleaning", "SH-218", 3, "408", ("Kitchen deep clean", "320.00")),
    _bill("Weir Insurance Brokers", "WIB-9004", 2, "433", ("Public liability, instalment 3", "210.00")),
    _bill("Dockside Equipment Repairs", "1187", 1, "473", ("Oven thermostat replaced", "186.50")),
)
REVOKED_BILLS = (
    _bill("Apex Car Parts", "AP-6612", 2, "310", ("Brake pads, 12 sets", "348.00")),
    _bill("Apex Car Parts", "AP-6630", 1, "310", ("Oil filters, 30", "157.50")),
)
DOWN_BILLS = (
    _bill("Loom & Thread", "LT-1021", 1, "310", ("Curtain fabric, 60 m", "890.00")),
    _bill("Swift Couriers", "SC-40218", 1, "425", ("Deliveries, week 47", "76.20")),
    _bill("Paint Depot", "PD-7781", 1, "310", ("Emulsion, 20 tins", "412.00")),
)
CONNECTED_BILLS = (
    _bill("Kestrel Telecom", "KT-55108", 20, "489", ("Phones and internet, October", "58.00")),
    _bill("Timber Direct", "TD-2093", 12, "310", ("Oak boards", "640.00"), ("Delivery", "35.00")),
    _bill("Brightline Energy", "B-700290", 8, "445", ("Electricity, October", "190.42")),
)
INBOX_BILLS = (
    _bill("City Fuel Ltd", "INV-2260", 3, "", ("Diesel, 88.1 litres", "102.70")),
    _bill(
        "Papermill Office Supplies",
        "PM-10443",
        2,
        "",
        ("Copier paper, 20 boxes", "84.00"),
        ("Toner", "126.00"),
    ),
    _bill("Riverside Marketing", "RM-771", 1, "", ("Autumn campaign, final part", "1200.00")),
)
SAMPLE_BILLS = (
    *INBOX_BILLS[:1],
    _bill("Brand New Supplier Ltd", "BNS-001", 1, "", ("Introductory consultation", "450.00")),
    _bill(
        "Office Essentials UK", "OE-5521", 2, "", ("Desk lamps, 4", "96.00"), ("Monitor arms, 2", "138.00")
    ),
)
