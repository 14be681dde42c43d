from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

# Kubo's alphabet of file names; the digit 0 stands in it twice.
ALPHABET = "abcdefghijklmnopqrstuvwxyz01234567890-_"


@pytest.fixture(scope="session")
def key_stream() -> Callable[[str], Callable[[int], bytes]]:
    """Of a seed, the endless pseudo-random bytes that the published vectors are made of.

    They are ChaCha20 (RFC 8439) with key SHA-256(seed) and a nonce of zeros: see random_deterministic.go in
    test/cli/testutils of ipfs/kubo.
    """
    from Crypto.Cipher import ChaCha20

    def of(seed: str) -> Callable[[int], bytes]:
        cipher = ChaCha20.new(key=hashlib.sha256(seed.encode()).digest(), nonce=bytes(12))
        return lambda count: cipher.encrypt(bytes(count))

    return of


@pytest.fixture(scope="session")
def vector_directory(key_stream: Any) -> Callable[[str, int, int, int], dict[str, bytes]]:
    """Kubo's directory of files that hold "x", for a profile: so many files with names of some characters, and the
    characters of the last name."""

    def of(profile: str, count: int, length: int, last_length: int) -> dict[str, bytes]:
        stream = key_stream(f"hamt-{profile}")
        lengths = [length] * (count - 1) + [last_length]
        return {"".join(ALPHABET[byte % len(ALPHABET)] for byte in stream(size)): b"x" for size in lengths}

    return of
