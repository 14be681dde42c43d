"""What the store hands out of curating: what people decided, what votes taught, what was selected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from collection.values import sha256_hex


@dataclass(frozen=True, slots=True)
class Selection:
    """A chosen asset, its rank (1 is best) and the reason in words."""

    asset_id: int
    rank: int
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator says of an image, or of two; see curate/reviews/ for the kinds and their values."""

    kind: str
    asset_id: int
    value: str | int | bool | None
    other_id: int | None = None
    """The right-hand image of a pair; `asset_id` is the left one."""


Step = Literal["undo", "redo"]


@dataclass(frozen=True, slots=True)
class SentAction:
    """What a curator sends at a time: decisions that one undo takes back, or a step in place of them."""

    seen: Mapping[str, Any]
    """What the curator was shown."""
    decisions: tuple[Decision, ...] = ()
    step: Step | None = None
    sent_as: str | None = None
    """An id that the sender made up: what was kept under it is not kept again."""
    of: str | None = None
    """Of a step: the `sent_as` of the action that is meant."""


@dataclass(frozen=True, slots=True)
class Review:
    """One thing that a curator said: an event of the log, which nothing changes."""

    id: int
    batch: int
    """The id of the first event of its action."""
    at: str
    """ISO 8601, UTC, to the millisecond."""
    curator: str
    kind: str
    """The kind of a Decision, or undo or redo."""
    asset_id: int | None
    other_id: int | None
    value: str | int | bool | None
    seen: Mapping[str, Any] = field(default_factory=dict)
    """What the curator was shown: JSON values."""
    undoes: int | None = None
    """The batch that an undo takes back, or a redo brings back."""


@dataclass(frozen=True)
class LearnedPreference:
    """A linear head that votes taught: score = (vector, colour) . weight + bias."""

    name: str
    """The metric of its scores: learned-preference, or learned-preference:NAME of one curator."""
    encoder: str
    """The model whose unit vectors it takes."""
    weight: npt.NDArray[np.float64]
    """(d + 14,), or (d,) of one that was learned before colour was looked at."""
    bias: float
    report: Mapping[str, Any]
    """What votes showed of it: JSON values."""

    @property
    def sha256(self) -> str:
        """Identity: the hash of encoder, weights and bias."""
        numbers = np.append(self.weight, self.bias).astype("<f8").tobytes()
        return sha256_hex(self.encoder.encode() + b"\0" + numbers)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the review room that `curator` gave a name; `query` is its address."""

    name: str
    query: str
    curator: str
