"""Secrets, which stand in the environment and nowhere else."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from collection.errors import UnavailableError, UsageError


@dataclass(frozen=True, slots=True)
class Secret:
    """The name of the environment variable that holds a secret; its text is never kept, shown or written."""

    variable: str

    @classmethod
    def named(cls, text: str) -> Secret:
        """The secret of "env:NAME"; UsageError for anything else, which is not repeated: it may be the secret."""
        match = re.fullmatch(r"env:([A-Za-z_][A-Za-z0-9_]*)", text)
        if match is None:
            raise UsageError(
                "a secret does not stand in a file: name the environment variable that holds it",
                "write env:NAME, then export NAME=... in the shell",
            )
        return cls(match[1])

    def read(self) -> str:
        """The secret; UnavailableError where the variable is not set or cannot stand in a header."""
        text = os.environ.get(self.variable, "").strip()
        if not text:
            raise UnavailableError(
                f"the environment variable {self.variable} is not set", f"export {self.variable}=..., then run again"
            )
        if not (text.isascii() and text.isprintable()):
            raise UnavailableError(
                f"the environment variable {self.variable} holds letters that no header can carry",
                f"copy the secret again, export {self.variable}=..., then run again",
            )
        return text
