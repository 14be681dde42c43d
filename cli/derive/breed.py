"""collection breed"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, opened


def command(
    context: typer.Context,
    first: Annotated[
        int, typer.Argument(metavar="A", min=1, help="The number of the first parent.", show_default=False)
    ],
    second: Annotated[
        int, typer.Argument(metavar="B", min=1, help="The number of the second parent.", show_default=False)
    ],
    children: Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="Plan N children.")] = 4,
    mutation: Annotated[float, typer.Option(min=0, max=1, metavar="P", help="Probability that a gene mutates.")] = 0.1,
    immigration: Annotated[
        float,
        typer.Option("--immigration", min=0, max=1, metavar="P", help="Probability that another image replaces B."),
    ] = 0.2,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Plan children of two images by crossing their recipes.

    A child takes seed, prompt, traits, style weights and options from its parents.
    """
    from collection.stages.derive import BreedStage

    with opened(context, as_json) as session:
        session.do(BreedStage(first, second, children, mutation, immigration), dry_run)
