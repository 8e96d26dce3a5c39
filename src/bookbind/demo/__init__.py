"""The demo practice, its clients in every state, and skipping ahead."""
