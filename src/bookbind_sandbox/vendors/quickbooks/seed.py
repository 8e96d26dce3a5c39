"""The state that a reset returns to: the demo app, the logins, the companies and their books."""

from dataclasses import dataclass
from decimal import Decimal

from bookbind_sandbox.population import (
    ADA,
    JO,
    SAM,
    SEEDED_AT,
    SOLO,
    Organisation,
    seed_app_and_logins,
    seed_organisation,
)
from bookbind_sandbox.vendors.quickbooks import charts, names
from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.kinds import (
    ACCOUNT,
    CLASS,
    COMPANY_INFO,
    CURRENCY,
    CUSTOMER,
    DEPARTMENT,
    EMPLOYEE,
    ITEM,
    PAYMENT_METHOD,
    PREFERENCES,
    TAX_AGENCY,
    TAX_CODE,
    TAX_RATE,
    TERM,
    VENDOR,
    Kind,
)
from bookbind_sandbox.vendors.quickbooks.lists import accept_entry, made_inactive
from bookbind_sandbox.vendors.quickbooks.wire import Entity, dump, reference
from bookbind_sandbox.world import World

# Each company counts its transactions from a number of its own, so that a link rarely fits two of them.
TRANSACTIONS_APART = 100_000
# Countries have been three letters in answers since late 2025 (2026-11).
COUNTRIES = {"GB": "GBR", "IE": "IRL", "US": "USA", "DE": "DEU"}
AGENCIES = {"GB": "HM Revenue & Customs", "IE": "Revenue Commissioners", "US": "State Board of Equalization"}
TaxRows = tuple[tuple[str, str, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class Company(Organisation):
    """What tells one company from another."""

    classes: bool = True
    locations: bool = True
    many_currencies: bool = True
    standard_users: tuple[str, ...] = ()

    @property
    def american(self) -> bool:
        return self.country == "US"

    @property
    def tax_codes(self) -> TaxRows:
        if self.american:
            return ()
        return charts.IE_TAX_CODES if self.country == "IE" else (*charts.UK_TAX_CODES, *charts.HIDDEN_CODES)


COMPANIES = (
    Company("Acme Ltd", (ADA, JO, SOLO), vat="GB123456789"),
    Company("Acme Holdings Ltd", (ADA, JO), locations=False, many_currencies=False),
    Company(
        "Birch & Daughters Ltd",
        (JO, SAM),
        "GB234567890",
        classes=False,
        locations=False,
        standard_users=(SAM,),
    ),
    Company("Cole & Son Ltd", (JO,), vat="GB345678901", many_currencies=False),
    Company("Fern Catering Ltd", (JO,), vat="GB456789012", many_currencies=False),
    Company("Acme Ireland Ltd", (ADA, JO), "IE6388047V", country="IE", currency="EUR"),
    Company("Acme America Inc", (ADA,), country="US", currency="USD", locations=False, many_currencies=False),
)


def seed(world: World) -> None:
    seed_app_and_logins(world.store, names.VENDOR, names.login_id)
    for company in COMPANIES:
        add_company(world, company)


def add_company(world: World, company: Company) -> str:
    """Make a company with full books, reachable by its logins; returns its realm id."""
    realm = names.realm_id(company.seed)
    before = world.store.value("SELECT count(*) FROM organisations WHERE vendor = ?", names.VENDOR)
    hidden = {
        "standard_users": [names.login_id(email) for email in company.standard_users],
        "warns_of_duplicates": True,
        "lapsed": False,
        "gone": False,
        "masks_tax_ids": False,
    }
    seed_organisation(
        world.store,
        names.VENDOR,
        company,
        names.login_id,
        organisation_id=realm,
        short_code=realm,
        body=dump(hidden),
    )
    writer = _Writer(world, company, realm)
    writer.books.start_ids("transactions", 1 + before * TRANSACTIONS_APART)
    writer.fill()
    return realm


class _Writer:
    """Fills one company's books, in the order in which a real one would have come by its ids."""

    def __init__(self, world: World, company: Company, realm: str) -> None:
        self.company = company
        self.books = Books(world, realm, "seed")
        self.accounts: dict[str, str] = {}

    def fill(self) -> None:
        self.books.save(COMPANY_INFO, _company_info(self.company), SEEDED_AT)
        self.books.save(PREFERENCES, _preferences(self.company), SEEDED_AT)
        if self.company.many_currencies:
            for code, name in charts.CURRENCIES.items():
                self.keep(CURRENCY, {"Code": code, "Name": name, "Active": True})
        self._tax_codes()
        self._accounts()
        self._people()
        self._tracking()
        for name, days in charts.TERMS:
            self.keep(TERM, {"Name": name, "Active": True, "Type": "STANDARD", "DueDays": days})
        for name, kind in charts.PAYMENT_METHODS:
            self.keep(PAYMENT_METHOD, {"Name": name, "Active": True, "Type": kind})
        for row in charts.US_ITEMS if self.company.american else charts.ITEMS:
            self._item(*row)
        given, family = charts.EMPLOYEE
        self.make(EMPLOYEE, {"DisplayName": f"{given} {family}", "GivenName": given, "FamilyName": family})

    def keep(self, kind: Kind, entity: Entity) -> Entity:
        return self.books.save(kind, entity, SEEDED_AT)

    def make(self, kind: Kind, raw: Entity) -> Entity:
        """Make an entry as the API would, so that it is completed in the same way."""
        return self.keep(kind, accept_entry(self.books, kind, raw, None))

    def _tax_codes(self) -> None:
        agency = self.keep(
            TAX_AGENCY, {"DisplayName": AGENCIES.get(self.company.country, "Tax office"), "Active": True}
        )
        if self.company.american:
            for us_code in ("TAX", "NON"):
                empty: Entity = {"TaxRateDetail": []}
                fields = {
                    "Id": us_code,
                    "Name": us_code,
                    "Description": us_code,
                    "Active": True,
                    "Hidden": False,
                }
                shown = fields | {"Taxable": us_code == "TAX", "TaxGroup": True}
                self.keep(TAX_CODE, shown | {"SalesTaxRateList": empty, "PurchaseTaxRateList": empty})
        for name, description, sales, purchases in self.company.tax_codes:
            taxable = name != "No VAT"
            hidden = (name, description, sales, purchases) in charts.HIDDEN_CODES
            code: Entity = {"Name": name, "Description": description, "Active": not hidden, "Hidden": hidden}
            lists = {
                "SalesTaxRateList": self._rates(f"{name} (sales)", sales, agency),
                "PurchaseTaxRateList": self._rates(f"{name} (purchases)", purchases, agency),
            }
            self.keep(TAX_CODE, code | {"Taxable": taxable, "TaxGroup": True} | lists)

    def _rates(self, name: str, rates: tuple[tuple[str, str], ...], agency: Entity) -> Entity:
        details = []
        for order, (percent, special) in enumerate(rates):
            rate = self.keep(
                TAX_RATE,
                {
                    "Name": name if not order else f"{name} contra",
                    "Description": name,
                    "Active": True,
                    "RateValue": Decimal(percent),
                    "AgencyRef": reference(agency["Id"]),
                    "SpecialTaxType": special,
                    "DisplayType": "ReadOnly",
                    "EffectiveTaxRate": [
                        {"RateValue": Decimal(percent), "EffectiveDate": "2011-01-04T00:00:00-08:00"}
                    ],
                },
            )
            details.append(
                {
                    "TaxRateRef": reference(rate["Id"], rate["Name"]),
                    "TaxTypeApplicable": "TaxOnAmount",
                    "TaxOrder": order,
                }
            )
        return {"TaxRateDetail": details}

    def _accounts(self) -> None:
        chart = charts.US_ACCOUNTS if self.company.american else charts.UK_ACCOUNTS
        for number, name, kind, sub in chart:
            self._account(name, kind, sub, number)
        for name, kind, sub in charts.BANK_ACCOUNTS:
            self._account(name, kind, sub)
        for name, kind in (("Creditors", "Accounts Payable"), ("Debtors", "Accounts Receivable")):
            self._account(name, kind, kind.replace(" ", ""))
            for code in charts.CURRENCIES if self.company.many_currencies else ():
                if code != self.company.currency:
                    self._account(f"{name} - {code}", kind, kind.replace(" ", ""), currency=code)
        for parent, subs in ({} if self.company.american else charts.UK_SUBACCOUNTS).items():
            for name in subs:
                self._account(name, "Expense", "Auto", parent=parent)

    def _account(
        self, name: str, kind: str, sub: str, number: str = "", *, currency: str = "", parent: str = ""
    ) -> None:
        raw: Entity = {"Name": name, "AccountType": kind, "AccountSubType": sub, "AcctNum": number}
        raw |= {"CurrencyRef": reference(currency)} if currency else {}
        raw |= {"ParentRef": reference(self.accounts[parent])} if parent else {}
        self.accounts[name] = self.make(ACCOUNT, raw)["Id"]

    def _people(self) -> None:
        for row in charts.US_VENDORS if self.company.american else charts.VENDORS:
            self._vendor(*row)
        if not self.company.american:
            gone = self._vendor(*charts.INACTIVE_VENDOR)
            self.keep(VENDOR, made_inactive(VENDOR, gone))
        if self.company.many_currencies and self.company.currency != "EUR":
            self._vendor(*charts.EURO_VENDOR, currency="EUR")
        for name in charts.CUSTOMERS:
            self.make(CUSTOMER, {"DisplayName": name, "CompanyName": name})

    def _vendor(self, name: str, company: str, vat: str, postcode: str, currency: str = "") -> Entity:
        word = "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())
        raw: Entity = {
            "DisplayName": name,
            "CompanyName": company,
            "PrimaryEmailAddr": {"Address": f"accounts@{word}.test"},
            "BillAddr": {"Line1": "1 Example Street", "PostalCode": postcode},
        }
        raw |= {"TaxIdentifier": vat} if vat else {}
        raw |= {"CurrencyRef": reference(currency)} if currency else {}
        return self.make(VENDOR, raw)

    def _tracking(self) -> None:
        """Classes and locations; a company that has them switched off may still have some from before."""
        ids = {name: self.make(CLASS, {"Name": name})["Id"] for name in charts.CLASSES}
        for parent, subs in charts.SUBCLASSES.items():
            for name in subs:
                self.make(CLASS, {"Name": name, "ParentRef": reference(ids[parent])})
        for name in charts.LOCATIONS if self.company.locations else ():
            self.make(DEPARTMENT, {"Name": name})

    def _item(self, name: str, price: str, income: str, cost: str, expense: str) -> None:
        raw: Entity = {"Name": name, "Description": name, "Type": "Service"}
        raw |= {"UnitPrice": Decimal(price)} if price else {}
        raw |= {"IncomeAccountRef": reference(self.accounts[income])} if income else {}
        raw |= (
            {"ExpenseAccountRef": reference(self.accounts[expense]), "PurchaseCost": cost} if expense else {}
        )
        self.make(ITEM, raw)


def _company_info(company: Company) -> Entity:
    address = {
        "Id": "1",
        "Line1": "1 Example Street",
        "City": "Bristol",
        "Country": COUNTRIES.get(company.country, company.country),
    }
    values = [
        {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
        {"Name": "CompanyType", "Value": "Other"},
        {"Name": "SubscriptionStatus", "Value": "SUBSCRIBED"},
    ]
    return {
        "Id": "1",
        "CompanyName": company.name,
        "LegalName": company.name,
        "CompanyAddr": address,
        "Country": COUNTRIES.get(company.country, company.country),
        "CompanyStartDate": "2019-04-01",
        "FiscalYearStartMonth": "January" if company.american else "April",
        "DefaultTimeZone": "America/Los_Angeles" if company.american else "Europe/London",
        "Email": {"Address": company.logins[0] if company.logins else ""},
        "SupportedLanguages": "en",
        "NameValue": values,
    }


def _preferences(company: Company) -> Entity:
    return {
        "Id": "1",
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January" if company.american else "April",
            "UseAccountNumbers": company.american,
            "TaxYearMonth": "January" if company.american else "April",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": company.classes,
            "TrackDepartments": company.locations,
            "DepartmentTerminology": "Location",
            "CustomerTerminology": "Customers",
            "BookCloseDate": "2025-03-31",
        },
        "SalesFormsPrefs": {"CustomTxnNumbers": False, "AllowDiscount": True, "DefaultTerms": reference("3")},
        "VendorAndPurchasesPrefs": {"TrackingByCustomer": True, "BillableExpenseTracking": True},
        "TaxPrefs": {
            "UsingSalesTax": bool(company.vat) or company.american,
            "PartnerTaxEnabled": company.american,
        },
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": company.many_currencies,
            "HomeCurrency": reference(company.currency),
        },
        "ReportPrefs": {"ReportBasis": "Accrual"},
    }
