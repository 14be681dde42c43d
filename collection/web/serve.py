"""Serve the review until it is stopped."""

from __future__ import annotations

import errno
import gc
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from collection.errors import ConflictError, UnavailableError, UsageError
from collection.project import Project
from collection.web.access import Tokens
from collection.web.app import create_app
from collection.web.broadcaster import EventBroadcaster

SHUTDOWN_TIMEOUT = 2
"""Seconds that open requests get when the server is stopped."""


class PortTakenError(ConflictError):
    """Another program listens there."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address; port 0: any that is free.

    Raises PortTakenError, UsageError for an address that is not this machine's,
    UnavailableError where it cannot listen for another reason.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(*found[:3])  # with the protocol named, asyncio lets no small answer wait
    except (socket.gaierror, OSError) as error:
        raise UsageError(f"{host} is no address of this machine: {error}", "--host 127.0.0.1") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(found[4])
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(f"port {port} is taken", "--port 0 takes a free one") from error
        raise UnavailableError(f"cannot listen on {host}:{port}: {error.strerror}", "--host 127.0.0.1") from error
    return listener


def serve(project: Project, keys: Tokens, host: str, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `ready` is called once requests are answered."""
    app = create_app(project, keys, host=host, port=listener.getsockname()[1])
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=SHUTDOWN_TIMEOUT
    )
    with suppress(KeyboardInterrupt):
        _Server(config, ready, app.state.broadcaster).run(sockets=[listener])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], broadcaster: EventBroadcaster) -> None:
        super().__init__(config)
        self._ready, self._broadcaster = ready, broadcaster

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            gc.collect()
            gc.freeze()  # the catalogue is there to stay: looking through it again and again would hold up votes
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._broadcaster.close()  # or the streams would be waited for
        await super().shutdown(sockets)
