"""What a practice sees over all its clients."""
