"""collection lock"""

from __future__ import annotations

from .deciding import verdict_command

command = verdict_command(
    "lock",
    """Lock images into the set.

    A locked image is in the set, whatever its scores and issues, until a curator removes the lock.
    """,
)
