"""Routes to the picture files and their colours: asked for by the number of the image, never by a path."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from fastapi.responses import FileResponse, Response

from collection.curate.selection.palette import palette, tones
from collection.errors import UnavailableError
from collection.store.files import MADE_AGAIN
from collection.store.thumbnails import SIDES
from collection.web.image_json import TAG, UnknownImageError, row_of
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import App, Number, Text

router = APIRouter()

FOREVER = "private, max-age=31536000, immutable"


@router.get("/images/{number}/{size}/{tag}", response_class=FileResponse)
def picture(
    app: App,
    number: Number,
    size: Literal["256", "1024", "full"],
    tag: Text,
    if_none_match: Annotated[Text, Header()] = "",
) -> Response:
    """A picture in a size. `tag` is the beginning of the file's hash, so that the answer never changes."""
    now = app.now()
    row = row_of(now, number)
    file_sha256 = now.images.files[row]
    if tag != file_sha256[:TAG]:
        raise UnknownImageError(number)
    etag = f'"{file_sha256[:TAG]}-{size}"'
    headers = {"etag": etag, "cache-control": FOREVER}
    if etag in if_none_match:
        return Response(status_code=304, headers=headers)
    if size == "full":
        return FileResponse(_full(app, file_sha256), media_type="image/png", headers=headers)
    return FileResponse(_small(app, file_sha256, int(size)), media_type="image/webp", headers=headers)


@router.get("/api/assets/{number}/colours")
def colours(app: App, number: Number) -> dict[str, Any]:
    """The dominant colours of a picture with their shares, and how many of its pixels have each tone: 64 counts from
    dark to light for red, green and blue; of its larger small copy."""
    now = app.now()
    path = _small(app, now.images.files[row_of(now, number)], SIDES[1])
    found = palette([path])
    return {
        "palette": [{"colour": colour, "share": share} for colour, share in found],
        "histogram": dict(zip(("red", "green", "blue"), tones(path), strict=True)),
    }


def _full(app: ReviewApp, file_sha256: str) -> Path:
    path = app.project.files.path(file_sha256)
    if not path.is_file():
        raise UnavailableError(f"the file of this image is missing: {path.name}", MADE_AGAIN)
    return path


def _small(app: ReviewApp, file_sha256: str, side: int) -> Path:
    """The thumbnail of a file; made now if it is not there."""
    thumbnails = app.project.thumbnails
    path = thumbnails.path(file_sha256, side)
    if not path.is_file():
        from collection.pictures.files import decode_image, thumbnail

        pixels = decode_image(app.project.files.read(file_sha256), file_sha256)
        thumbnails.add(file_sha256, {each: thumbnail(pixels, each) for each in SIDES})
    return path
