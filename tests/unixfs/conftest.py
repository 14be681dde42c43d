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
def vector_directory(key_stream: Any) -> Callable[[int], dict[str, bytes]]:
    """Kubo's directory of 4,766 files that hold "x": names of 11 characters, the last of a given length."""

    def of(last_length: int) -> dict[str, bytes]:
        stream = key_stream("hamt-unixfs-v1-2025")
        lengths = [11] * 4765 + [last_length]
        return {"".join(ALPHABET[byte % len(ALPHABET)] for byte in stream(length)): b"x" for length in lengths}

    return of
