"""collection royalty"""

from __future__ import annotations

import typer

from ..session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """Show who is paid how much of a resale, by the chain.

    The contracts are asked (ERC-2981). What they say was settled when they were deployed, by [royalties] and
    [[artists]], and nobody can change it.
    """
    from collection.stages.royalty import royalty

    with opened(context, as_json) as session:
        session.show(royalty(session.project))
