"""Publications and deliveries: each document reaches the books exactly once."""
