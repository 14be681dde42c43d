"""collection review"""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from .session import Json, Session, reading

PORT = 8577


def command(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"Absent: {PORT}, or a free one where that is taken; 0: a free one."),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Where to listen. Beyond 127.0.0.1 whoever has a link gets in, unencrypted.")
    ] = "127.0.0.1",
    curator: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Who may decide, each with a link of their own; several times."),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    as_json: Json = False,
) -> None:
    """Go through the images in the browser: pick, reject, compare, adjust the set; alone or with others."""
    _leave_a_core()
    with reading(context, as_json) as session:
        _serve(session, host, port, curator or [_somebody()], open_page)


def _leave_a_core() -> None:
    """Let NumPy count on one thread here: on all cores it would hold up votes, and wait for the browser's own work.

    Jobs are processes of their own, which take all cores.
    """
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    os.environ["OPENBLAS_NUM_THREADS"] = before or "1"  # read once, as NumPy is loaded
    import numpy  # noqa: F401

    if before is None:
        del os.environ["OPENBLAS_NUM_THREADS"]


def _serve(session: Session, host: str, port: int | None, curators: list[str], open_page: bool) -> None:
    from collection.web.access import is_loopback, links, open_keys
    from collection.web.serve import serve

    keys = open_keys(session.project.folder, curators)
    with _listening(host, port) as listener:
        found = links(keys, host, listener.getsockname()[1])
        first = found[curators[0]]
        if not is_loopback(host):
            session.screen.note(f"{host} can be reached from other machines: share the links over a safe way only")

        def ready() -> None:
            for name, link in found.items():
                session.screen.line(name, link)
            session.screen.object({"url": first, "links": found})
            session.screen.say("Ctrl-C stops; every decision is kept as it is made")
            if open_page:
                _open(first)

        serve(session.project, keys, host, listener, ready)


def _listening(host: str, port: int | None) -> socket.socket:
    from collection.web.serve import PortTakenError, listen

    if port is not None:
        return listen(host, port)
    try:
        return listen(host, PORT)
    except PortTakenError:
        return listen(host, 0)


def _somebody() -> str:
    from collection.curate.reviews.log import CURATOR

    return os.environ.get("COLLECTION_CURATOR") or CURATOR


def _open(link: str) -> None:
    import webbrowser

    webbrowser.open(link)
