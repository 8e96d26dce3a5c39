"""What is due: rows claimed with a lease and a fence, run by workers."""
