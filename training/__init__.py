"""Trains the matcher's models from lists with known matches. Not part of the product that is installed."""
