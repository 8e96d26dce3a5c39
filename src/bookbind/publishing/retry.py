"""When to try again: doubled delays with jitter and a cap, then a person. Pure."""

FIRST_SECONDS = 2.0
LONGEST_SECONDS = 900.0
MOST_ATTEMPTS = 8
# After so many attempts a document steps aside, so that the ones behind it go on.
STEPS_ASIDE_AFTER = 3
MOST_PAPER_ATTEMPTS = 8
# So many writes of one document that proved not done are enough for a person to look.
MOST_DELIVERIES = 5
LOOKUPS_NEEDED = 2
LOOKUP_PAUSE_SECONDS = 5
# The vendor counts its window by its own clock, so we stop trusting it a little earlier.
WINDOW_MARGIN_SECONDS = 30


def delay_seconds(attempts: int, chance: float) -> float:
    """The pause after attempt number `attempts`; `chance` (0 to 1) spreads it by a fifth either way."""
    doubled = FIRST_SECONDS * 2.0 ** min(max(attempts - 1, 0), 20)
    return min(doubled, LONGEST_SECONDS) * (0.8 + 0.4 * chance)


def is_inside_window(elapsed_seconds: float, window_seconds: int) -> bool:
    """Whether the vendor still knows the key of a write that was first sent so long ago."""
    return 0 <= elapsed_seconds <= window_seconds - WINDOW_MARGIN_SECONDS
