"""PostgreSQL as this product uses it."""
