"""Every error that the library raises on purpose.

CollectionError                 the work failed
├── UsageError                  the command or the request cannot be carried out as it stands
│   ├── NotFoundError           it names an image, a job or a view that does not exist
│   ├── ConfigError             collection.toml is wrong: names file, line, key and value
│   ├── ProjectError            there is no project here, or another version wrote it
│   └── UnknownPluginError      nothing installed has that name: no such generator, encoder, metric or pinner
├── ConflictError               it cannot be done now: something else is at work, or has changed the same thing
│   ├── BlindError              it would show what others said to a curator who has images left to review
│   └── ProjectBusyError        another process is at work in the project
├── UnavailableError            a file, a disk, a device or a service that the work needs is missing or refuses
│   ├── WeightsError            model weights are missing, untrained or not the ones they claim to be
│   └── PluginError             a part that another package adds cannot be used
├── GenerationError             an image could not be made
│   └── OutOfMemoryError        the device cannot hold a batch of that shape
├── ImageError                  a picture file cannot be read
├── NotEnoughVotesError         votes do not support what would be claimed of them
├── PublishError                the set cannot be frozen as it stands
│   └── MetadataError           its metadata cannot be published: names file, token and field of every mistake
├── PinError                    content could not be stored or came back changed
└── ChainError                  the chain refused a call, or cannot be reached
    ├── KeyMissingError         no private key where the configuration says one is
    └── ReplacedError           another transaction of the account took the place of one that was sent

Each carries a message (what is wrong, by name), a hint (the next command to type, or the edit to make) and a kind,
which follows from its class. The command line's exit code and the review room's HTTP status follow from the kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

MOST_TOLD = 20
"""Mistakes of a file that one message tells; more than that are counted."""


class ErrorKind(StrEnum):
    """What went wrong in general: it says who can mend it."""

    USAGE = "usage"
    """The command or the request is wrong: ask for something else."""
    CONFIGURATION = "configuration"
    """collection.toml or the project folder is wrong: edit it."""
    NOT_FOUND = "not_found"
    """What was named does not exist."""
    CONFLICT = "conflict"
    """Something else is at work, or has changed the same thing: look again, then repeat."""
    UNAVAILABLE = "unavailable"
    """A file, disk, device or service that the work needs is missing or refuses."""
    FAILED = "failed"
    """The work itself failed."""

    @property
    def exit_code(self) -> int:
        """2 where the command or the configuration must change, 1 where the work failed."""
        return 2 if self in (ErrorKind.USAGE, ErrorKind.CONFIGURATION, ErrorKind.NOT_FOUND) else 1


class CollectionError(Exception):
    """Base of all. `message` says what is wrong; `hint`, if any, what to do next."""

    kind: ClassVar[ErrorKind] = ErrorKind.FAILED

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    @property
    def exit_code(self) -> int:
        """What a command that ends with this error returns to the shell: 1 or 2."""
        return self.kind.exit_code


class UsageError(CollectionError):
    """The command or the request cannot be carried out as it stands."""

    kind = ErrorKind.USAGE


class NotFoundError(UsageError):
    """What was named (an image, a job, a saved view) does not exist."""

    kind = ErrorKind.NOT_FOUND


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in collection.toml: the message names file, line, key and value; the hint says what to write."""

    message: str
    hint: str | None


class ConfigError(UsageError):
    """collection.toml is wrong: the message names file, line, key and value.

    `problems` are all mistakes that were found, one or more; the message tells them, each with its hint below it.
    """

    kind = ErrorKind.CONFIGURATION

    def __init__(self, message: str, hint: str | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, problems)  # so that it can be sent to another process
        self.problems = problems or (Problem(message, hint),)

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> ConfigError:
        """The error of one mistake or more, in the order they are to be told."""
        if len(problems) == 1:
            return cls(problems[0].message, problems[0].hint, tuple(problems))
        told = [f"{problem.message}\n    {problem.hint}" for problem in problems[:MOST_TOLD]]
        more = len(problems) - MOST_TOLD
        lines = [*told, f"and {more:,} more"] if more > 0 else told
        hint = f"correct all {len(problems):,} mistakes, then type the command again"
        return cls("\n".join(lines), hint, tuple(problems))


class ProjectError(UsageError):
    """There is no project here, or it was written by another version."""

    kind = ErrorKind.CONFIGURATION


class ConflictError(CollectionError):
    """Something else is at work, or has changed the same thing meanwhile."""

    kind = ErrorKind.CONFLICT


class BlindError(ConflictError):
    """It would show what others said to a curator who has images left to review."""

    blind = True

    @classmethod
    def of(cls, told: str) -> BlindError:
        """The error of one who asks for what `told` names."""
        return cls(
            f"{told}, and you have not reviewed all images",
            "a curator may show it all the same, in the views Set and Duel: the log then says so of later votes",
        )


class ProjectBusyError(ConflictError):
    """Another process is at work in the project."""


class LockedError(ConflictError):
    """Another program keeps the database locked: the same may be taken later."""


class UnavailableError(CollectionError):
    """A file, a disk, a device or a service that the work needs is missing or refuses."""

    kind = ErrorKind.UNAVAILABLE


class UnknownPluginError(UsageError):
    """Nothing that is installed has that name: no such generator, encoder, metric or pinner."""


class PluginError(UnavailableError):
    """A part that another package adds cannot be used; the message names the package."""


class GenerationError(CollectionError):
    """An image could not be made."""


class OutOfMemoryError(GenerationError):
    """The device cannot hold a batch of that shape. `batch` is how many images it was asked to make together."""

    def __init__(self, message: str, hint: str | None, batch: int) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, batch)  # so that it can be sent to another process
        self.batch = batch


class WeightsError(UnavailableError):
    """Model weights are missing, untrained, or not the ones they claim to be."""


class ImageError(CollectionError):
    """A picture file cannot be read."""


class CredentialsError(CollectionError):
    """A certificate or its key cannot sign pictures."""


class NotEnoughVotesError(CollectionError):
    """The votes do not support what would be claimed of them."""

    kind = ErrorKind.CONFLICT


class PublishError(CollectionError):
    """The set cannot be frozen as it stands."""


class MetadataError(PublishError):
    """Metadata cannot be published as it stands; `problems` are all mistakes that were found, and the message tells
    the first of many."""

    def __init__(self, message: str, hint: str | None = None, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, problems)  # so that it can be sent to another process
        self.problems = problems or (Problem(message, hint),)

    @classmethod
    def of(cls, found: Sequence[str], hint: str) -> MetadataError:
        """The error of one mistake or more, each in a line."""
        more = len(found) - MOST_TOLD
        lines = [*found[:MOST_TOLD], f"and {more:,} more"] if more > 0 else found
        return cls("\n".join(lines), hint, tuple(Problem(line, hint) for line in found))


class PinError(CollectionError):
    """Content could not be stored, or came back changed."""


class ChainError(CollectionError):
    """The chain refused a call, or cannot be reached."""

    kind = ErrorKind.UNAVAILABLE


class KeyMissingError(ChainError):
    """No private key is where the configuration says one is."""


class ReplacedError(ChainError):
    """Another transaction of the same account took the place of one that was sent: it will never be mined."""
