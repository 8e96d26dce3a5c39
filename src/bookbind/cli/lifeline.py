"""A process that ends with the one that watches over it, so that nothing is left behind holding a port."""

import os
import signal
import threading
import time

SUPERVISOR = "BOOKBIND_SUPERVISOR"
_LOOK_SECONDS = 0.5


def end_with_supervisor() -> None:
    """Ask this process to end when the supervisor named in the environment is gone; nothing without one."""
    named = os.environ.get(SUPERVISOR, "")
    if not named.isdigit():
        return
    if os.getppid() == int(named):
        end_with(int(named))
    elif not _is_there(int(named)):
        # It ended before this process came to look.
        os.kill(os.getpid(), signal.SIGTERM)


def end_with(parent: int) -> None:
    """Ask this process to end as soon as its parent is not `parent` any more, however the parent ended."""
    threading.Thread(target=_watch, args=[parent], name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    # The server's worker takes its orders from the parent that is gone, and may not listen to a signal.
    time.sleep(_LOOK_SECONDS * 20)
    os._exit(1)


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
