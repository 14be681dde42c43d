"""Status: how far a project is, what failed, and which stage comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collection.project import Project
from collection.stages.judges import IssuesByImage, judges_of
from collection.values import Failure

REACHED = {
    "planned": "plan", "generated": "generate", "scored": "score", "selected": "select", "frozen": "freeze",
    "pinned": "pin", "minted": "mint", "verified": "verify",
}  # fmt: skip
"""The counts that a project must reach, in order, and the stage that raises each."""
FAILING = ("generate", "score", "pin")
"""Stages whose failures are kept."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a project is."""

    counts: Mapping[str, int]
    """Images and tokens by what was done to them: planned, imported, generated, scored, ..."""
    goals: Mapping[str, int]
    """What those counts of REACHED should be."""
    issues: IssuesByImage
    failures: Sequence[tuple[str, Failure]]
    """What failed, with the stage in which it did."""
    judged_by: Sequence[str] | None = None
    """The metrics by which the set was chosen: none where nothing judged the images; None before it was chosen."""

    @property
    def next(self) -> str | None:
        """The first stage that is short of what it should reach; None: all is done."""
        return next((stage for name, stage in REACHED.items() if self.counts[name] < self.goals[name]), None)

    def as_json(self) -> dict[str, Any]:
        """The object that --json prints."""
        failed = [{"stage": stage, "what": item.what, "why": item.why} for stage, item in self.failures]
        judged_by = None if self.judged_by is None else [*self.judged_by]
        known = {"with_issues": len(self.issues), "judged_by": judged_by}
        return {**self.counts, **known, "failed": failed, "next": self.next}


def status_of(project: Project) -> Status:
    """How far a project is: planned and generated images, then all images to be judged, then the supply of tokens."""
    config, store = project.config, project.store
    counts = store.counts()
    images = max(config.images, counts["planned"])  # people may have added some
    goals = {"planned": images, "generated": images, "scored": images + counts["imported"]}
    return Status(
        counts,
        {name: goals.get(name, config.supply) for name in REACHED},
        judges_of(project).issues,
        [(stage, failure) for stage in FAILING for failure in store.failures(stage)],
        store.stage_report("select").get("judged_by"),
    )
