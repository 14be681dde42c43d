"""Errors as answers: the status of each, and what it says as JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from collection.errors import CollectionError, ErrorKind, LockedError

STATUSES: Mapping[ErrorKind, HTTPStatus] = {
    ErrorKind.USAGE: HTTPStatus.BAD_REQUEST,
    ErrorKind.CONFIGURATION: HTTPStatus.CONFLICT,
    ErrorKind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorKind.CONFLICT: HTTPStatus.CONFLICT,
    ErrorKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorKind.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The status of an answer that is an error: 4xx where another request or an edit mends it, 5xx where it does not."""


def answer_of(error: Exception) -> tuple[int, dict[str, Any]]:
    """The status, and {"error", "hint"} of an error that is told; with more where the page can act on it."""
    if isinstance(error, CollectionError):
        more = {name: getattr(error, name) for name in ("images", "blind") if hasattr(error, name)}
        locked = isinstance(error, LockedError)  # a page that is told 503 keeps what it sent, and sends it again
        status = HTTPStatus.SERVICE_UNAVAILABLE if locked else STATUSES[error.kind]
        return status, {"error": error.message, "hint": error.hint, **more}
    if isinstance(error, RequestValidationError | ValidationError):
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return HTTPStatus.UNPROCESSABLE_ENTITY, {"error": f"{place}: {first['msg']}", "hint": None}
    assert isinstance(error, HTTPException)
    return error.status_code, {"error": str(error.detail), "hint": None}
