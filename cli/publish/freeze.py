"""collection freeze"""

from __future__ import annotations

from typing import Annotated

import typer

from collection.errors import UsageError

from ..session import Again, DryRun, Json, Session, opened


def command(
    context: typer.Context,
    again: Again = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what freezing now would change; write nothing.")] = False,
    versions: Annotated[bool, typer.Option("--list", help="List the versions: each freeze is one.")] = False,
    version: Annotated[
        int | None, typer.Option("--version", min=1, metavar="N", help="Make version N the current one again.")
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Assign token ids, write the metadata and fix both by hash.

    Each freeze is a version of its own, with its files, root and contracts, which nothing changes.
    """
    from collection.stages.publish import FreezeStage
    from collection.stages.versions import bring_back, compared
    from collection.stages.versions import versions as listed

    if sum((diff, versions, version is not None)) > 1:
        raise UsageError("--diff, --list and --version do different things", "type one of them")
    with opened(context, as_json) as session:
        if diff:
            session.show(compared(session.project))
        elif versions:
            report = listed(session.project)
            _table(session, report.details["versions"], as_json)
            session.show(report)
        elif version is not None:
            with session.project.working():
                session.show(bring_back(session.project, version))
        else:
            session.do(FreezeStage(again), dry_run)


def _table(session: Session, found: list[dict[str, object]], as_json: bool) -> None:
    if not found or as_json:
        return
    rows = [
        [
            f"{item['version']}{' (current)' if item['current'] else ''}", str(item["frozen_at"])[:16],
            str(item["tokens"]), str(item["root"]), _words(item["pinned"]), _words(item["contracts"]),
        ]
        for item in found
    ]  # fmt: skip
    session.screen.table(["version", "frozen", "tokens", "root", "pinned", "contracts"], rows)


def _words(items: object) -> str:
    return ", ".join(map(str, items)) if isinstance(items, list) and items else "-"
