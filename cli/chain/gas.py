"""collection gas"""

from __future__ import annotations

import typer

from ..session import Json, opened


def command(context: typer.Context, as_json: Json = False) -> None:
    """Show what the launch costs in gas, before it is spent.

    The node is asked: its rules, its prices. Everything that is still to be sent is tried there without being sent.
    The exit code is 1 if the account cannot pay it.
    """
    from collection.stages.gas import gas_of_project, told
    from collection.stages.publication import publication_of

    with opened(context, as_json) as session:
        plan, report = gas_of_project(session.project)
        if plan.steps and not as_json:
            unit = publication_of(session.project).network.currency
            session.screen.table(["what", "times", "gas each", "cost"], told(plan, unit))
        session.show(report)
