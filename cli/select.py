"""collection select"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import UsageError
from collection.values import amount

from . import rank
from .deciding import SEEN, As, named
from .render import Outcome, Screen
from .session import DryRun, Json, Session, reading, working

if TYPE_CHECKING:
    from collection.curate.selection.criteria import Wish
    from collection.curate.selection.diverse import Coverage
    from collection.curate.selection.statistics import Rarity


def left(session: Session) -> int:
    """Images to choose: all of the supply if anything changed since the last choice."""
    from collection.curate.selection.select import pending

    project = session.project
    return project.config.supply if rank.left(session) else pending(project.store, project.wish)


def work(session: Session) -> Outcome:
    """Choose, unless nothing changed."""
    from collection.curate.selection.select import select

    project = session.project
    if rank.left(session):
        rank.work(session)
    if not left(session):
        report = project.store.stage_report("select")
        line = f"nothing to do: {report['selected']} of {report['eligible']} are chosen"
        return _outcome(line, report)
    result = select(project.store, project.wish)
    line = f"{result.selected} of {result.eligible}, mean percentile {result.mean_score:.0f}"
    line += "".join(f"; {has} of {tokens} by {artist}" for artist, (tokens, has) in result.artists.items())
    line += f"; {result.barred} barred by their flags" if result.barred else ""
    if project.ranking_metrics != project.stock_metrics:
        line += f" by {' and '.join(project.ranking_metrics)}"
    return _outcome(line, project.store.stage_report("select"))


def _outcome(line: str, report: dict[str, Any]) -> Outcome:
    short = int(report["supply"] - report["selected"])
    hint = f"{amount(short, 'token')} without an image: `collection refill` plans more, then run again"
    return Outcome("select", line, report, complete=not short, hint=hint if short else None)


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says before the set is chosen."""

    curator: str
    lock: list[int]
    reject: list[int]
    free: list[int]
    swap: tuple[int, int] | None
    diversity: float | None

    def __bool__(self) -> bool:
        return bool(self.lock or self.reject or self.free or self.swap) or self.diversity is not None


def decide(session: Session, said: Said) -> None:
    """Record it, and keep the diversity for every later choice."""
    from collection.curate.selection import choices

    project = session.project
    if said.swap:
        choices.swap(project.store, project.wish, *said.swap, curator=said.curator, seen=SEEN)
    else:
        choices.decide(
            project.store, project.wish, locked=said.lock, rejected=said.reject, freed=said.free,
            curator=said.curator, seen=SEEN,
        )  # fmt: skip
    if said.diversity is not None:
        project.store.set_diversity(said.diversity, project.config.select.diversity)


def wish_after(session: Session, said: Said) -> Wish:
    """What the set would have to be then; nothing is recorded."""
    from collection.curate.selection import choices

    store, wish = session.project.store, session.project.wish
    lock, reject = said.lock, said.reject
    if said.swap:
        choices.refuse_swap(store, wish, *said.swap)
        reject, lock = [said.swap[0]], [said.swap[1]]
    changed = choices.after(store, wish, locked=lock, rejected=reject, freed=said.free, curator=said.curator)
    return changed if said.diversity is None else replace(changed, diversity=said.diversity)


def preview(session: Session, said: Said) -> None:
    """Show what the choice would change in the written set; nothing is written."""
    from collection.curate.selection.candidates import candidates_of
    from collection.curate.selection.select import propose, standing_of
    from collection.curate.selection.statistics import moves

    store, wish = session.project.store, session.project.wish
    wished = wish_after(session, said)
    candidates, written = candidates_of(store, wished), {item.asset_id for item in store.selection()}
    proposal = propose(candidates, wished, costs=False)
    moved, then = moves(candidates, proposal, written), proposal.report
    now_mean, now_coverage = standing_of(candidates, wish, written)
    sets = [(len(written), now_mean, now_coverage), (then.selected, then.mean_score, then.coverage)]
    if rank.left(session):
        session.screen.note("comparisons were made since they were last counted: `collection rank`, then look again")
    session.screen.line(
        "preview", f"{amount(len(moved.added), 'image')} in, {len(moved.removed)} out; nothing is written"
    )
    for word, numbers in (("in", moved.added), ("out", moved.removed)):
        if numbers:
            session.screen.line(word, named(numbers))
    _show_sets(session.screen, sets, moved.changed)
    session.screen.object({
        "stage": "preview", "added": moved.added, "removed": moved.removed,
        **{
            name: {"selected": count, "mean_score": level, "coverage": asdict(reach) if reach else None}
            for name, (count, level, reach) in zip(("now", "then"), sets, strict=True)
        },
        "supply": then.supply,
        "rarity": [
            {"trait": item.trait, "value": item.value, "now": item.before, "then": item.count} for item in moved.changed
        ],
    })  # fmt: skip


def _show_sets(screen: Screen, sets: Sequence[tuple[int, float, Coverage | None]], changed: Sequence[Rarity]) -> None:
    """Two sets side by side, now and then: how good they are, and the trait values in which they differ."""
    reaches = [reach for _, _, reach in sets]
    screen.table(
        ["", "now", "then"],
        [
            ["images", *(str(count) for count, _, _ in sets)],
            ["mean percentile", *(f"{level:.1f}" if count else "" for count, level, _ in sets)],
            ["mean distance to the nearest chosen", *(f"{reach.mean:.3f}" if reach else "" for reach in reaches)],
            ["farthest from any chosen", *(f"{reach.farthest:.3f}" if reach else "" for reach in reaches)],
            *([f"{item.trait} {item.value}", str(item.before), str(item.count)] for item in changed),
        ],
    )


def explain(session: Session, token: int | None, image: int | None) -> None:
    """Say why a token's image, or any image, was chosen or not."""
    from collection.curate.selection.reasons import why

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
    diversity: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Weigh likeness so from now on: 0 best scores only, 1 most different only."),
    ] = None,
    look: Annotated[
        bool, typer.Option("--preview", help="Show what would come in, go out and grow rarer; write nothing.")
    ] = False,
    curator: As = "curator",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Choose good images that are unlike each other and no duplicates, one for each token."""
    if why is not None or why_image is not None:
        with reading(context, as_json) as session:
            return explain(session, why, why_image)
    said = Said(curator, lock or [], reject or [], free or [], swap, diversity)
    if swap and (lock or reject or free):
        raise UsageError("--swap does not go with --lock, --reject or --free", "one after the other")
    if look:
        with reading(context, as_json) as session:
            return preview(session, said)
    if said and dry_run:
        raise UsageError("--dry-run records nothing that you say of the set", "--preview shows what it would change")
    with working(context, as_json, dry_run) as session:
        if said:
            decide(session, said)
        if dry_run:
            count = left(session)
            return session.pending("select", count, f"a choice of {amount(count, 'image')}")
        return session.end(work(session))
