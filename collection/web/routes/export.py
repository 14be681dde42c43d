"""The route out: the images of a query, and what is known of them, as files."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from collection.curate.search.find import find
from collection.curate.sheet import PER_PAGE, page_paths, write_sheet
from collection.errors import UsageError
from collection.pictures.files import decode_image
from collection.stages.export import as_csv, as_json, as_zip, exported, sheet_of
from collection.web.image_json import standing_json, tells_others
from collection.web.routes.dependencies import LOOKS, App, Role, Text, You

router = APIRouter(prefix="/api")


@router.get("/export/{form}", dependencies=[LOOKS])
def export(
    app: App, you: You, role: Role, form: Literal["zip", "csv", "json", "sheet"], q: Text = "", by: Text = "number"
) -> Response:
    """The images of a query in its order: a ZIP of files, metadata and indexes; the index alone; the contact sheet.

    Named by token, those that are tokens of the frozen set. A sheet of several pages is a ZIP of them. What others
    said, and what came of it, is in it as far as this curator may know, and remembered as seen; the owner gets all.
    """
    now, owner = app.now(), role == "owner"
    if owner:
        app.sights.refuse_blind(you, now, owner=True)
    now = app.sights.known(you, role, now)
    numbers = find(now, q, you)
    if by == "token":
        numbers = [number for number in numbers if number in app.publications.now().tokens]
    if not numbers:
        what = "no token of the frozen set" if by == "token" else "no image"
        raise UsageError(f"{what} is like that", "another query")
    states = map(now.reviews.review_state, numbers)
    app.sights.add(you, "others", (state.asset_id for state in states if tells_others(standing_json(state, you))))
    images = exported(app.project, numbers, by, None if owner else you, now.hidden)
    if form == "zip":
        return StreamingResponse(as_zip(images), media_type="application/zip", headers=_named("images.zip"))
    if form == "csv":
        return Response(as_csv(images), media_type="text/csv; charset=utf-8", headers=_named("images.csv"))
    if form == "json":
        records = as_json([image.record for image in images])
        return Response(records, media_type="application/json", headers=_named("images.json"))
    folder = tempfile.TemporaryDirectory()
    sheet, path = sheet_of(app.project, images), Path(folder.name) / "sheet.png"
    write_sheet(path, sheet, app.project.files, decode=decode_image)
    gone = BackgroundTask(folder.cleanup)
    if len(images) <= PER_PAGE:
        return FileResponse(path, media_type="image/png", filename="sheet.png", background=gone)
    archive = Path(folder.name) / "sheets.zip"
    import zipfile

    with zipfile.ZipFile(archive, "w") as packed:
        for page in page_paths(path, sheet):
            packed.write(page, page.name)
    return FileResponse(archive, media_type="application/zip", filename="sheets.zip", background=gone)


def _named(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
