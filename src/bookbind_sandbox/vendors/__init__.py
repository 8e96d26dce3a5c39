"""The simulated vendors, one folder each."""

from bookbind_sandbox.vendors.quickbooks.vendor import QuickBooks
from bookbind_sandbox.vendors.xero.vendor import Xero
from bookbind_sandbox.world import Vendor

VENDORS: tuple[type[Vendor], ...] = (Xero, QuickBooks)
