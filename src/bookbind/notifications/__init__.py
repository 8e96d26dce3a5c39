"""Mail and requests to the people who can act."""
