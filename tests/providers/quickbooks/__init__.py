"""QuickBooks Online alone: payloads parsed and built, refusals sorted, and its ways at the sandbox."""
