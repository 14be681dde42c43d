"""collection gateway"""

from __future__ import annotations

from typing import Annotated

import typer

from ..session import Json, opened


def command(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free port.")] = 8080,
    as_json: Json = False,
) -> None:
    """Show the frozen set in the browser, as IPFS gateways will.

    Only this machine can reach it. /ipfs/CID/PATH gives files and folders; with ?format=raw or ?format=car, blocks that
    the receiver checks. Ctrl-C stops it.
    """
    from collection.stages.gateway import local_gateway

    with opened(context, as_json) as session, local_gateway(session.project, port) as server:
        session.screen.line("gateway", f"{server.url} (Ctrl-C stops it)")
        session.screen.object({"url": server.url})
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            session.screen.line("gateway", "stopped")
