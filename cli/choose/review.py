"""collection review"""

from __future__ import annotations

import os
import socket
from typing import Annotated

import typer

from ..session import Json, Session, one_numpy_thread, opened

PORT = 8577


def command(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            metavar="PORT",
            help=f"The port; 0 takes any free one. Default: {PORT}, or any free one if {PORT} is in use.",
        ),
    ] = None,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="The address. Beyond 127.0.0.1 every holder of a link gets in, unencrypted."
        ),
    ] = "127.0.0.1",
    curator: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:ROLE]",
            help="A person with a link of their own; repeatable. The first is the owner, the others are curators, or "
            "else voters (they vote and never see what others say) or viewers (they look only): anna:voter.",
        ),
    ] = None,
    revoke: Annotated[
        list[str] | None,
        typer.Option(
            "--revoke", metavar="NAME", help="Revoke the link of this person, in a running review too; repeatable."
        ),
    ] = None,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    as_json: Json = False,
) -> None:
    """Review the images in the browser, alone or with others.

    Curators pick, reject and compare images, search them, and adjust the set.
    """
    one_numpy_thread()  # on all cores it would delay votes and compete with the browser; jobs are other processes
    with opened(context, as_json) as session:
        if revoke:
            _revoke(session, revoke)
        else:
            _serve(session, host, port, curator or [_somebody()], open_page)


def _revoke(session: Session, names: list[str]) -> None:
    from collection.web.access import open_tokens

    tokens = open_tokens(session.project.folder, [_somebody()])
    for name in names:
        tokens.revoke(name)
        session.screen.line(name, "has no access any more; collection review --curator gives a new link")
    session.screen.object({"revoked": names})


def _serve(session: Session, host: str, port: int | None, curators: list[str], open_page: bool) -> None:
    from collection.web.access import is_loopback, links, open_tokens
    from collection.web.serve import serve

    keys = open_tokens(session.project.folder, curators)
    with _listening(host, port) as listener:
        found = links(keys, host, listener.getsockname()[1])
        first = found[keys.owner]
        if not is_loopback(host):
            session.screen.note(f"other machines can reach {host}: share the links only over a secure channel")

        def ready() -> None:
            for name, link in found.items():
                session.screen.line(name, link)
            session.screen.object({"url": first, "links": found})
            session.screen.say("press Ctrl-C to stop; every decision is saved at once")
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
    from collection.stages.decide import Curator

    return os.environ.get("COLLECTION_CURATOR") or Curator().name


def _open(link: str) -> None:
    import webbrowser

    webbrowser.open(link)
