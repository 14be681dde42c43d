"""collection lock"""

from __future__ import annotations

from .deciding import verdict_command

command = verdict_command(
    "lock", "Have images in the set whatever their scores and flags, until somebody takes the lock off."
)
