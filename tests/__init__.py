"""The tests of Bookbind."""
