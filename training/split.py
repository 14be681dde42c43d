"""Which things are kept from training, decided by their code points alone, so that every part decides alike."""

from __future__ import annotations

import hashlib

from training.drawings import SETS

UNSEEN_SHARE = 0.06
"""Things of which no drawing is ever trained on."""
NEW_IN_STYLE_SHARE = 0.5
"""Of the other things: those of which one set's drawing is kept back."""


def chance(text: str) -> float:
    """A number from 0 to 1 that belongs to a text, the same everywhere."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def is_unseen(code: str) -> bool:
    """Whether a thing is kept back altogether."""
    return chance(f"unseen {code}") < UNSEEN_SHARE


def part(code: str, set_name: str) -> str:
    """Where a drawing belongs: "train", "combination" (the thing is known, not in this style) or "unseen"."""
    if is_unseen(code):
        return "unseen"
    if chance(f"combination {code}") < NEW_IN_STYLE_SHARE:
        kept = sorted(SETS)[int(chance(f"style {code}") * len(SETS))]
        if kept == set_name:
            return "combination"
    return "train"
