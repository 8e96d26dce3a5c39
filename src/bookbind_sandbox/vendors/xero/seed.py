"""The state that a reset returns to: the demo app, the logins, the organisations and their books."""

from datetime import date
from decimal import Decimal

from bookbind_sandbox.population import (
    ADA,
    JO,
    LOGINS,
    SAM,
    SEEDED_AT,
    SOLO,
    Organisation,
    seed_app_and_logins,
    seed_organisation,
)
from bookbind_sandbox.records import Records
from bookbind_sandbox.vendors.xero import charts, names
from bookbind_sandbox.vendors.xero.contacts import new_contact
from bookbind_sandbox.vendors.xero.kinds import (
    ACCOUNTS,
    CONTACTS,
    CURRENCIES,
    ITEMS,
    TAX_RATES,
    TRACKING,
    USERS,
    Kind,
    to_record,
)
from bookbind_sandbox.vendors.xero.wire import Entity, ms_date, ms_moment, render
from bookbind_sandbox.world import World

ORGANISATIONS = (
    Organisation("Acme Ltd", (ADA, JO, SOLO), "GB123456789"),
    Organisation("Acme Holdings Ltd", (ADA, JO)),
    Organisation("Acme Property Ltd", (ADA,), "GB987654321"),
    Organisation("Birch & Co Ltd", (JO,), "GB234567890"),
    Organisation("Cole & Son Ltd", (JO,), "GB345678901"),
    Organisation("Dale (Property) Ltd", (JO, SAM), "GB456789012"),
    Organisation("Elm Street Dental Ltd", (JO, SAM), "GB567890123"),
    Organisation("Fern Catering Ltd", (JO, SAM), "GB678901234"),
    Organisation("Gorse Motors Ltd", (JO,), "GB789012345"),
    Organisation("Hazel Interiors Ltd", (JO, SAM), "GB890123456"),
    Organisation("Ivy Lane Bakery Ltd", (JO,), "GB901234567"),
)


def seed(world: World) -> None:
    seed_app_and_logins(world.store, names.VENDOR, names.login_id)
    for organisation in ORGANISATIONS:
        add_organisation(world, organisation)


def add_organisation(world: World, organisation: Organisation) -> str:
    """Make an organisation with full books, reachable by its logins; returns its id."""
    organisation_id = names.organisation_id(organisation.seed)
    seed_organisation(
        world.store,
        names.VENDOR,
        organisation,
        names.login_id,
        organisation_id=organisation_id,
        short_code=names.short_code(organisation.seed),
        body=render(_settings(organisation, organisation_id)),
    )
    books = _Books(world, organisation)
    books.fill()
    return organisation_id


def _settings(organisation: Organisation, organisation_id: str) -> Entity:
    settings: Entity = {
        "Name": organisation.name,
        "LegalName": organisation.name,
        "Version": "UK",
        "OrganisationType": "COMPANY",
        "BaseCurrency": organisation.currency,
        "CountryCode": organisation.country,
        "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE",
    }
    if organisation.vat:
        settings["TaxNumber"] = organisation.vat
    return settings | {
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 3,
        **tax_settings(registered=True),
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "PeriodLockDate": ms_date(date(2025, 3, 31)),
        "CreatedDateUTC": f"/Date({SEEDED_AT})/",
        "OrganisationEntityType": "COMPANY",
        "Timezone": "GMTSTANDARDTIME",
        "ShortCode": names.short_code(organisation.seed),
        "OrganisationID": organisation_id,
        "Edition": "BUSINESS",
        "Class": "STANDARD",
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    }


def tax_settings(*, registered: bool) -> Entity:
    """What an organisation says of its returns; one that is not registered has no basis for any (2026-11)."""
    basis, period = ("ACCRUALS", "QUARTERLY") if registered else ("NONE", "NONE")
    return {"PaysTax": registered, "SalesTaxBasis": basis, "SalesTaxPeriod": period}


class _Books:
    """One organisation's entries, with ids made from its name and theirs."""

    def __init__(self, world: World, organisation: Organisation) -> None:
        self.organisation = organisation
        self.world = world
        self.records = Records(world.store, names.VENDOR, names.organisation_id(organisation.seed))

    def fill(self) -> None:
        self._accounts()
        self._tax_rates()
        self._contacts()
        self._tracking()
        self._items()
        for code, description in charts.CURRENCIES:
            self.keep(CURRENCIES, {"Code": code, "Description": description})
        for email, given, family in LOGINS:
            if email in self.organisation.logins:
                self._user(email, given, family)

    def id_of(self, *words: str) -> str:
        return names.fixed_id(self.organisation.seed, *words)

    def keep(self, kind: Kind, entity: Entity) -> None:
        if kind.modified_since:
            entity["UpdatedDateUTC"] = ms_moment(SEEDED_AT)
        self.records.save(to_record(kind, entity, SEEDED_AT, "seed"))

    def _accounts(self) -> None:
        for code, name, kind, group, tax_type, system in charts.ACCOUNTS:
            entity: Entity = {
                "AccountID": self.id_of("account", code),
                "Code": code,
                "Name": name,
                "Status": "ACTIVE",
                "Type": kind,
                "TaxType": tax_type,
                "Class": group,
                "EnablePaymentsToAccount": code == "835",
                "ShowInExpenseClaims": kind == "OVERHEADS",
                "BankAccountType": "",
                "ReportingCode": group[:3],
                "HasAttachments": False,
                "AddToWatchlist": False,
            }
            self.keep(ACCOUNTS, entity | ({"SystemAccount": system} if system else {}))
        for code, name, kind, number in charts.BANK_ACCOUNTS:
            self._bank_account(code, name, kind, number)

    def _bank_account(self, code: str, name: str, kind: str, number: str) -> None:
        entity: Entity = {
            "AccountID": self.id_of("account", name),
            **({"Code": code} if code else {}),
            "Name": name,
            "Status": "ACTIVE",
            "Type": "BANK",
            "TaxType": "NONE",
            "Class": "LIABILITY" if kind == "CREDITCARD" else "ASSET",
            "EnablePaymentsToAccount": False,
            "ShowInExpenseClaims": False,
            "BankAccountNumber": number,
            "BankAccountType": kind,
            "CurrencyCode": self.organisation.currency,
            "ReportingCode": "ASS",
            "HasAttachments": False,
            "AddToWatchlist": True,
        }
        self.keep(ACCOUNTS, entity)

    def _tax_rates(self) -> None:
        for tax_type, name, rate, report, classes in charts.TAX_RATES:
            number = Decimal(rate)
            entity: Entity = {
                "Name": name,
                "TaxType": tax_type,
                "ReportTaxType": report,
                "CanApplyToAssets": "ASSET" in classes,
                "CanApplyToEquity": "EQUITY" in classes,
                "CanApplyToExpenses": "EXPENSE" in classes,
                "CanApplyToLiabilities": "LIABILITY" in classes,
                "CanApplyToRevenue": "REVENUE" in classes,
                "DisplayTaxRate": number,
                "EffectiveRate": number,
                "Status": "ACTIVE",
                "TaxComponents": [
                    {"Name": "VAT", "Rate": number, "IsCompound": False, "IsNonRecoverable": False}
                ],
            }
            self.keep(TAX_RATES, entity)

    def _contacts(self) -> None:
        for number, (name, supplier, customer) in enumerate(charts.CONTACTS, 1):
            entity = new_contact(name, self.id_of("contact", name)) | {
                "IsSupplier": supplier,
                "IsCustomer": customer,
                "AccountNumber": f"C{number:04d}",
            }
            word = "".join(letter for letter in name.lower() if letter.isalnum())
            entity["EmailAddress"] = f"accounts@{word}.test"
            if number % 2:
                entity["TaxNumber"] = f"GB{100_000_000 + number * 7_919_331 % 900_000_000}"
            if supplier:
                entity |= {"PurchasesDefaultAccountCode": "429", "AccountsPayableTaxType": "INPUT2"}
            self.keep(CONTACTS, entity)

    def _tracking(self) -> None:
        for name, options in charts.TRACKING.items():
            category_id = self.id_of("tracking", name)
            listed = [
                {
                    "TrackingOptionID": self.id_of("tracking", name, option),
                    "Name": option,
                    "Status": "ACTIVE",
                    "HasValidationErrors": False,
                    "IsDeleted": False,
                    "IsArchived": False,
                    "IsActive": True,
                }
                for option in options
            ]
            self.keep(
                TRACKING,
                {"Name": name, "Status": "ACTIVE", "TrackingCategoryID": category_id, "Options": listed},
            )

    def _items(self) -> None:
        for code, name, sale_price, sale_account, buy_price, buy_account in charts.ITEMS:
            entity: Entity = {
                "ItemID": self.id_of("item", code),
                "Code": code,
                "Name": name,
                "Description": name,
                "IsTrackedAsInventory": False,
                "IsSold": bool(sale_price),
                "IsPurchased": bool(buy_price),
                "PurchaseDetails": {},
                "SalesDetails": {},
            }
            if sale_price:
                entity["SalesDetails"] = {
                    "UnitPrice": Decimal(sale_price),
                    "AccountCode": sale_account,
                    "TaxType": "OUTPUT2",
                }
            if buy_price:
                entity["PurchaseDetails"] = {
                    "UnitPrice": Decimal(buy_price),
                    "AccountCode": buy_account,
                    "TaxType": "INPUT2",
                }
            self.keep(ITEMS, entity)

    def _user(self, email: str, given: str, family: str) -> None:
        entity: Entity = {
            "UserID": names.login_id(email),
            "EmailAddress": email,
            "FirstName": given,
            "LastName": family,
            "IsSubscriber": email == self.organisation.logins[0],
            "OrganisationRole": "FINANCIALADVISER" if email.endswith("@harbour.test") else "STANDARD",
        }
        self.keep(USERS, entity)
