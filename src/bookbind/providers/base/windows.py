"""Counting calls in a sliding window of small buckets, so that no stretch of time holds more than a limit."""

from collections.abc import Mapping
from dataclasses import dataclass

Buckets = Mapping[str, int]


@dataclass(frozen=True)
class Window:
    """A sliding window. `buckets` covers the vendor's window and the time a call may take to get there."""

    bucket_seconds: float
    buckets: int

    def current(self, now: float) -> int:
        """The number of the bucket that `now` (seconds since the epoch) falls into."""
        return int(now // self.bucket_seconds)

    def kept(self, counts: Buckets, now: float) -> dict[str, int]:
        """The buckets that still count."""
        oldest = self.current(now) - self.buckets + 1
        return {bucket: count for bucket, count in counts.items() if int(bucket) >= oldest}

    def used(self, counts: Buckets, now: float) -> int:
        """The calls that still count."""
        return sum(self.kept(counts, now).values())

    def added(self, counts: Buckets, now: float) -> dict[str, int]:
        """The buckets with one more call in them."""
        kept = self.kept(counts, now)
        bucket = str(self.current(now))
        return kept | {bucket: kept.get(bucket, 0) + 1}

    def seconds_until_room(self, counts: Buckets, now: float) -> float:
        """How long until the oldest calls stop counting."""
        kept = self.kept(counts, now)
        if not kept:
            return 0.0
        oldest = min(int(bucket) for bucket in kept)
        return (oldest + self.buckets) * self.bucket_seconds - now


# One or two buckets more than second, minute and day: a call counted now may arrive a little later. Those of
# the second are counted when they end, for to a second the way is long.
SECOND_WINDOW = Window(bucket_seconds=0.1, buckets=12)
MINUTE_WINDOW = Window(bucket_seconds=5, buckets=14)
DAY_WINDOW = Window(bucket_seconds=3600, buckets=25)
