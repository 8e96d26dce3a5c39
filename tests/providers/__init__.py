"""The contract with vendors, and each vendor's own folder."""
