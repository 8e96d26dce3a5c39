"""What ties a sign-in to one browser session, and where it may lead back to."""

from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from bookbind.kit.ids import keyed_hash, new_token

LONGEST_PATH = 300
_SESSION_ENTRY = "connections_session"


def session_key(session: SessionBase) -> str:
    """A random value of this browser session; it outlives the change of id at sign-in, not the session."""
    found = session.get(_SESSION_ENTRY)
    if not found:
        found = session[_SESSION_ENTRY] = new_token()
    return str(found)


def hash_session(key: str) -> str:
    """What is stored of a session's value."""
    return keyed_hash(settings.SECRET_KEY.encode(), "sign-in session", key)


def hash_state(state: str) -> str:
    """What is stored of a one-time state."""
    return keyed_hash(settings.SECRET_KEY.encode(), "sign-in state", state)


def safe_path(path: str) -> str:
    """The path when it is one of our own and nothing else; empty otherwise.

    Judged as written and after decoding twice, for browsers and proxies differ in how often they decode.
    """
    once = unquote(path)
    readings = (path, once, unquote(once))
    return path if len(path) <= LONGEST_PATH and all(_is_own(reading) for reading in readings) else ""


def _is_own(path: str) -> bool:
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return False
    if not path.isprintable():
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc and ".." not in parts.path.split("/")
