"""The web application: its routes, its errors in words, and the authorization before all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from collection.errors import CollectionError
from collection.project import Project
from collection.web.access import AuthMiddleware, Tokens, links
from collection.web.broadcaster import EventBroadcaster
from collection.web.errors import answer_of
from collection.web.review_app import ReviewApp
from collection.web.routes import (
    agreement,
    batches,
    decisions,
    export,
    image_files,
    images,
    jobs,
    learning,
    lineage,
    maps,
    page,
    people,
    saved_views,
    selection,
    stream,
    token_order,
)

LARGEST_BODY = 2_000_000
"""Bytes of a request; more is refused before it is read."""
ROUTES = (
    page, images, image_files, decisions, batches, agreement, learning, lineage, maps, selection, export, saved_views,
    jobs, people, stream, token_order,
)  # fmt: skip


def create_app(project: Project, tokens: Tokens, *, host: str = "127.0.0.1", port: int = 80) -> FastAPI:
    """The review room of a project, for the curators of `tokens`, as it is reached under `host` and `port`."""
    app = FastAPI(
        title="collection review",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
        max_body_size=LARGEST_BODY,
        lifespan=_open,
    )
    app.state.review = ReviewApp(project, tokens)
    app.state.tokens = tokens
    app.state.links = lambda: links(tokens, host, port)
    app.state.broadcaster = EventBroadcaster(app.state.review)
    for route in ROUTES:
        app.include_router(route.router)
    page.mount_static(app)
    for error in (CollectionError, RequestValidationError, HTTPException):
        app.add_exception_handler(error, _in_words)
    app.add_middleware(AuthMiddleware, tokens=tokens, host=host, port=port)
    return app


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    """Broadcast changes as long as the server runs; at its end stop every job."""
    await run_in_threadpool(app.state.review.now)  # the first page need not wait for the catalogue
    watching = asyncio.create_task(app.state.broadcaster.watch())
    try:
        yield
    finally:
        watching.cancel()
        app.state.broadcaster.close()
        await run_in_threadpool(app.state.review.close)


async def _in_words(_: Request, error: Exception) -> Response:
    status, said = answer_of(error)
    return JSONResponse(said, status, getattr(error, "headers", None))
