"""Bills, expenses, credits and sales in QuickBooks: totals, and what is refused in which words."""

from typing import Any

from tests.sandbox.quickbooks_app import QuickBooksApp
from tests.support.processes import Sandbox


def detail(entity: dict[str, Any], number: int = 0) -> dict[str, Any]:
    line = entity["Line"][number]
    found: dict[str, Any] = line[line["DetailType"]]
    return found


def test_a_bill_is_posted_at_once_with_its_tax_worked_out(sandbox: Sandbox, books: QuickBooksApp) -> None:
    line = books.line(ClassRef=books.ref("Class", "South"))
    made = books.create(Line=[line], DepartmentRef=books.ref("Department", "Workshop"))
    assert (made["TotalAmt"], made["Balance"], made["SyncToken"]) == (120.0, 120.0, "0")
    assert (made["domain"], made["sparse"]) == ("QBO", False)
    assert made["VendorRef"]["name"] == "City Fuel Limited"
    assert detail(made)["ClassRef"]["name"] == "South"
    assert detail(made)["AccountRef"]["name"] == "Motor vehicle expenses"
    assert made["DepartmentRef"]["name"] == "Workshop"
    tax = made["TxnTaxDetail"]
    assert (tax["TotalTax"], tax["TaxLine"][0]["TaxLineDetail"]["NetAmountTaxable"]) == (20.0, 100.0)
    assert books.get(f"bill/{made['Id']}")["Bill"] == made
    received = sandbox.received("quickbooks")["documents"]
    assert [(one["kind"], one["reference"], one["total"], one["tax"]) for one in received] == [
        ("bill", "SUP-1", "120.00", "20.00")
    ]
    assert received[0]["lines"][0]["tracking"] == {"Class": "South"}
    assert received[0]["location"] == "Workshop"
