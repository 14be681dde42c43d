"""collection verify"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collection.errors import UsageError

from ..render import Screen
from ..session import DryRun, Json, folder_of, opened


def command(
    context: typer.Context,
    address: Annotated[
        str | None,
        typer.Argument(
            help="A contract of this project or its name, also of an earlier set. Default: the current one."
        ),
    ] = None,
    rerender: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Render the recipes of N tokens again and compare the images."),
    ] = None,
    network: Annotated[
        str | None, typer.Option(metavar="NETWORK", help="Verify ADDRESS on this network without a project.")
    ] = None,
    rpc: Annotated[
        str | None, typer.Option(metavar="URL", help="With --network: a node of it, or env:NAME of a variable with it.")
    ] = None,
    ens_rpc: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="With --network: a node that knows ADDRESS, if it is a name and not known there."
        ),
    ] = None,
    car: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, metavar="FILE", help="With --network: the set as a CAR.")
    ] = None,
    gateway: Annotated[
        str | None, typer.Option(metavar="URL", help="With --network: an IPFS gateway, such as https://ipfs.io.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Verify every token on the chain and on IPFS, without a key.

    The command compares recipient, token URI, CID, metadata and image with what was recorded when the set was frozen,
    deployed and minted. It renders the recipes of a sample again.
    With --network it needs no project and believes no record: the signed manifest behind the contract's own address of
    its metadata says what every token is. The painter's pictures are painted again with --rerender.
    """
    if network is not None:
        return _public(context, address, network, (rpc, ens_rpc), car, gateway, rerender or 0, as_json)
    if rpc or ens_rpc or car or gateway:
        raise UsageError(
            "--rpc, --ens-rpc, --car and --gateway go with --network", "collection verify ADDRESS --network NAME"
        )
    from collection.stages.publish import VerifyStage

    with opened(context, as_json) as session:
        return session.do(VerifyStage(address, rerender), dry_run, alone=not session.project.read_only)


def _public(
    context: typer.Context,
    address: str | None,
    network: str,
    nodes: tuple[str | None, str | None],
    car: Path | None,
    gateway: str | None,
    sample: int,
    as_json: bool,
) -> None:
    """Verify without a project, and exit with 1 if anything is wrong."""
    from collection.stages.verify_public import verify_public

    if address is None:
        raise UsageError("--network wants an ADDRESS", "collection verify ADDRESS --network NAME --gateway URL")
    screen, folder = Screen(as_json), folder_of(context)
    with screen.progress("verify", "tokens") as progress:
        report = verify_public(
            address, network, rpc=nodes[0], ens_rpc=nodes[1], folder=folder, car=car, gateway=gateway, sample=sample,
            progress=progress,
        )  # fmt: skip
    screen.report(report)
    screen.object(report.as_json())
    if not report.complete:
        raise typer.Exit(1)
