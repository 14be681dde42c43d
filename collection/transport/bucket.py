"""A token bucket: requests leave at a steady rate, and a few of them at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock


class TokenBucket:
    """Holds up to `burst` tokens and gets `rate` new ones a second; each request takes one."""

    def __init__(self, rate: float, burst: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._at = float(burst), clock()
        self._lock = Lock()

    def take(self, _: str = "") -> float:
        """Take a token, which may be one of the future: the seconds to wait before it may be used."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1
            self._at = now
            return max(0.0, -self._tokens / self._rate)


class HostBuckets:
    """A bucket for each host that is asked."""

    def __init__(self, rate: float, burst: int = 1) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[str, TokenBucket] = {}
        self._lock = Lock()

    def take(self, host: str) -> float:
        """Take a token of the host's bucket: the seconds to wait."""
        with self._lock:
            bucket = self._buckets.setdefault(host, TokenBucket(self._rate, self._burst))
        return bucket.take()
