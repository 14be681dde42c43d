"""collection reject"""

from __future__ import annotations

from .deciding import verdict_command

command = verdict_command(
    "reject",
    """Flag images as rejected.

    An image stays out of the set if most curators who flagged it rejected it. Rejecting removes a lock.
    """,
)
