"""What verify finds: one thing that is not as it should be, and the report of all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    token_id: int | None
    """None: the contract or a storage as a whole."""
    what: str
    """address, code, owner, name, symbol, supply, provenance, royalties, uri, receipt, metadata, image, rendering or
    storage."""
    why: str

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        if self.token_id is not None:
            return f"token {self.token_id}"
        return "storage" if self.what == "storage" else "contract"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was proven and what was not."""

    tokens: int
    proven: int
    rerendered: int
    """Tokens of the sample that came out alike."""
    sources: tuple[str, ...]
    """Names of the storages that the content was read from."""
    findings: tuple[Finding, ...]
