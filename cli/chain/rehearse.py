"""collection rehearse"""

from __future__ import annotations

import typer

from ..session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """Rehearse the whole launch on this machine.

    The frozen set is deployed on a passing chain, sold if [sale] says so (every phase, the proofs of every list, a
    voucher), minted, verified, and read back through a gateway. Nothing is left behind. The exit code is 1 if anything
    went wrong.
    """
    from collection.stages.rehearse import RehearseStage

    with opened(context, as_json) as session:
        (report,) = session.work(RehearseStage())
        if not as_json:
            rows = [[str(step["what"]), str(step["told"]), f"{step['gas']:,}"] for step in report.details["steps"]]
            session.screen.table(["what", "result", "gas"], rows)
        session.end(report)
