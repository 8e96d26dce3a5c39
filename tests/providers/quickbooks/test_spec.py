"""Intuit's own schema as judge over what we read, what we send, and the words that we know."""

import json
import re
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from bookbind.providers.base.shapes import Row, Shape
from bookbind.providers.base.types import DocumentKind, OutgoingDocument
from bookbind.providers.quickbooks import entries, publish, tax
from bookbind.providers.quickbooks.publish import PAPERS
from tests.providers.quickbooks.test_publish import BRITISH, documents
from tests.sandbox.judge import specs_folder

FOLDER = specs_folder() / "qbo" / "xsd"
pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="Intuit's published schema is not here; name its folder in BOOKBIND_SPECS."
)
# What the JSON form has besides the schema's elements.
OF_JSON = {"domain", "sparse", "Type", "AccountRef", "value", "name", "type"}


@cache
def schema() -> str:
    return "".join(path.read_text(encoding="utf-8-sig") for path in sorted(FOLDER.glob("*.xsd")))


@cache
def elements_of(kind: str) -> frozenset[str]:
    """The elements of a complex type, those of the types that it extends included."""
    found = re.search(rf'<xs:complexType name="{kind}"[^>]*>(.*?)</xs:complexType>', schema(), re.DOTALL)
    if found is None:
        return frozenset()
    own = frozenset(re.findall(r'<xs:element[^>]*?(?:name|ref)="([^"]+)"', found[1]))
    bases = re.findall(r'<xs:extension\s+base="([^"]+)"', found[1])
    return own.union(*(elements_of(base) for base in bases))


@cache
def values_of(kind: str) -> frozenset[str]:
    """The values of an enumeration."""
    found = re.search(rf'<xs:simpleType name="{kind}"[^>]*>(.*?)</xs:simpleType>', schema(), re.DOTALL)
    assert found is not None, kind
    return frozenset(re.findall(r'<xs:enumeration\s+value="([^"]+)"', found[1]))


SHAPES = [
    (entries.ACCOUNT, "Account"),
    (entries.VENDOR, "Vendor"),
    (entries.CUSTOMER, "Customer"),
    (entries.ITEM, "Item"),
    (entries.TRACKING, "Class"),
    (entries.PAYMENT_METHOD, "PaymentMethod"),
    (tax.TAX_CODE, "TaxCode"),
    (tax.TAX_RATE, "TaxRate"),
]


@pytest.mark.parametrize(("shape", "kind"), SHAPES, ids=lambda value: getattr(value, "name", value))
def test_every_field_that_we_use_is_in_the_schema(shape: Shape, kind: str) -> None:
    assert shape.used - elements_of(kind) == frozenset()


def test_the_types_of_accounts_are_those_of_the_schema() -> None:
    known = {*entries.FAMILIES, *entries.BANKS}
    others = {"Accounts Receivable", "Accounts Payable", "Non-Posting"}
    assert known <= values_of("AccountTypeEnum")
    assert values_of("AccountTypeEnum") - known == others


def test_the_types_of_tax_that_we_tell_apart_are_in_the_schema() -> None:
    assert {"ZERO_RATE", "FOREIGN_TAX", "REVERSE_CHARGE"} <= values_of("SpecialTaxTypeEnum")


def names_of(part: Row) -> set[str]:
    """Every name in a body, at whatever depth."""
    found = set(part)
    for value in part.values():
        for inner in value if isinstance(value, list) else [value]:
            found |= names_of(inner) if isinstance(inner, dict) else set()
    return found


@given(document=documents(BRITISH))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_every_name_in_every_body_is_in_the_schema(document: OutgoingDocument) -> None:
    body = json.loads(publish.prepare(document, BRITISH).body)
    entity = PAPERS[document.kind].entity
    assert set(body) - elements_of(entity) <= {"Line"}
    assert all(f'name="{name}"' in schema() or name in OF_JSON for name in names_of(body))


def test_the_judge_would_find_a_wrong_name() -> None:
    assert "VendorReference" not in elements_of("Bill")
    assert {"VendorRef", "DocNumber", "DueDate"} <= elements_of("Bill")
    assert not elements_of("Nothing")


def test_how_an_expense_is_paid_is_in_the_schema() -> None:
    assert {"Cash", "CreditCard"} <= values_of("PaymentTypeEnum")
    assert {"TaxExcluded", "NotApplicable"} <= values_of("GlobalTaxCalculationEnum")
    assert {paper.entity for paper in PAPERS.values()} == {"Bill", "VendorCredit", "Purchase"}
    assert set(PAPERS) == set(DocumentKind)
