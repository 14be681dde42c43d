"""collection status"""

from __future__ import annotations

import typer

from collection.values import amount

from .render import counted
from .session import Json, reading

NEXT = {
    "planned": "plan", "generated": "generate", "scored": "score", "selected": "select", "frozen": "freeze",
    "pinned": "pin", "minted": "mint", "verified": "verify",
}  # fmt: skip


def goals_of(counts: dict[str, int], images: int, supply: int) -> dict[str, int]:
    """What each stage should reach: `images` until they are made, all there are to be judged, then `supply`."""
    goals = {"planned": images, "generated": images, "scored": images + counts["imported"]}
    return {name: goals.get(name, supply) for name in NEXT}


def next_command(counts: dict[str, int], goals: dict[str, int]) -> str | None:
    """The first stage that is short of what it should reach."""
    for name, command in NEXT.items():
        if counts[name] < goals[name]:
            return command
    return None


def command(context: typer.Context, as_json: Json = False) -> None:
    """Show how far the project is and what failed."""
    with reading(context, as_json) as session:
        config, store = session.project.config, session.project.store
        counts = store.counts()
        images = max(config.images, counts["planned"])  # people may have added some
        goals = goals_of(counts, images, config.supply)
        following = next_command(counts, goals)
        for name, count in counts.items():
            session.screen.line(name, f"{count} of {goals[name]}" if name in goals else f"{count}")
        flags = session.project.flags
        session.screen.line("flagged", f"{len(flags)} ({counted(flags)})" if flags else "0")
        failures = [(stage, failure) for stage in ("generate", "score", "pin") for failure in store.failures(stage)]
        for stage, failure in failures:
            session.screen.error(f"{stage} {failure.what}: {failure.why}", None)
        if following:
            session.screen.line("next", f"{session.typed(following)}, or {session.typed('run')} for all that is left")
        else:
            session.screen.line("next", f"all done: {amount(config.supply, 'token')} verified")
        named = [{"stage": stage, "what": failure.what, "why": failure.why} for stage, failure in failures]
        session.screen.object({**counts, "flagged": len(flags), "failed": named, "next": following})
