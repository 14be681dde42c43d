"""Routes to the set as it would be minted."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from collection.curate.palette import palette
from collection.curate.portrait import gauges, rarity
from collection.curate.select import Proposal, Wish, select
from collection.store.thumbnails import SIDES
from collection.web.asking import TheRoom
from collection.web.room import Room

router = APIRouter(prefix="/api")

Diversity = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Choosing(BaseModel):
    """How to choose."""

    model_config = ConfigDict(extra="forbid")
    diversity: Diversity | None = None
    """Kept for every later choice, until collection.toml says something new; absent: as before."""


@router.get("/set")
def proposed(room: TheRoom, diversity: Annotated[Diversity | None, Query()] = None) -> dict[str, Any]:
    """The set as it would be chosen and minted now; nothing is written."""
    now = room.now()
    wish = room.proposals.wish(now, diversity)
    return {**_portrait(room, room.proposals.proposal(now, wish), wish), "version": now.version}


@router.post("/set")
def choose(room: TheRoom, choosing: Choosing) -> dict[str, Any]:
    """Choose the set: what is frozen next is this."""
    with room.project.working():
        if choosing.diversity is not None:
            room.store.set_diversity(choosing.diversity, room.project.config.select.diversity)
        report = select(room.store, room.proposals.wish(room.now()))
    return {"selected": report.selected, "supply": report.supply, "version": room.now().version}


def _portrait(room: Room, proposal: Proposal, wish: Wish) -> dict[str, Any]:
    report = proposal.report
    ids = [item.asset.id for item in proposal.chosen]
    before = {item.asset_id for item in room.store.selection()}
    paths = [room.project.thumbnails.path(item.asset.file_sha256, SIDES[0]) for item in proposal.chosen]
    return {
        "ids": ids,
        "diversity": wish.diversity,
        "supply": report.supply,
        "eligible": report.eligible,
        "complete": report.complete,
        "mean_score": report.mean_score,
        "coverage": asdict(report.coverage) if report.coverage else None,
        "added": [number for number in ids if number not in before],
        "removed": sorted(before - set(ids)),
        "rarity": [asdict(item) for item in rarity(proposal)],
        "quotas": [asdict(item) for item in gauges(proposal, wish)],
        "palette": [{"colour": colour, "share": share} for colour, share in palette(paths)],
    }
