"""The bookbind command."""
