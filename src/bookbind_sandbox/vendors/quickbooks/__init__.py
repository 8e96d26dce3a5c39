"""QuickBooks Online, simulated: sign-in, the accounting API v3 and its own pages."""
