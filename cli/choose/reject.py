"""collection reject"""

from __future__ import annotations

from .deciding import verdict_command

command = verdict_command(
    "reject", "Flag images as rejected: they are not in the set if most who flag them say so. Lifts a lock."
)
