"""The contract between the core and every vendor: neutral types, error kinds, HTTP and limits."""
