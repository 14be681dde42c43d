"""The page, and the files it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from collection.values import sha256_hex
from collection.web.access import SAFE_METHODS
from collection.web.joined import joined_scripts, joined_styles
from collection.web.routes.dependencies import App, Links, You

router = APIRouter()

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"
STYLES = ("app.css", "views.css", "panels.css", "find.css")
"""In the order in which one may overrule another."""


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
def page(app: App, you: You, tokens: Links) -> Response:
    """The one page; everything else is asked for by its modules."""
    from jinja2 import Environment, FileSystemLoader

    templates = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)
    version = static_version()
    text = templates.get_template("app.html").render(
        title=app.project.config.title, static=f"/static/{version}", curator=you, room=tokens.room
    )
    return HTMLResponse(text)


@router.get("/favicon.ico", include_in_schema=False)
def icon() -> Response:
    """The icon, at the address that browsers try before they have read the page."""
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")


@cache
def static_version() -> str:
    """A name for the present content of static/: it is part of the address, so that browsers may keep it for ever."""
    files = sorted(path for path in STATIC.rglob("*") if path.is_file())
    content = b"".join(path.name.encode() + path.read_bytes() for path in files)
    return sha256_hex(content + repr(joined()).encode())[:12]


@cache
def joined() -> Mapping[str, tuple[str, str]]:
    """What static/ holds in many files and the page asks for in one: by its name, its content and type."""
    return {
        "page.js": (joined_scripts(STATIC, "main.js"), "text/javascript"),
        "styles/page.css": (joined_styles(STATIC / "styles", STYLES), "text/css"),
    }


class _Kept(StaticFiles):
    """Static files that browsers keep for ever, their version being part of the address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path in joined() and scope["method"] in SAFE_METHODS:
            content, kind = joined()[path]
            answer = Response(content, media_type=kind)
        else:
            answer = await super().get_response(path, scope)
        if answer.status_code == 200:
            answer.headers["cache-control"] = "private, max-age=31536000, immutable"
        return answer


def mount_static(app: FastAPI) -> None:
    """Serve static/ under its version."""
    app.mount(f"/static/{static_version()}", _Kept(directory=STATIC), name="static")
