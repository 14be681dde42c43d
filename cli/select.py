"""collection select"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from collection.errors import UsageError

from . import rank
from .deciding import SEEN, As
from .render import Outcome, amount
from .session import DryRun, Json, Session, reading, working


def left(session: Session) -> int:
    """Images to choose: all of the supply if anything changed since the last choice."""
    from collection.curate.select import pending

    project = session.project
    return project.config.supply if rank.left(session) else pending(project.store, project.wish)


def work(session: Session) -> Outcome:
    """Choose, unless nothing changed."""
    from collection.curate.select import select

    project = session.project
    if rank.left(session):
        rank.work(session)
    if not left(session):
        report = project.store.stage_report("select")
        line = f"nothing to do: {report['selected']} of {report['eligible']} are chosen"
        return _outcome(line, report)
    result = select(project.store, project.wish)
    line = f"{result.selected} of {result.eligible}, mean percentile {result.mean_score:.0f}"
    line += f"; {result.barred} barred by their flags" if result.barred else ""
    if project.ranking_metrics != project.stock_metrics:
        line += f" by {' and '.join(project.ranking_metrics)}"
    return _outcome(line, project.store.stage_report("select"))


def _outcome(line: str, report: dict[str, Any]) -> Outcome:
    short = int(report["supply"] - report["selected"])
    hint = f"{amount(short, 'token')} without an image: `collection refill` plans more, then run again"
    return Outcome("select", line, report, complete=not short, hint=hint if short else None)


def decide(
    session: Session,
    curator: str,
    swapped: tuple[int, int] | None,
    lock: list[int],
    reject: list[int],
    free: list[int],
) -> None:
    """Record what a person says of single images."""
    from collection.curate import choices

    store, wish = session.project.store, session.project.wish
    if swapped and (lock or reject or free):
        raise UsageError("--swap does not go with --lock, --reject or --free", "one after the other")
    if swapped:
        choices.swap(store, wish, *swapped, curator=curator, seen=SEEN)
    else:
        choices.decide(store, wish, locked=lock, rejected=reject, freed=free, curator=curator, seen=SEEN)


def explain(session: Session, token: int | None, image: int | None) -> None:
    """Say why a token's image, or any image, was chosen or not."""
    from collection.curate.reasons import why

    project = session.project
    if token is not None:
        found = {item.token_id: item.asset.id for item in project.store.tokens()}
        if token not in found:
            known = f"the tokens are 1 to {len(found)}" if found else "nothing is frozen yet: collection freeze"
            raise UsageError(f"there is no token {token}", f"{known}; --why-image asks by the image's number")
        image = found[token]
    assert image is not None
    reason, flags = why(project.store, image, project.wish), project.flags.get(image, {})
    said = "".join(f"; flagged {flag} ({defect})" for flag, defect in flags.items() if f"flagged {flag}" not in reason)
    session.screen.line(f"{image:04d}", reason + said)
    session.screen.object({"token": token, "image": image, "why": reason, "flags": flags})


def command(
    context: typer.Context,
    why: Annotated[int | None, typer.Option(metavar="TOKEN", help="Say why this token's image was chosen.")] = None,
    why_image: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="Say why this image was chosen, or why not.")
    ] = None,
    lock: Annotated[
        list[int] | None, typer.Option(metavar="IMAGE", help="Have this image in the set whatever its score.")
    ] = None,
    reject: Annotated[list[int] | None, typer.Option(metavar="IMAGE", help="Keep this image out of the set.")] = None,
    free: Annotated[
        list[int] | None, typer.Option(metavar="IMAGE", help="Take back what was said of this image.")
    ] = None,
    swap: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="CHOSEN OTHER", help="Reject a chosen image and lock another of its kind."),
    ] = None,
    curator: As = "curator",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Choose good images that are unlike each other and no duplicates, one for each token."""
    if why is not None or why_image is not None:
        with reading(context, as_json) as session:
            return explain(session, why, why_image)
    decided = bool(lock or reject or free or swap)
    if decided and dry_run:
        raise UsageError("--dry-run does not go with --lock, --reject, --free or --swap", "leave one of them away")
    with working(context, as_json, dry_run) as session:
        if decided:
            decide(session, curator, swap, lock or [], reject or [], free or [])
        if dry_run:
            count = left(session)
            return session.pending("select", count, f"a choice of {amount(count, 'image')}")
        return session.end(work(session))
