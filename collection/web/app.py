"""The application: routes, errors in words, and the gate before all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from collection.errors import CollectionError, ProjectError, UsageError
from collection.project import Project
from collection.web.access import AuthMiddleware, Tokens, links
from collection.web.broadcaster import EventBroadcaster
from collection.web.jobs import UnknownJobError
from collection.web.review_app import ReviewApp, UnknownImageError
from collection.web.routes import (
    agreement,
    decisions,
    image_files,
    images,
    jobs,
    lineage,
    page,
    saved_views,
    selection,
    stream,
)

LARGEST_BODY = 2_000_000
"""Bytes of a request; more is refused before it is read."""
ROUTES = (page, images, image_files, decisions, agreement, lineage, selection, saved_views, jobs, stream)


def create_app(project: Project, keys: Tokens, *, host: str = "127.0.0.1", port: int = 80) -> FastAPI:
    """The review room of a project, for the curators of `keys`, as it is reached under `host` and `port`."""
    app = FastAPI(
        title="collection review",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
        max_body_size=LARGEST_BODY,
        lifespan=_open,
    )
    app.state.review = ReviewApp(project, keys.curators)
    app.state.links = links(keys, host, port)
    app.state.broadcaster = EventBroadcaster(app.state.review)
    for route in ROUTES:
        app.include_router(route.router)
    page.mount_static(app)
    app.add_exception_handler(CollectionError, _failed)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _refused)
    app.add_middleware(AuthMiddleware, keys=keys, host=host, port=port)
    return app


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    """Watch for news as long as the room is open, and leave nothing at work behind."""
    await run_in_threadpool(app.state.review.now)  # the first page need not wait for the catalogue
    watching = asyncio.create_task(app.state.broadcaster.watch())
    try:
        yield
    finally:
        watching.cancel()
        app.state.broadcaster.close()
        await run_in_threadpool(app.state.review.close)


async def _failed(_: Request, error: Exception) -> Response:
    assert isinstance(error, CollectionError)
    absent = isinstance(error, UnknownImageError | UnknownJobError | saved_views.UnknownViewError)
    wrong = HTTPStatus.NOT_FOUND if absent else HTTPStatus.BAD_REQUEST
    busy = isinstance(error, ProjectError) or not isinstance(error, UsageError)
    status = HTTPStatus.CONFLICT if busy else wrong
    return JSONResponse({"error": error.message, "hint": error.hint}, status)


async def _not_understood(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return JSONResponse({"error": f"{place}: {first['msg']}", "hint": None}, HTTPStatus.UNPROCESSABLE_ENTITY)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": str(error.detail), "hint": None}, error.status_code, error.headers)
