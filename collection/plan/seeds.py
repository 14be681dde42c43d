"""Seeds: everything random in a collection comes from one text, the same way for ever."""

from __future__ import annotations

import hashlib


def derived_seed(collection_seed: int | str, *names: int | str) -> int:
    """A seed for whatever `names` name, 0 to 2**53 - 1 (an integer that JSON readers keep exact).

    The top 53 bits of SHA-256 over the length-prefixed parts; an integer seed and the text of its digits are the
    same seed.
    """
    digest = hashlib.sha256(b"collection/seed/1")
    for part in (collection_seed, *names):
        data = str(part).encode("utf-8")
        digest.update(len(data).to_bytes(8, "big") + data)
    return int.from_bytes(digest.digest()[:8], "big") >> 11
