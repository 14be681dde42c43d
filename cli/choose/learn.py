"""collection learn"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import DryRun, Json, one_numpy_thread, opened

Curator = Annotated[
    str | None, typer.Option("--curator", metavar="NAME", help="Use the votes of this curator. Default: of all.")
]


def command(context: typer.Context, curator: Curator = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Learn a preference from votes and score images by it.

    Picks, rejections, stars and comparisons are votes. The preference ranks the images if it predicts held-out votes
    better than the other scores.
    """
    one_numpy_thread()
    from collection.stages.learn import LearnPreferenceStage

    with opened(context, as_json) as session:
        session.do(LearnPreferenceStage(curator), dry_run)
