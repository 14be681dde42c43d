"""Routes to the set as it would be minted."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from collection.curate.selection.criteria import Wish
from collection.curate.selection.palette import palette
from collection.curate.selection.select import Proposal, select
from collection.curate.selection.statistics import gauges, moves
from collection.curate.sheet import PER_PAGE, Cell, Sheet, write_sheet
from collection.errors import UsageError
from collection.store.thumbnails import SIDES
from collection.values import amount
from collection.web.asking import Text, TheRoom
from collection.web.room import Room

router = APIRouter(prefix="/api")

Diversity = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Asked = Annotated[Diversity | None, Query()]
"""The diversity to choose by; absent: as it is kept."""
Asker = Annotated[Text, Query(max_length=40)]
"""Any name of the page that asks: its next question stops the work on the one before."""


class Choosing(BaseModel):
    """How to choose."""

    model_config = ConfigDict(extra="forbid")
    diversity: Diversity | None = None
    """Kept for every later choice, until collection.toml says something new; absent: as before."""


@router.get("/set")
def proposed(request: Request, room: TheRoom, diversity: Asked = None, asker: Asker = "") -> dict[str, Any]:
    """The set as it would be chosen and minted now; nothing is written."""
    now = room.now()
    wish = room.proposals.wish(now, diversity)
    progress = request.app.state.news.choosing(asker)
    found = room.proposals.proposal(now, wish, asker=asker, progress=progress)
    return {**_portrait(room, found, wish), "version": now.version}


@router.get("/set/costs")
def costs(room: TheRoom, diversity: Asked = None, asker: Asker = "") -> dict[str, Any]:
    """What takes longer than the choice: by how much the mean quality of that set would be higher without each of its
    rules, and how far the images are from the nearest chosen one."""
    now = room.now()
    wish = room.proposals.wish(now, diversity)
    report = room.proposals.proposal(now, wish, costs=True, asker=asker).report
    reach = asdict(report.coverage) if report.coverage else None
    return {"costs": dict(report.costs), "coverage": reach, "version": now.version}


@router.get("/sheet", response_class=FileResponse)
def sheet(room: TheRoom, diversity: Asked = None, page: Annotated[int, Query(ge=1, le=100_000)] = 1) -> FileResponse:
    """The contact sheet of that set as a picture, a page of it."""
    now, config = room.now(), room.project.config
    chosen = room.proposals.proposal(now, room.proposals.wish(now, diversity)).chosen
    cells = [Cell(item.asset.label, item.asset.file_sha256) for item in chosen]
    shown = cells[(page - 1) * PER_PAGE : page * PER_PAGE]
    if not shown:
        raise UsageError(f"the contact sheet has no page {page}", "page=1, once there are images to choose")
    what = f"{amount(len(cells), 'image')} as they would be chosen, best first"
    with tempfile.NamedTemporaryFile(suffix=".png", delete=False) as file:
        path = Path(file.name)
    write_sheet(path, Sheet(config.title, what, shown), room.project.files)
    return FileResponse(path, media_type="image/png", background=BackgroundTask(path.unlink, missing_ok=True))


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
    written = {item.asset_id for item in room.store.selection()}
    moved = moves(room.proposals.candidates(room.now(), wish), proposal, written)
    paths = [room.project.thumbnails.path(item.asset.file_sha256, SIDES[0]) for item in proposal.chosen]
    return {
        "ids": [item.asset.id for item in proposal.chosen],
        "diversity": wish.diversity,
        "supply": report.supply,
        "eligible": report.eligible,
        "complete": report.complete,
        "mean_score": report.mean_score,
        "added": moved.added,
        "removed": moved.removed,
        "rarity": [asdict(item) for item in moved.rarity],
        "quotas": [asdict(item) for item in gauges(proposal, wish)],
        "palette": [{"colour": colour, "share": share} for colour, share in palette(paths)],
    }
