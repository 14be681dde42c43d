"""collection generate"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import amount

from .render import Outcome
from .session import DryRun, Json, Session, working

if TYPE_CHECKING:
    from collection.generate.run import Carrier, GenerateReport


def left(session: Session) -> int:
    """Images to make."""
    from collection.generate.run import count_pending

    return count_pending(session.project.store, session.project.files)


def work(session: Session, limit: int | None = None, carry: Carrier | None = None) -> Outcome:
    """Make what is pending, in this process or as `carry` does it."""
    from collection.generate.run import generate
    from collection.stages.runners import carrier_of

    if not left(session):
        return nothing_to_do(session)
    project, begun = session.project, time.monotonic()
    carry, size = carry or carrier_of(project), project.generator.batch_size
    with session.screen.progress("generate", "images") as progress:
        report = generate(project.store, project.files, carry, batch_size=size, limit=limit, progress=progress)
    seconds = time.monotonic() - begun
    still = left(session)
    line = f"{amount(report.made, 'image')} in {seconds:.0f} s ({report.made / max(seconds, 1e-9):.1f} images/s)"
    told = {
        "replanned": [[f"{old:04d}", f"{new:04d}"] for old, new in report.replanned],
        "warnings": [{"what": item.what, "why": item.why} for item in report.warned],
    }
    say_notes(session, report)
    return Outcome(
        "generate",
        line + (f", {still} still to make" if still else ""),
        {"made": report.made, "pending": still, "seconds": round(seconds, 3), **told},
        report.failed,
        complete=not report.failed,
        hint="`collection generate` tries them again" if report.failed else None,
    )


def say_notes(session: Session, report: GenerateReport) -> None:
    """What happened to images that were made."""
    for item in report.warned:
        session.screen.note(f"{item.what}: {item.why}")
    if report.replanned:
        session.screen.note(
            f"the device cannot hold batches of that many images: {amount(len(report.replanned), 'recipe')} planned "
            "anew with a smaller batch, under new numbers: "
            + ", ".join(f"{old:04d} is now {new:04d}" for old, new in report.replanned)
        )


def nothing_to_do(session: Session) -> Outcome:
    """The outcome when every planned image exists."""
    counts = session.project.store.counts()
    count = counts["generated"]
    line = f"nothing to do: {amount(count, 'image')} of {count}" if count else "nothing to do: nothing is planned"
    complete = bool(count or counts["imported"])
    hint = None if complete else "`collection plan` comes first"
    return Outcome("generate", line, {"made": 0, "pending": 0, "seconds": 0.0}, complete=complete, hint=hint)


def check(session: Session, count: int) -> Outcome:
    """Make images again and compare."""
    from collection.generate.running.check import check as check_images

    with session.screen.progress("check", "images") as progress:
        report = check_images(session.project.store, session.project.generator, count, progress=progress)
    alike = report.checked - len(report.differing)
    return Outcome(
        "check",
        f"{alike} of {amount(report.checked, 'image')} made again came out the same, byte for byte",
        {"checked": report.checked, "alike": alike},
        report.differing,
        complete=bool(report.checked) and not report.differing,
        hint=None if report.checked else "`collection generate` comes first",
    )


def command(
    context: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="Make at most so many now.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Local processes, one a GPU or group of cores; with --ray, actors at most."),
    ] = None,
    recycle: Annotated[
        int | None, typer.Option(min=1, metavar="IMAGES", help="Replace a worker process after so many images.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Ray cluster: HOST:PORT, auto, or local for one on this machine."),
    ] = None,
    gpus: Annotated[
        float | None,
        typer.Option(min=0, help="With --ray: GPUs an actor, or a part of one; absent: 1 where there are any."),
    ] = None,
    score: Annotated[bool, typer.Option(help="Score each image while the next is made.")] = True,
    again: Annotated[
        int | None,
        typer.Option("--check", min=1, metavar="N", help="Make N images again, and compare byte for byte."),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Make every planned image that does not exist yet."""
    from collection.stages.runners import carrier_of

    with working(context, as_json, dry_run) as session:
        if dry_run:
            count = left(session)
            return session.pending("generate", count, amount(count, "image"))
        if again:
            return session.end(check(session, again))
        cluster = None
        if ray:
            from collection.generate.running.ray_cluster import Cluster

            cluster = Cluster(ray, workers, gpus)
        carry = carrier_of(session.project, judged=score, workers=workers, recycle=recycle, cluster=cluster)
        return session.end(work(session, limit, carry))
