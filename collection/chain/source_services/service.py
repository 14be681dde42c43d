"""The seam of services that publish sources: what they are given, what they answer, and how they are opened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from collection.chain.compiled import Artifact
from collection.errors import ChainError
from collection.transport import Answer, RequestError


@dataclass(frozen=True, slots=True)
class Subject:
    """A deployed contract whose source is to be published."""

    chain_id: int
    address: str
    compiled: Artifact
    tx_hash: str | None
    """The transaction that created it; None: not on record."""
    arguments: str | None
    """What its constructor was told, ABI-encoded hex without 0x; None: the transaction does not tell."""


class State(StrEnum):
    """How far a service is with a contract."""

    VERIFIED = "verified"
    """The source compiles to the code at the address, and is shown there."""
    PENDING = "pending"
    """A request is at the service, which has not decided yet."""
    EARLY = "early"
    """The service does not see the contract yet; nothing is kept of the request."""
    UNKNOWN = "unknown"
    """The service knows no such request."""
    REFUSED = "refused"
    """The source was not accepted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a service answers of a contract."""

    state: State
    told: str = ""
    """Its words: how close the match is, or why it refused."""
    ticket: str = ""
    """The request's name at the service, where it was just made."""


class SourceService(Protocol):
    """A service that publishes sources. Its methods raise ChainError, which names it, where it cannot be asked."""

    @property
    def name(self) -> str:
        """What people and the records call it: sourcify; with its address where it is not the public one."""
        ...

    def verified(self, subject: Subject) -> Verdict | None:
        """What the service shows of this contract already; None: no source yet."""
        ...

    def send(self, subject: Subject) -> Verdict:
        """Hand over the source: a verdict with a ticket, or a final one."""
        ...

    def look(self, subject: Subject, ticket: str) -> Verdict:
        """How far a request is."""
        ...

    def page(self, subject: Subject) -> str:
        """Where people read the source."""
        ...

    def wait(self, seconds: float) -> None:
        """Let time pass before the next look."""
        ...


@contextmanager
def named_errors(name: str, secret: str = "") -> Iterator[None]:
    """Inside, a request that failed is a ChainError that names the service and shows no `secret`."""
    try:
        yield
    except RequestError as error:
        message = f"{name}: {error.message}"
        raise ChainError(
            message.replace(secret, "***") if secret else message,
            error.hint or "run the same command again: it goes on where it was",
        ) from None if secret else error


def json_object(name: str, answer: Answer) -> dict[str, Any]:
    """The object that a service answered; raises ChainError for anything else."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ChainError(f"{name} replies with no JSON object", "is --at the address of its API?")
    return found


def words(text: Any) -> str:
    """What a service says, in one line that a terminal can show; at most 300 characters."""
    line = " ".join(str(text).split())
    return "".join(letter for letter in line if letter.isprintable())[:300]
