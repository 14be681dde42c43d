"""The hash of a token, and the random numbers that come from it: all chance in a script is drawn from these."""

from __future__ import annotations

import hashlib
import random
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def token_hash(seed: int) -> str:
    """0x and 64 hex digits, as Art Blocks and fxhash give to a script: SHA-256 of "collection script SEED"."""
    return "0x" + hashlib.sha256(f"collection script {seed}".encode()).hexdigest()


class Rng(random.Random):
    """Random numbers out of a hash: a `random.Random`, whose `random()` Python keeps the same for ever."""

    def __init__(self, hash: str, stream: str = "") -> None:
        """`stream` names one of several independent sequences of the same hash."""
        self.hash = hash
        self._number = int.from_bytes(hashlib.sha256(f"{hash} {stream}".encode()).digest())
        super().__init__(self._number)

    @cached_property
    def numpy(self) -> np.random.Generator:
        """A generator of numpy out of the same hash; later versions of numpy may give other numbers."""
        import numpy as np

        return np.random.Generator(np.random.PCG64(self._number))
