"""Which token contract a set gets: the bare one, or the one that can do what the project asks for, and nothing more."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from collection.chain.addresses import checksummed
from collection.chain.compiled import Artifact, artifact
from collection.chain.connection import Chain
from collection.chain.reveal import CONTRACT as REVEAL_TOKEN
from collection.chain.reveal import Hiding
from collection.errors import ChainError


@dataclass(frozen=True, slots=True)
class TokenKind:
    """What the contract of a set can do beyond a bare token. A set that hides something can do nothing else."""

    hiding: Hiding | None = None
    """What is hidden until a reveal; None: nothing is."""
    burnable: bool = False
    """Whether holders may burn their tokens."""
    validator: str | None = None
    """Address of the contract that is asked before each transfer; None: none is."""

    @property
    def artifact(self) -> Artifact:
        """The compiled contract."""
        if self.hiding:
            return artifact(REVEAL_TOKEN)
        named = ("Burnable" if self.burnable else "") + ("Validated" if self.validator else "")
        return artifact(f"{named or 'Collection'}Token")

    def arguments(self) -> list[Any]:
        """What its constructor is told after the settings."""
        told: list[Any] = [self.hiding.as_argument()] if self.hiding else []
        return [*told, *([checksummed(self.validator)] if self.validator else [])]

    def recorded(self) -> dict[str, Any]:
        """What the records of a deployment keep of it, beside the settings; the artifact says the rest."""
        hidden = asdict(self.hiding) if self.hiding else {}
        return {**hidden, **({"transfer_validator": checksummed(self.validator)} if self.validator else {})}


BARE = TokenKind()
"""A token that can be minted, moved and sold, and nothing else."""


def missing_validator(chain: Chain, kind: TokenKind) -> str | None:
    """That there is no contract at the address of the validator, in words; None: there is one, or none is wanted.

    Every transfer would fail. Raises ChainError for that, but on a chain of this machine, where a launch is tried.
    """
    if kind.validator is None or chain.has_code(kind.validator):
        return None
    why = f"chain.transfer_validator: there is no contract at {kind.validator} on {chain.network.name}"
    if not chain.network.is_development:
        raise ChainError(f"{why}: every transfer would fail", "correct it in collection.toml, or leave it out")
    return f"{why}: until one is there or another is named, every transfer fails"
