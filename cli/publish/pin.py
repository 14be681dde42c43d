"""collection pin"""

from __future__ import annotations

import typer

from collection.values import amount

from ..render import Outcome, bytes_of
from ..session import DryRun, Json, Session, working


def left(session: Session) -> list[str]:
    """Storages that do not hold the frozen set yet."""
    from collection.ipfs.pin import pending

    return pending(session.project.store, session.publication.pinners)


def work(session: Session) -> Outcome:
    """Give the frozen set to every storage that does not hold it."""
    from collection.ipfs.pin import pin

    project, publication = session.project, session.publication
    with session.screen.progress("pin", "storages") as progress:
        result = pin(project.store, project.files, publication.pinners, publication.cars, progress)
    where = ", ".join("local CAR" if name == "car" else name for name in (*result.pinned, *result.kept))
    nothing = "" if result.pinned or result.failures else "nothing to do: "
    line = f"{nothing}{amount(result.files, 'file')}, {bytes_of(result.size)}, {result.root} ({where or 'nowhere'})"
    report = {
        "root": result.root,
        "files": result.files,
        "bytes": result.size,
        "car": str(result.car),
        "pinned": list(result.pinned),
        "kept": list(result.kept),
    }
    hint = "`collection pin` tries again" if result.failures else None
    return Outcome("pin", line, report, result.failures, complete=not result.failures, hint=hint)


def command(context: typer.Context, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Write the set as a CAR file, and send it to the IPFS node that is configured."""
    with working(context, as_json, dry_run) as session:
        if dry_run:
            names = left(session)
            return session.pending("pin", len(names), f"a pin on {', '.join(names)}", storages=names)
        return session.end(work(session))
