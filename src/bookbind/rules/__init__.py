"""Rules that code documents, and the pure function that explains them."""
