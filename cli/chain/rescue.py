"""collection rescue"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..session import Json, opened


def command(
    context: typer.Context,
    address: Annotated[
        str,
        typer.Argument(metavar="ADDRESS", help="The contract, as 0x and 40 digits, or its name.", show_default=False),
    ],
    network: Annotated[
        str | None, typer.Option("--network", metavar="NAME", help="Where the contract is. Default: [chain] network.")
    ] = None,
    rpc: Annotated[
        str | None, typer.Option("--rpc", metavar="URL", help="A node of that network, or env:NAME that holds its URL.")
    ] = None,
    ids: Annotated[
        str, typer.Option("--ids", metavar="IDS", help="Token ids, as 1-100,205. Default: all. ERC-1155 needs them.")
    ] = "",
    erc1155: Annotated[
        bool, typer.Option("--erc1155", help="Ask for uri(id), whatever the contract says it is.")
    ] = False,
    from_block: Annotated[
        int, typer.Option("--from-block", min=0, metavar="N", help="Read the logs of mints from this block on.")
    ] = 0,
    gateway: Annotated[
        list[str] | None, typer.Option("--gateway", metavar="URL", help="An IPFS gateway, in place of the public ones.")
    ] = None,
    node: Annotated[
        str | None,
        typer.Option("--node", metavar="MULTIADDR", help="An IPFS node to ask before gateways."),
    ] = None,
    car: Annotated[
        list[Path] | None, typer.Option("--car", exists=True, dir_okay=False, help="A CAR file to look into first.")
    ] = None,
    allow_local: Annotated[
        bool, typer.Option("--allow-local", help="Also ask private addresses that the metadata names.")
    ] = False,
    pin: Annotated[bool, typer.Option("--pin", help="Give the CAR file to the storages of [publish].")] = False,
    as_json: Json = False,
) -> None:
    """Rescue a published collection from its contract.

    What its tokens lead to is fetched and imported. Needs no key. The folder "rescued" gets the files, one CAR file and
    a report of what each token hangs by.
    """
    from collection.stages.rescue import RescueStage, rescue_settings

    settings = rescue_settings(
        gateway, node, car or (), ids, erc1155=erc1155, from_block=from_block, allow_local=allow_local
    )
    with opened(context, as_json) as session:
        session.do(RescueStage(address, settings, network, rpc, pin))
