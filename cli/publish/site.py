"""collection site"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import Json, opened


def command(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that is new or empty.", show_default="site, in the project")
    ] = Path(),
    network: Annotated[
        str | None, typer.Option(metavar="NETWORK", help="Where the contract is. Default: chain.network.")
    ] = None,
    rpc: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="A node that the page asks for owners. Everybody who sees the page can read it."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a static gallery of the frozen set, with its proof.

    The gallery has filters by trait, rarity, provenance and proof.html, which checks every token in the browser. Open
    index.html from the disk, put the folder on any web space, or add it to IPFS: no server and no other site is needed.
    """
    from collection.stages.site import make_site

    with opened(context, as_json) as session:
        place = session.project.folder / "site" if folder == Path() else folder
        with session.screen.progress("site", "tokens") as progress:
            report = make_site(session.project, place, network=network, node=rpc, progress=progress)
        session.show(report)
