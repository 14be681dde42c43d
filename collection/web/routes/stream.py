"""The route to server-sent events: what others decided, what changed, how far a job is."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from collection.web.broadcaster import EventBroadcaster

router = APIRouter(prefix="/api")


@router.get("/stream", response_class=StreamingResponse)
async def stream(request: Request) -> StreamingResponse:
    """The events, as they happen."""
    broadcaster: EventBroadcaster = request.app.state.broadcaster
    return StreamingResponse(broadcaster.read(), media_type="text/event-stream")
