"""Findings of verify: the differences between the expected state and the world, and the report of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between the expected state and the world."""

    token_id: int | None
    """None: the contract or a storage as a whole."""
    what: str
    """address, code, owner, name, symbol, supply, provenance, royalties, splitter, sale, validator, frozen, uri,
    receipt, metadata, image, animations, words, thumbnails, rendering, marks, proof or storage."""
    why: str

    @property
    def subject(self) -> str:
        """The token, contract or storage that differs, in words."""
        if self.token_id is not None:
            return f"token {self.token_id}"
        return "storage" if self.what == "storage" else "contract"

    @property
    def told(self) -> str:
        """What differs and why, in words to stand after the subject."""
        return self.why if self.what == self.subject else f"{self.what}: {self.why}"

    @property
    def subject_of_editions(self) -> str:
        """The image or contract of copies that differs, in words."""
        return "editions" if self.token_id is None else f"copies of image {self.token_id}"


NAMED = 10
"""Burned tokens that are named one by one; of more, the rest is counted."""


def burned_note(numbers: Sequence[int]) -> str:
    """That some tokens were burned, in words."""
    named, rest = ", ".join(map(str, numbers[:NAMED])), len(numbers) - NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return f"burned by their holders: {'token' if len(numbers) == 1 else 'tokens'} {named}{more}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """The result of one run: how many tokens were proven, and every difference."""

    tokens: int
    proven: int
    rerendered: int
    """Tokens of the sample that came out alike."""
    not_reproducible: int
    """Tokens whose recipes cannot be rendered again, because their generator says so. None of them is sampled."""
    sources: tuple[str, ...]
    """Names of the storages that the content was read from."""
    findings: tuple[Finding, ...]
    metadata_frozen: bool
    """Whether nobody can move the metadata any more."""
    marks: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Of each kind of mark, in how many pictures it was found, and in how many it was looked for."""
    signer: str | None = None
    """The account that signed the manifest of the proof; None where nobody did."""
    unsold: int = 0
    """Tokens that the sale of the set has still to sell; none of them is proven."""
    burned: tuple[int, ...] = ()
    """Tokens that their holders burned: they exist no more, so none of them is proven."""
