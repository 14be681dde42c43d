"""Select: the set is chosen, by what people said in comparisons where that is conclusive; and what it would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.judges import judges_of
from collection.stages.rank import comparisons_pending, count_comparisons
from collection.stages.report import NOT_JUDGED, Report
from collection.stages.shortage import way_out
from collection.values import Progress, amount, silent

JUDGES = "`collection review` asks for your votes; a model that knows art ranks too: `heads` or `preference` in [score]"
"""What is said where nothing ranks the images."""

if TYPE_CHECKING:
    from collection.curate.selection.criteria import SelectionCriteria
    from collection.curate.selection.diverse import Coverage
    from collection.curate.selection.statistics import SetDiff


@dataclass(frozen=True, slots=True)
class SelectStage:
    """Chooses one image for each token, unless nothing changed; first it records what the caller says of the set."""

    lock: Sequence[int] = ()
    """Images to have in the set whatever their scores."""
    reject: Sequence[int] = ()
    """Images to keep out of it."""
    free: Sequence[int] = ()
    """Images of which a lock and a reject are taken back."""
    swap: tuple[int, int] | None = None
    """A chosen image to reject, and another of its kind to lock."""
    diversity: float | None = None
    """Kept for every later choice: 0 best scores only, 1 most different only; None: as before."""
    curator: str = "curator"
    """Who says so."""
    seen: Mapping[str, Any] | None = None
    """What the curator was shown: JSON values for the log."""

    name: ClassVar[str] = "select"
    unit: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if self.swap and (self.lock or self.reject or self.free):
            raise UsageError("a swap does not go with lock, reject or free", "do one after the other")

    @property
    def says(self) -> bool:
        """Whether there is anything to record."""
        return bool(self.lock or self.reject or self.free or self.swap) or self.diversity is not None

    def pending(self, project: Project) -> int:
        """Images to choose: one for each token if anything changed since the last choice."""
        from collection.curate.selection.select import pending

        return (
            project.config.supply if comparisons_pending(project) else pending(project.store, self._criteria(project))
        )

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Record, rank by comparisons, choose.

        Raises UsageError, with nothing recorded, for images that cannot be locked, rejected or swapped so.
        """
        from collection.curate.selection.select import pending, select

        if self.says:
            self._record(project)
        count_comparisons(project)
        judges, store = judges_of(project), project.store
        criteria = judges.criteria()
        if not pending(store, criteria):
            report = store.stage_report("select")
            return _report(project, f"nothing to do: {report['selected']} of {report['eligible']} are chosen", report)
        result = select(store, criteria)
        line = f"{result.selected} of {result.eligible}, {_judged(result.mean_score)}"
        line += "".join(f"; {has} of {tokens} by {artist}" for artist, (tokens, has) in result.artists.items())
        line += f"; {result.excluded} excluded by their issues" if result.excluded else ""
        line += f"; judged by {' and '.join(criteria.metrics)}" if criteria.metrics else ""
        return _report(project, line, store.stage_report("select"))

    def _record(self, project: Project) -> None:
        from collection.curate.selection import choices

        store, criteria = project.store, judges_of(project).criteria()
        if self.swap:
            choices.swap(store, criteria, *self.swap, curator=self.curator, seen=self.seen)
        elif self.lock or self.reject or self.free:
            choices.decide(
                store, criteria, locked=self.lock, rejected=self.reject, freed=self.free,
                curator=self.curator, seen=self.seen,
            )  # fmt: skip
        if self.diversity is not None:
            store.set_diversity(self.diversity, project.config.select.diversity)

    def _criteria(self, project: Project) -> SelectionCriteria:
        """What the set is to be once this is recorded; nothing is."""
        from collection.curate.selection import choices

        store, criteria = project.store, judges_of(project).criteria()
        lock, reject = self.lock, self.reject
        if self.swap:
            choices.refuse_swap(store, criteria, *self.swap)
            reject, lock = [self.swap[0]], [self.swap[1]]
        changed = choices.after(store, criteria, locked=lock, rejected=reject, freed=self.free, curator=self.curator)
        return changed if self.diversity is None else replace(changed, diversity=self.diversity)

    def preview(self, project: Project) -> SelectPreview:
        """What the choice would change in the written set, by all comparisons; the set stays as it is."""
        from collection.curate.selection.candidates import candidates_of
        from collection.curate.selection.select import propose, standing_of
        from collection.curate.selection.statistics import set_diff

        count_comparisons(project)
        store, criteria, wanted = project.store, judges_of(project).criteria(), self._criteria(project)
        candidates, written = candidates_of(store, wanted), {item.asset_id for item in store.selection()}
        proposal = propose(candidates, wanted, costs=False)
        then = proposal.report
        return SelectPreview(
            SetSummary(len(written), *standing_of(candidates, criteria, written)),
            SetSummary(then.selected, then.mean_score, then.coverage),
            set_diff(candidates, proposal, written),
            then.supply,
        )


def _judged(mean_score: float | None) -> str:
    return NOT_JUDGED if mean_score is None else f"mean percentile {mean_score:.0f}"


def _report(project: Project, line: str, details: dict[str, Any]) -> Report:
    short = int(details["supply"] - details["selected"])
    if short:
        hint = f"{amount(short, 'token')} without an image: {way_out(project)}"
        return Report("select", line, details, complete=False, hint=hint)
    return Report("select", line, details, hint=None if details["judged_by"] else JUDGES)


@dataclass(frozen=True, slots=True)
class SetSummary:
    """How many images a set has, how good they are, and how well they cover what there is to choose from."""

    images: int
    mean_score: float | None
    """Mean percentile, 0 to 100; None where no metric ranks the images."""
    coverage: Coverage | None

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        coverage = asdict(self.coverage) if self.coverage else None
        return {"selected": self.images, "mean_score": self.mean_score, "coverage": coverage}


@dataclass(frozen=True, slots=True)
class SelectPreview:
    """What a choice would change."""

    now: SetSummary
    then: SetSummary
    set_diff: SetDiff
    supply: int

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {
            "stage": "preview", "added": self.set_diff.added, "removed": self.set_diff.removed,
            "now": self.now.as_json(), "then": self.then.as_json(), "supply": self.supply,
            "rarity": [
                {"trait": item.trait, "value": item.value, "now": item.before, "then": item.count}
                for item in self.set_diff.changed
            ],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an image was chosen or not."""

    image: int
    why: str
    issues: Mapping[str, str]
    """What is wrong with it, and why in words."""
    token: int | None = None

    @property
    def line(self) -> str:
        """The same in words."""
        issues = self.issues.items()
        said = (f"; {issue} ({defect})" for issue, defect in issues if f"{issue} (" not in self.why)
        return self.why + "".join(said)

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        return {"token": self.token, "image": self.image, "why": self.why, "issues": dict(self.issues)}


def explain_token(project: Project, token: int) -> Explanation:
    """Why a token's image was chosen; raises UsageError if there is no such token."""
    found = {item.token_id: item.asset.id for item in project.store.tokens()}
    if token not in found:
        known = f"the tokens are 1 to {len(found)}" if found else "nothing is frozen yet: collection freeze"
        raise UsageError(f"there is no token {token}", f"{known}; --why-image asks by the image's number")
    return replace(explain(project, found[token]), token=token)


def explain(project: Project, image: int) -> Explanation:
    """Why an image was chosen or not; raises CollectionError if there is none of that number."""
    from collection.curate.selection.reasons import why

    judges = judges_of(project)
    return Explanation(image, why(project.store, image, judges.criteria()), judges.issues.get(image, {}))
