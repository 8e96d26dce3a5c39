"""A process that ends with the one that started it, so that nothing is left behind holding a port."""

import os
import signal
import threading
import time

SUPERVISOR = "BOOKBIND_SUPERVISOR"
_LOOK_SECONDS = 0.5


def end_with_supervisor() -> None:
    """Ask this process to end when the parent that the environment names is gone; nothing without a name."""
    named = os.environ.get(SUPERVISOR, "")
    if not named.isdigit():
        return
    if os.getppid() == int(named):
        threading.Thread(target=_watch, args=[int(named)], name="lifeline", daemon=True).start()
    elif not _is_there(int(named)):
        # It ended before this process came to look.
        os.kill(os.getpid(), signal.SIGTERM)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
