"""The simulated vendors, tested over real HTTP."""
