"""Named moments at which a test may kill the process, to prove that nothing is lost or done twice."""

import os
import signal
from enum import StrEnum


class Checkpoint(StrEnum):
    """Every moment between two steps that a crash must not be able to tear apart."""

    BEFORE_DELIVERY_COMMITTED = "before_delivery_committed"
    AFTER_DELIVERY_COMMITTED = "after_delivery_committed"
    AFTER_SENT = "after_sent"
    AFTER_OUTCOME_SAVED = "after_outcome_saved"
    BEFORE_ATTACH = "before_attach"
    AFTER_ATTACH = "after_attach"
    AFTER_PUBLISHED = "after_published"
    AFTER_CODE_EXCHANGED = "after_code_exchanged"
    AFTER_PENDING_SAVED = "after_pending_saved"
    AFTER_FINISH_COMMITTED = "after_finish_committed"
    AFTER_LIST_APPLIED = "after_list_applied"
    AFTER_LISTS_READ = "after_lists_read"
    BEFORE_SWITCH = "before_switch"
    AFTER_SWITCH = "after_switch"
    BEFORE_MATCHES_COMMITTED = "before_matches_committed"
    AFTER_MATCHES_UNDONE = "after_matches_undone"
    AFTER_REFRESH_MARKED = "after_refresh_marked"
    AFTER_REFRESH_ANSWERED = "after_refresh_answered"
    AFTER_REFRESH_SAVED = "after_refresh_saved"


VARIABLE = "BOOKBIND_CRASH_AT"


def reach(checkpoint: Checkpoint) -> None:
    """Kill this process without any clean-up when the environment names this checkpoint; else do nothing."""
    if os.environ.get(VARIABLE) == checkpoint.value:
        os.kill(os.getpid(), signal.SIGKILL)
