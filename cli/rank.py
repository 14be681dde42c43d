"""collection rank"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer

from collection.errors import UsageError
from collection.values import amount

from .chosen import Images, chosen
from .deciding import SEEN, As, Redo, Undo, stepped
from .render import Outcome
from .session import DryRun, Json, Session, working

if TYPE_CHECKING:
    from collection.curate.reviews.pairwise import Outlook
    from collection.curate.selection.vote_ranking import VoteRanking

DOUBT = 0.05
"""The share of the choice that may be wrong when there is no need to ask on."""


def left(session: Session) -> bool:
    """Whether comparisons say other than when they were last counted."""
    from collection.curate.selection.vote_ranking import pending

    return pending(session.project.store, session.project.stock_wish)


def work(session: Session) -> VoteRanking:
    """Fit the comparisons."""
    from collection.curate.selection.vote_ranking import rank_by_votes

    return rank_by_votes(session.project.store, session.project.stock_wish)


def outcome(found: VoteRanking) -> Outcome:
    """What comparisons say, in a line, and whether to ask on."""
    strengths, keep = found.strengths, found.keep
    outlook = strengths.outlook(keep, found.votes, DOUBT)
    told = bool(found.votes) and strengths.told
    report: dict[str, Any] = {
        "votes": found.votes, "told": told, "evidence": strengths.evidence, "keep": keep,
        "outlook": outlook.as_json(),
    }  # fmt: skip
    if not found.votes:
        hint = "compare images in `collection review`, or here: collection rank WINNER LOSER"
        return Outcome("rank", "nobody has compared any images yet", report, hint=hint)
    ranks = "they rank the images" if told else "too few to rank by: the scores still do"
    line = f"{amount(found.votes, 'comparison')}, {ranks}; {outlook.doubt:.0%} of the choice in doubt, {_more(outlook)}"
    return Outcome("rank", line, report)


def _more(outlook: Outlook) -> str:
    """What asking on would bring."""
    if outlook.settled:
        return "no need to ask on"
    return f"about {outlook.then:.0%} after {amount(outlook.votes, 'more vote')}"


def table(session: Session, found: VoteRanking, most: int) -> list[dict[str, Any]]:
    """Show the best images with where their strengths lie; returns all of them."""
    strengths = found.strengths
    ends = strengths.intervals().tolist()
    rows = [
        {"image": found.ranked[row].asset.id, "strength": float(strengths.values[row]), "interval": ends[row]}
        for row in strengths.order
    ]
    shown = [
        [f"{place}", f"{row['image']:04d}", f"{row['strength']:.2f}", f"{low:.2f} to {high:.2f}"]
        for place, row in enumerate(rows[:most], 1)
        for low, high in [row["interval"]]
    ]
    if shown and not session.screen.as_json:
        session.screen.table(["rank", "image", "strength", "95 % interval"], shown)
    return rows


def compare(session: Session, curator: str, words: list[str]) -> None:
    """Record that each image is better than the one after it."""
    from collection.curate.reviews.log import record
    from collection.store.records import Decision

    order = chosen(session, words)
    if len(order) < 2:
        raise UsageError("an order is of two images or more", "collection rank WINNER LOSER")
    pairs = [Decision("pair", one, "left", other) for one, other in pairwise(order)]
    record(session.project.store, curator, pairs, seen=SEEN)


def command(
    context: typer.Context,
    images: Images = None,
    curator: As = "curator",
    take_back: Undo = False,
    bring_back: Redo = False,
    most: Annotated[int, typer.Option("--most", min=0, metavar="N", help="Rows of the table.")] = 20,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Rank images by comparisons of two, around what their scores expect; images given are an order, best first."""
    with working(context, as_json, dry_run) as session:
        if stepped(session, "rank", curator, images, take_back, bring_back):
            return None
        if dry_run:
            if images:
                raise UsageError("--dry-run does not go with an order", "leave one of them away")
            count = int(left(session))
            return session.pending("rank", count, "a fit of the comparisons")
        if images:
            compare(session, curator, images)
        found = work(session)
        rows, result = table(session, found, most if found.votes else 0), outcome(found)
        session.screen.outcome(result)
        return session.screen.object({**result.as_json(), "ranking": rows})
