"""collection pick"""

from __future__ import annotations

from .deciding import verdict_command

command = verdict_command(
    "pick",
    """Flag images as picks.

    A pick enters the set before all other images that could fill the same place.
    """,
)
