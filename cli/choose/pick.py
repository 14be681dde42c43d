"""collection pick"""

from __future__ import annotations

from .deciding import verdict_command

command = verdict_command(
    "pick", "Flag images as picks: they come before all others of their kind when the set is chosen."
)
