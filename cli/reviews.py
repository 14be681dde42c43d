"""collection reviews"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.values import amount

from .render import Outcome
from .session import Json, Session, reading

if TYPE_CHECKING:
    from collection.curate.reviews.agreement import Agreement

MOST = 12
"""Contested images that are shown."""


def export(session: Session, path: Path) -> None:
    """Write the log to a file."""
    from collection.curate.reviews.audit import write_audit

    audit = write_audit(path, session.project.store)
    line = f"{amount(audit.events, 'event')} in {path}, sealed {audit.sha256[:16]}..."
    session.end(Outcome("reviews", line, {"file": str(path), "events": audit.events, "sha256": audit.sha256}))


def check(session: Session, path: Path) -> None:
    """Check a file that was exported."""
    from collection.curate.reviews.audit import check_audit

    audit = check_audit(path)
    line = f"{path} is whole: {amount(audit.events, 'event')}, sealed {audit.sha256[:16]}..."
    session.end(Outcome("reviews", line, {"file": str(path), "events": audit.events, "sha256": audit.sha256}))


def summary(session: Session) -> None:
    """Show how the images stand, and how far curators agree."""
    from collection.curate.reviews.agreement import agreement, contested
    from collection.curate.reviews.log import standings

    store, screen = session.project.store, session.screen
    said = standings(store)
    flags = [standing.flag for standing in said.values()]
    curators = sorted({name for standing in said.values() for name in standing.curators})
    queue, found = contested(said), agreement(store)
    line = (
        f"{amount(store.last_review(), 'event')} of {', '.join(curators) or 'nobody'}: {flags.count('pick')} picked, "
        f"{flags.count('reject')} rejected, {sum(s.locked for s in said.values())} locked, {len(queue)} contested"
    )
    screen.line("reviews", line)
    measured = {"flags": found.flags, "stars": found.stars, "comparisons": found.comparisons}
    for name, agreed in measured.items():
        if agreed.alpha is not None:
            screen.line("", f"{name}: {_in_words(agreed)}")
    for curator, again in sorted(found.repeats.items()):
        screen.line("", f"{curator} said the same again {again.equal} times of {again.asked}")
    for standing in queue[:MOST]:
        votes = ", ".join(f"{name} {flag}" for name, flag in standing.flags.items())
        screen.line(f"{standing.asset_id:04d}", f"contested: {votes or dict(standing.stars)}")
    screen.object(
        {
            "events": store.last_review(),
            "images": [standing.as_json() for standing in said.values()],
            "contested": [standing.asset_id for standing in queue],
            "agreement": {name: _numbers(agreed) for name, agreed in measured.items()},
            "repeats": {name: {"equal": r.equal, "asked": r.asked} for name, r in found.repeats.items()},
        }
    )


def _in_words(agreed: Agreement) -> str:
    ends = f" ({agreed.interval[0]:.2f} to {agreed.interval[1]:.2f})" if agreed.interval else ""
    return (
        f"Krippendorff's alpha {agreed.alpha:.2f}{ends} on {agreed.units}; "
        f"two curators say the same {agreed.consistency or 0:.0%} of the time"
    )


def _numbers(agreed: Agreement) -> dict[str, Any]:
    return {
        "alpha": agreed.alpha, "interval": agreed.interval, "units": agreed.units, "consistency": agreed.consistency,
    }  # fmt: skip


def command(
    context: typer.Context,
    export_to: Annotated[
        Path | None,
        typer.Option(
            "--export", dir_okay=False, metavar="FILE", help="Write every event, chained by hashes, as JSON Lines."
        ),
    ] = None,
    check_of: Annotated[
        Path | None,
        typer.Option("--check", dir_okay=False, exists=True, metavar="FILE", help="Check the chain of such a file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what curators decided and how far they agree."""
    with reading(context, as_json) as session:
        if check_of:
            return check(session, check_of)
        if export_to:
            return export(session, export_to)
        return summary(session)
