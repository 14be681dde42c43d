"""Server-sent events: what others decided, what changed, how far a job is.

event: version   {"version", "images"}    something changed; `images`: also the images, scores or the set
event: changed   {"ids", "versions"}      somebody decided about these, which stand so since those versions
event: choosing  {"asker", "done", "total"}  how far the set is that a page asked for, where it takes long
event: job       a job, as /api/jobs tells it
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool

from collection.values import Progress
from collection.web.jobs import Job
from collection.web.review_app import ReviewApp

LOOK = 0.25
"""Seconds between looks at the database, for what other processes write."""
SETTLED = 1.0
"""Seconds after which votes are on the disk at the latest, so that a power cut takes no older ones back."""
SIGN_OF_LIFE = 15.0
"""Seconds of silence after which a comment is sent, so that a broken line is noticed."""
BEHIND = 1000
"""Events that a reader may lag behind before it is dropped; its browser comes back."""
Event = tuple[str, Mapping[str, Any]]


class EventBroadcaster:
    """Watches the database, has votes written to the disk, and tells all readers what changed."""

    def __init__(self, app: ReviewApp) -> None:
        self._app = app
        self._readers: set[asyncio.Queue[Event | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        self._loop = asyncio.get_running_loop()
        self._app.jobs.listen(self._job)
        last = await run_in_threadpool(self._app.now)
        settled, looks = last, 0
        while True:
            await asyncio.sleep(LOOK)
            now = await run_in_threadpool(self._app.now)
            looks += 1
            if now.version != settled.version and looks * LOOK >= SETTLED:
                await run_in_threadpool(self._app.store.sync)
                settled, looks = now, 0
            if now.version != last.version:
                decided = self._app.catalogue.decided_since(last.version)
                if decided:
                    self._tell("changed", {"ids": list(decided), "versions": list(decided.values())})
                same = now.images is last.images and now.scores is last.scores and now.selection is last.selection
                self._tell("version", {"version": now.version, "images": not same})
                last = now

    async def read(self) -> AsyncIterator[str]:
        """The events of one reader, in the form of text/event-stream."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(BEHIND)
        self._readers.add(queue)
        try:
            yield ": here\n\n"
            while True:
                try:
                    event = await asyncio.wait_for(queue.get(), SIGN_OF_LIFE)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if event is None:
                    return
                yield f"event: {event[0]}\ndata: {json.dumps(event[1])}\n\n"
        finally:
            self._readers.discard(queue)

    def close(self) -> None:
        """Let all readers go."""
        for queue in list(self._readers):
            self._drop(queue)

    def tell(self, name: str, value: Mapping[str, Any]) -> None:
        """Tell all readers; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, name, value)

    def choosing(self, asker: str) -> Progress:
        """The progress of a choice that a page of that name asked for: told every LOOK."""
        told = time.monotonic()

        def progress(done: int, total: int) -> None:
            nonlocal told
            if time.monotonic() - told > LOOK:
                told = time.monotonic()
                self.tell("choosing", {"asker": asker, "done": done, "total": total})

        return progress

    def _job(self, job: Job) -> None:
        self.tell("job", asdict(job))

    def _tell(self, name: str, value: Mapping[str, Any]) -> None:
        for queue in list(self._readers):
            if queue.full():
                self._drop(queue)
            else:
                queue.put_nowait((name, value))

    def _drop(self, queue: asyncio.Queue[Event | None]) -> None:
        self._readers.discard(queue)
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(None)
