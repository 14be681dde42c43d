"""Votes: what a curator said of one image, or of two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PairVote:
    """A vote: the image in row `liked` was preferred to that in row `other`."""

    liked: int
    other: int
    curator: str = ""

    @property
    def rows(self) -> tuple[int, ...]:
        """The images that it is about."""
        return self.liked, self.other


@dataclass(frozen=True, slots=True)
class Verdict:
    """A vote: the image in that row was kept, or rejected."""

    row: int
    kept: bool
    curator: str = ""

    @property
    def rows(self) -> tuple[int, ...]:
        """The image that it is about."""
        return (self.row,)


Vote = PairVote | Verdict


def once_each(votes: Sequence[Vote]) -> list[Vote]:
    """The last vote on each image and on each pair."""
    return list({tuple(sorted(vote.rows)): vote for vote in votes}.values())
