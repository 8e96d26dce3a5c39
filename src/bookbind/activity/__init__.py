"""The timeline that people read and the audit chain that nobody can rewrite."""
