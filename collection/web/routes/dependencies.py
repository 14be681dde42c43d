"""What every route may depend on: the review app, and the curator whose token let the request in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import AfterValidator

from collection.web.review_app import ReviewApp

LARGEST = 2**53 - 1
"""The largest integer that JSON holds everywhere."""


async def app_of(request: Request) -> ReviewApp:
    """The review app that this server serves."""
    app: ReviewApp = request.app.state.review
    return app


async def curator_of(request: Request) -> str:
    """The curator whose token let the request in."""
    curator: str = request.state.curator
    return curator


def encodable(text: str) -> str:
    """A text that UTF-8 can hold: no half of a surrogate pair. Raises ValueError for any other."""
    text.encode()
    return text


App = Annotated[ReviewApp, Depends(app_of)]
You = Annotated[str, Depends(curator_of)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Text = Annotated[str, AfterValidator(encodable)]
