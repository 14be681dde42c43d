"""Reviews: what curators decided, how far they agree, and their log as a file that shows any change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.project import Project
from collection.stages.report import Report
from collection.values import amount

if TYPE_CHECKING:
    from collection.curate.reviews.agreement import Agreement, AgreementReport
    from collection.curate.reviews.audit import Audit
    from collection.curate.reviews.state import ReviewState


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """How the images stand."""

    events: int
    review_states: Mapping[int, ReviewState]
    contested: Sequence[ReviewState]
    """Images about which curators disagree, most contested first."""
    agreement: AgreementReport

    @property
    def measured(self) -> dict[str, Agreement]:
        """How far curators agree, by what they say."""
        found = self.agreement
        return {"flags": found.flags, "stars": found.stars, "comparisons": found.comparisons}

    @property
    def line(self) -> str:
        """The same in words."""
        said = self.review_states.values()
        flags, locked = [review_state.flag for review_state in said], sum(review_state.locked for review_state in said)
        curators = ", ".join(sorted({name for review_state in said for name in review_state.curators}))
        return (
            f"{amount(self.events, 'event')} of {curators or 'nobody'}: {flags.count('pick')} picked, "
            f"{flags.count('reject')} rejected, {locked} locked, {len(self.contested)} contested"
        )

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {
            "events": self.events,
            "images": [review_state.as_json() for review_state in self.review_states.values()],
            "contested": [review_state.asset_id for review_state in self.contested],
            "agreement": {name: _numbers(agreed) for name, agreed in self.measured.items()},
            "repeats": {name: asdict(repeats) for name, repeats in self.agreement.repeats.items()},
        }


def _numbers(agreed: Agreement) -> dict[str, Any]:
    return {
        "alpha": agreed.alpha, "interval": agreed.interval, "units": agreed.units, "consistency": agreed.consistency,
    }  # fmt: skip


def summary_of(project: Project) -> ReviewSummary:
    """How the images stand, and how far curators agree."""
    from collection.curate.reviews.agreement import agreement, contested
    from collection.curate.reviews.log import review_states

    said = review_states(project.store)
    return ReviewSummary(project.store.last_review(), said, contested(said), agreement(project.store))


def export_log(project: Project, path: Path) -> Report:
    """Write every event to a file, chained by hashes."""
    from collection.curate.reviews.audit import write_audit

    audit = write_audit(path, project.store)
    return _told(path, audit, f"{amount(audit.events, 'event')} in {path}")


def check_log(path: Path) -> Report:
    """Check the chain of such a file; raises CollectionError where it was changed."""
    from collection.curate.reviews.audit import check_audit

    audit = check_audit(path)
    return _told(path, audit, f"{path} is whole: {amount(audit.events, 'event')}")


def _told(path: Path, audit: Audit, line: str) -> Report:
    details = {"file": str(path), "events": audit.events, "sha256": audit.sha256}
    return Report("reviews", f"{line}, sealed {audit.sha256[:16]}...", details)
