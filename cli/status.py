"""collection status"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import Failure, amount

from .session import Json, opened

if TYPE_CHECKING:
    from collection.stages.status import Status

    from .session import Session


STORAGE_STATES = {
    "new": "not asked yet", "intended": "begun and not finished", "queued": "the service will fetch the set",
    "pinning": "the service is fetching the set", "failed": "the service gave up", "lost": "holds the set no more",
    "damaged": "has a wrong block; `collection pin` writes it again",
}  # fmt: skip


def command(
    context: typer.Context,
    chain: Annotated[bool, typer.Option("--chain", help="Also ask the chain what it knows of the contract.")] = False,
    as_json: Json = False,
) -> None:
    """Show how far the project is and what failed."""
    from collection.stages.chain_state import chain_state
    from collection.stages.report import UNJUDGED, counted
    from collection.stages.status import REACHED, status_of

    with opened(context, as_json) as session:
        status, screen = status_of(session.project), session.screen
        stages = {item.name: item for item in status.outlook}
        for name, count in status.counts.items():
            told = f"{count} of {status.goals[name]}" if name in status.goals else f"{count}"
            stage = stages.get(REACHED.get(name, ""))
            screen.line(name, f"{told}; {stage}" if stage and (stage.pending or stage.trouble) else told)
        for storage in status.storages:
            told = STORAGE_STATES.get(storage.state, storage.state)
            screen.line("storage", f"{storage.name}: {told}{f'; {storage.why}' if storage.why else ''}")
        screen.line("issues", f"{len(status.issues)} ({counted(status.issues)})" if status.issues else "0")
        if status.judged_by is not None:
            screen.line("judged by", " and ".join(status.judged_by) or f"nothing: {UNJUDGED}")
        screen.failures([Failure(f"{stage} {failure.what}", failure.why) for stage, failure in status.failures])
        for note in status.notes:
            screen.note(note)
        asked = {}
        if chain:
            report = chain_state(session.project)
            screen.report(report)
            asked = {"chain": dict(report.details)}
        show_next(session, status)
        screen.object({**status.as_json(), **asked})


def show_next(session: Session, status: Status) -> None:
    """Print what stands in the way, if anything, and the command that comes next."""
    screen = session.screen
    if status.why:
        screen.line("", status.why)
        screen.line("next", status.hint or session.typed("doctor"))
    elif status.next:
        run = " ".join(["run", *(word for word in status.next.split() if word.startswith("--"))])
        screen.line("next", f"{session.typed(status.next)}, or {session.typed(run)} for all remaining stages")
    elif status.done:
        screen.line("next", f"all done: {amount(session.project.config.supply, 'token')} verified")
    else:
        screen.line("next", "no command can change what the contract was deployed with")
