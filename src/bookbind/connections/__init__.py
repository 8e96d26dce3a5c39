"""Grants and connections: connect, reconnect, expire, refresh, disconnect."""
