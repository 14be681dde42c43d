"""collection reviews"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import label

from ..session import Json, Session, opened

if TYPE_CHECKING:
    from collection.curate.reviews.agreement import Agreement

MOST = 12
"""The most contested images that are shown."""


def summary(session: Session) -> None:
    """Show what curators decided and how far they agree."""
    from collection.stages.reviews import summary_of

    found, screen = summary_of(session.project), session.screen
    screen.line("reviews", found.line)
    for name, agreed in found.measured.items():
        if agreed.alpha is not None:
            screen.line("", f"{name}: {_in_words(agreed)}")
    for curator, again in sorted(found.agreement.repeats.items()):
        screen.line("", f"{curator} repeated the same answer {again.equal} of {again.asked} times")
    for review_state in found.contested[:MOST]:
        votes = ", ".join(f"{name} {flag}" for name, flag in review_state.flags.items())
        screen.line(label(review_state.asset_id), f"contested: {votes or dict(review_state.stars)}")
    screen.object(found.as_json())


def _in_words(agreed: Agreement) -> str:
    ends = f" ({agreed.interval[0]:.2f} to {agreed.interval[1]:.2f})" if agreed.interval else ""
    return (
        f"Krippendorff's alpha {agreed.alpha:.2f}{ends} on {agreed.units}; "
        f"two curators agree {agreed.consistency or 0:.0%} of the time"
    )


def command(
    context: typer.Context,
    export_to: Annotated[
        Path | None,
        typer.Option(
            "--export", dir_okay=False, metavar="FILE", help="Write all review events as JSON Lines, chained by hashes."
        ),
    ] = None,
    check_of: Annotated[
        Path | None,
        typer.Option(
            "--check", dir_okay=False, exists=True, metavar="FILE", help="Check the hash chain of an exported file."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what curators decided and how far they agree."""
    from collection.stages.reviews import check_log, export_log

    with opened(context, as_json) as session:
        if check_of:
            return session.show(check_log(check_of))
        if export_to:
            return session.show(export_log(session.project, export_to))
        return summary(session)
