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

from collection.curate.search.catalogue import Snapshot
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.palette import palette
from collection.curate.selection.select import Proposal
from collection.curate.selection.statistics import quota_status, set_diff
from collection.curate.sheet import PER_PAGE, Cell, ContactSheet, write_sheet
from collection.errors import ConflictError, UsageError
from collection.pictures.files import decode_image
from collection.stages.pipeline import run_stages
from collection.stages.report import NOT_JUDGED
from collection.stages.select import SelectStage
from collection.store.thumbnails import SIDES
from collection.values import amount
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import LARGEST, LOOKS, OWNER, App, Role, Text, You

router = APIRouter(prefix="/api")

Diversity = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Asked = Annotated[Diversity | None, Query()]
"""The diversity to choose by; absent: as it is kept."""
Asker = Annotated[Text, Query(max_length=40)]
"""Any name of the page that asks: its next question stops the work on the one before."""


class ChooseRequest(BaseModel):
    """How to choose."""

    model_config = ConfigDict(extra="forbid")
    diversity: Diversity | None = None
    """Kept for every later choice, until collection.toml says something new; absent: as before."""
    images: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST)]] | None, Field(max_length=100_000)] = None
    """The set as it was shown: another one is not written. Absent: whatever the choice is now."""


@router.get("/set", dependencies=[LOOKS])
def proposed(
    request: Request, app: App, you: You, role: Role, diversity: Asked = None, asker: Asker = ""
) -> dict[str, Any]:
    """The set as it would be chosen and minted now; nothing is written."""
    now = _sighted(app, you, role)
    criteria = app.proposals.criteria(now, diversity)
    progress = request.app.state.broadcaster.choosing(asker)
    found = app.proposals.proposal(now, criteria, asker=asker, progress=progress)
    return {**_statistics(app, you, now, found, criteria), "version": now.version}


@router.get("/set/costs", dependencies=[LOOKS])
def costs(app: App, you: You, role: Role, diversity: Asked = None, asker: Asker = "") -> dict[str, Any]:
    """The figures that take longer than the choice: what each rule costs in mean percentile, and how far the images are
    from the nearest chosen one."""
    now = _sighted(app, you, role)
    criteria = app.proposals.criteria(now, diversity)
    report = app.proposals.proposal(now, criteria, costs=True, asker=asker).report
    reach = asdict(report.coverage) if report.coverage else None
    return {"costs": dict(report.costs), "coverage": reach, "version": now.version}


@router.get("/sheet", response_class=FileResponse, dependencies=[LOOKS])
def sheet(
    app: App, you: You, role: Role, diversity: Asked = None, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> FileResponse:
    """The contact sheet of that set as a picture, a page of it."""
    now, config = _sighted(app, you, role), app.project.config
    chosen = app.proposals.proposal(now, app.proposals.criteria(now, diversity)).chosen
    cells = [Cell(item.asset.label, item.asset.file_sha256) for item in chosen]
    shown = cells[(page - 1) * PER_PAGE : page * PER_PAGE]
    if not shown:
        raise UsageError(f"the contact sheet has no page {page}", "page=1, once there are images to choose")
    order = "best first" if app.proposals.criteria(now, diversity).metrics else NOT_JUDGED
    what = f"{amount(len(cells), 'image')} as they would be chosen, {order}"
    with tempfile.NamedTemporaryFile(suffix=".png", delete=False) as file:
        path = Path(file.name)
    write_sheet(path, ContactSheet(config.title, what, shown), app.project.files, decode=decode_image)
    return FileResponse(path, media_type="image/png", background=BackgroundTask(path.unlink, missing_ok=True))


@router.post("/set", dependencies=[OWNER])
def choose(app: App, request: ChooseRequest) -> dict[str, Any]:
    """Choose the set: what is frozen next is this. Raises ConflictError where it is no longer what was shown."""
    now = app.counted()
    shown = None if request.images is None else set(request.images)
    found = app.proposals.proposal(now, app.proposals.criteria(now, request.diversity)) if shown else None
    if found and {item.asset.id for item in found.chosen} != shown:
        raise ConflictError("the set is no longer what was shown: somebody decided meanwhile", "look at it again")
    (report,) = run_stages(app.project, [SelectStage(diversity=request.diversity)])
    chosen = {name: report.details[name] for name in ("selected", "supply")}
    return {**chosen, "version": app.now().version}


def _sighted(app: ReviewApp, you: str, role: str) -> Snapshot:
    """The catalogue of this moment, for somebody who may see what came of all votes; raises BlindError for others."""
    now = app.counted()
    if role != "viewer":
        app.sights.refuse_blind(you, now, owner=role == "owner")
    return now


def _statistics(
    app: ReviewApp, you: str, now: Snapshot, proposal: Proposal, criteria: SelectionCriteria
) -> dict[str, Any]:
    report = proposal.report
    written = {item.asset_id for item in app.store.selection()}
    moved = set_diff(app.proposals.candidates(now, criteria), proposal, written)
    paths = [app.project.thumbnails.path(item.asset.file_sha256, SIDES[0]) for item in proposal.chosen]
    return {
        "ids": [item.asset.id for item in proposal.chosen],
        "diversity": criteria.diversity,
        "supply": report.supply,
        "eligible": report.eligible,
        "complete": report.complete,
        "mean_score": report.mean_score,
        "added": moved.added,
        "removed": moved.removed,
        "rarity": [asdict(item) for item in moved.rarity],
        "quotas": [asdict(item) for item in quota_status(proposal, criteria)],
        "sighted": app.sights.has(you, "others", ()),
        "published": app.publications.now().against(item.asset.id for item in proposal.chosen),
        "palette": [{"colour": colour, "share": share} for colour, share in palette(paths)],
    }
