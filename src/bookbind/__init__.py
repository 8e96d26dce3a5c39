"""Bookbind keeps a business's paperwork bound to its books."""
