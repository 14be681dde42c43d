"""The provenance hash: one number that fixes which picture is which token, before any is minted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def provenance_hash(image_sha256s: Iterable[str]) -> str:
    """SHA-256 over the concatenated SHA-256 hex digests of the image files, in token order; 64 hex digits.

    The form that Bored Ape Yacht Club published in 2021 and many collections use since: anybody repeats it with
    `cat 1.sha 2.sha ... | sha256sum`.
    """
    return hashlib.sha256("".join(image_sha256s).encode("ascii")).hexdigest()
