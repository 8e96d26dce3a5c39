"""Schema changes of this package."""
