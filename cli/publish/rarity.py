"""collection rarity"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import Json, opened

Token = Annotated[
    int | None, typer.Option("--token", min=1, metavar="N", help="Explain the rank of one token, trait by trait.")
]
Without = Annotated[
    list[int] | None,
    typer.Option("--without", min=1, metavar="N", help="Show how ranks move if token N leaves. May be repeated."),
]


def command(context: typer.Context, token: Token = None, without: Without = None, as_json: Json = False) -> None:
    """Rank the tokens by rarity, by OpenRarity's method.

    Before the set is frozen, the selected images are ranked, by their numbers. Scores of the judges do not count.
    """
    from collection.stages.rarity import moves, rarity_of

    with opened(context, as_json) as session:
        table, screen = rarity_of(session.project, without or ()), session.screen
        if token is not None:
            found, report = table.explained(token)
            rows = [
                [part.name, part.value, f"{part.count:,}", f"{part.share:.2%}", f"{part.bits:.3f}"]
                for part in found.traits
            ]
            header = ["trait", "value", f"{table.noun}s", "share", "bits"]
        elif without:
            found_moves, report = moves(rarity_of(session.project), table), table.report
            rows = [[table.name(move.number), f"{move.before:,}", f"{move.after:,}"] for move in found_moves]
            header = [table.noun, "rank before", "rank after"]
        else:
            report = table.report
            header = ["rank", table.noun, "image", "score", "unique", "rarity score", "statistical"]
            rows = [
                [
                    f"{item.rank:,}", table.name(item.token_id), f"{table.images[item.token_id]:04d}",
                    f"{item.score:.4f}", str(item.unique), f"{item.rarity_score:.2f}", f"{item.statistical:.2e}",
                ]
                for item in table.rarity.tokens
            ]  # fmt: skip
        if rows and not as_json:
            screen.table(header, rows)
        session.show(report)
