"""What the store hands out of judging: vectors, scores, fingerprints and duplicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from collection.values import label


@dataclass(frozen=True, slots=True)
class Embedding:
    """One unit vector, (d,), of one picture by one model."""

    file_sha256: str
    model: str
    vector: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Score:
    """One number of one picture: which metric, by which model."""

    file_sha256: str
    metric: str
    model: str
    value: float
    percentile: float | None = None
    """Where it stands among the scores of its kind, 0 to 100 (store/percentiles.py); None until that is known."""


@dataclass(frozen=True, slots=True)
class SetScores:
    """One metric of many pictures: `values` (n,) of the pictures `files` (n file hashes)."""

    metric: str
    model: str
    files: Sequence[str]
    values: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The reference picture, in words, that is most like a picture, and the cosine of the two."""

    file_sha256: str
    reference: str
    cosine: float


class Look(NamedTuple):
    """What is known of a picture for a second look; judge/duplicates/look.py defines it."""

    width: int
    height: int
    """Pixels of the picture itself."""
    box: tuple[int, int, int, int]
    """Left, top, right and bottom of what a plain border surrounds."""
    rich: bool
    """Whether what its border surrounds holds so much that another light or a turn cannot make it another picture."""
    drawing: bool = False
    """Whether much of it is plain ground."""
    evidence: float = 0.0
    """How much speaks for its being the original of its copies; see judge/duplicates/originality.py."""

    @property
    def area(self) -> int:
        """Pixels that its plain border surrounds."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


class Fingerprint(NamedTuple):
    """What a picture is recognised by."""

    hashes: tuple[int, ...]
    """Perceptual hashes, 0 to 2**64 - 1: of the picture, of its seven turns and mirror images, and of what its plain
    border surrounds."""
    look: Look | None = None
    """None: written before there was one."""
    small_copy: bytes | None = None
    """The JPEG file of a small square copy, by which pictures are laid over each other."""


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """What was found out about some pictures, to be kept together."""

    scores: Sequence[Score] = ()
    embeddings: Sequence[Embedding] = ()
    fingerprints: Mapping[str, Fingerprint] = field(default_factory=dict)
    """Perceptual hashes by file hash."""


def together(parts: Sequence[ScoredBatch]) -> ScoredBatch:
    """What was found out piece by piece, as one."""
    return ScoredBatch(
        [score for part in parts for score in part.scores],
        [embedding for part in parts for embedding in part.embeddings],
        {file: prints for part in parts for file, prints in part.fingerprints.items()},
    )


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`asset_id` is set aside for `representative_id`, or for a picture elsewhere.

    `why` is bytes or pixels (`distance` 0), phash, mirrored, turned or border (`distance` in bits of 64), cosine
    (`distance` 1 - cosine), or against: then `representative_id` is None, `elsewhere` names the picture in words, and
    `distance` is 1 - cosine.
    """

    asset_id: int
    representative_id: int | None
    why: str
    distance: float
    elsewhere: str = ""

    @property
    def representative(self) -> str:
        """The picture that it was set aside for, as people see it."""
        return self.elsewhere if self.representative_id is None else label(self.representative_id)


@dataclass(frozen=True, slots=True)
class CrossCollectionDuplicate:
    """A picture, by file hash, that is a near-duplicate of `representative` (in words); `distance` is 1 - cosine."""

    file_sha256: str
    representative: str
    distance: float


@dataclass(frozen=True, slots=True)
class Searched:
    """A picture whose neighbours among those searched before it are known."""

    id: int
    file_sha256: str
    radius: float
    """The distance up to which they were looked for."""
    truncated_at: float | None
    """The distance from which on some were left out, because there were too many; None if none was."""


class Neighbour(NamedTuple):
    """Two searched pictures, by id, that are near each other; `a` was searched before `b`."""

    a: int
    b: int
    kind: str
    """phash, mirrored, turned or border (one is near a form of the other), or cosine."""
    distance: float
    """Bits of 64, or 1 - cosine."""
