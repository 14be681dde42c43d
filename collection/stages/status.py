"""Status: how far a project is, what failed, and which command comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from collection.chain.networks import lacking
from collection.config.accounts import all_names
from collection.errors import CollectionError
from collection.models.hub import without_fetching
from collection.project import Project
from collection.stages.editions import EditionsStage
from collection.stages.judges import IssuesByImage, judges_of
from collection.stages.payees import payees_of_project, receiver_of, shared_by
from collection.stages.pipeline import Outlook, Stage, outlook, pipeline
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import FreezeStage
from collection.stages.published import contract_of
from collection.stages.report import NO_IMAGES
from collection.stages.shortage import way_out
from collection.stages.verified import OPEN_METADATA
from collection.values import Failure, amount

if TYPE_CHECKING:
    from collection.ipfs.pin import StorageState

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
    outlook: Sequence[Outlook]
    """What each stage would do now, in order."""
    next: str | None
    """The command that comes next, with the options that it needs; None: no command has anything to do."""
    why: str | None = None
    """What stands in the way of going on, in words, if anything."""
    hint: str | None = None
    """What to do about that."""
    exit_code: int = 0
    """With what `run` would end because of that; 0: nothing is in the way."""
    notes: Sequence[str] = field(default=())
    """What is otherwise than collection.toml says and stays so, and what is to be known of the contract."""
    differs: bool = False
    """Whether collection.toml says something that no command can bring about any more."""
    judged_by: Sequence[str] | None = None
    """The metrics by which the set was chosen: none where nothing judged the images; None before it was chosen."""
    storages: Sequence[StorageState] = ()
    """How far each storage is with the frozen set; none before it is frozen."""

    @property
    def done(self) -> bool:
        """Whether all that collection.toml asks for is done."""
        return self.next is None and self.why is None and not self.differs

    @property
    def pending(self) -> dict[str, int]:
        """What each stage would do now, by its name."""
        return {item.name: item.pending for item in self.outlook}

    def as_json(self) -> dict[str, Any]:
        """The object that --json prints."""
        failed = [{"stage": stage, "what": item.what, "why": item.why} for stage, item in self.failures]
        judged_by = None if self.judged_by is None else [*self.judged_by]
        return {
            **self.counts, "with_issues": len(self.issues), "judged_by": judged_by, "failed": failed,
            "storages": [storage.as_json() for storage in self.storages],
            "pending": self.pending, "next": self.next, "why": self.why, "hint": self.hint, "notes": list(self.notes),
            "done": self.done,
        }  # fmt: skip


def status_of(project: Project, stages: Sequence[Stage] | None = None) -> Status:
    """How far a project is, by what each stage says that it would do; no chain and no other machine is asked.

    What cannot be told, such as the issues where a package is missing, is left out and named.
    """
    with project.store.one_moment():
        return _status_of(project, pipeline(project) if stages is None else stages)


def _status_of(project: Project, stages: Sequence[Stage]) -> Status:
    with without_fetching():
        found = outlook(project, stages)
        try:
            issues: IssuesByImage = judges_of(project).issues
        except CollectionError:
            issues = {}  # the outlook of `score` says why
    counts, goals = _counts(project, found)
    following, trouble = _next(project, stages, found, counts)
    why, hint, code = (trouble.message, trouble.hint, trouble.exit_code) if trouble else (None, None, 0)
    differences = _settled(project)
    return Status(
        counts, goals, issues, _failures(project, found), found, following, why, hint, code,
        [*differences, *_of_metadata(project), *_of_network(project, found)], bool(differences),
        project.store.stage_report("select").get("judged_by"), _storages(project),
    )  # fmt: skip


def _counts(project: Project, found: Sequence[Outlook]) -> tuple[dict[str, int], dict[str, int]]:
    """The counts by what the stages say, and their goals; where a stage cannot say it, what the database has."""
    config, counts = project.config, project.store.counts()
    by_stage = {item.name: item for item in found}

    def settle(name: str, total: int) -> None:
        item = by_stage[REACHED[name]]
        if not item.trouble:
            counts[name] = max(0, total - item.pending)

    settle("generated", counts["planned"])
    settle("scored", counts["generated"] + counts["imported"])
    counts["pinned"] = 0 if by_stage["pin"].pending else counts["frozen"]
    if not config.sale:  # what was sold, only the chain knows
        settle("minted", counts["frozen"])
        settle("verified", counts["frozen"])
    images = max(config.images, counts["planned"])  # people may have added some
    sold = {"minted": config.sale.reserve} if config.sale else {}
    goals = {**sold, "planned": images, "generated": images, "scored": images + counts["imported"]}
    return counts, {name: goals.get(name, config.supply) for name in REACHED}


def _storages(project: Project) -> Sequence[StorageState]:
    """The state of each storage, where they can be told."""
    from collection.ipfs.pin import storage_states

    try:
        return storage_states(project.store, publication_of(project).pinners)
    except CollectionError:
        return ()  # the outlook of `pin` says why


def _failures(project: Project, found: Sequence[Outlook]) -> list[tuple[str, Failure]]:
    """What failed, of the stages that are not done."""
    unfinished = [item.name for item in found if item.name in FAILING and not item.done]
    return [(stage, failure) for stage in unfinished for failure in project.store.failures(stage)]


def _next(
    project: Project, stages: Sequence[Stage], found: Sequence[Outlook], counts: Mapping[str, int]
) -> tuple[str | None, CollectionError | None]:
    """The command that comes next, and what is in its way, as a run of all stages would meet it."""
    following = next((item for item in found if not item.done), None)
    reached = [item.name for item in found]
    at = reached.index(following.name) if following else len(found)
    if at > reached.index("plan") and not counts["planned"] + counts["imported"]:
        return "import", CollectionError("there are no images, and collection.toml plans none", NO_IMAGES)
    if at > reached.index("select") and (short := project.config.supply - counts["selected"]) > 0:
        hint = way_out(project)
        command = "top-up" if "collection top-up" in hint else "select"
        return command, CollectionError(f"{amount(short, 'token')} without an image", hint)
    if following is None:
        return None, None
    stage = stages[at]
    if isinstance(stage, EditionsStage):
        return f"{stage.name} {stage.action}", following.trouble
    if not isinstance(stage, PlanStage | FreezeStage):
        return following.name, following.trouble
    return _command(project, stage), following.trouble or stage.refusal(project)


def _command(project: Project, stage: PlanStage | FreezeStage) -> str:
    """The command of a stage, with those of its options without which it would refuse."""
    told = {option: value for option, value in asdict(stage).items() if value}
    needed = [option for option in told if type(stage)(**(told | {option: False})).refusal(project)]
    return " ".join([stage.name, *(f"--{option}" for option in needed)])


def _settled(project: Project) -> list[str]:
    """What collection.toml says now and the contract and its tokens do not, for ever."""
    known = contract_of(project)
    settings = known.settings if known else None
    if known is None or not settings:
        return []
    config, found = project.config, []
    points = round(config.royalties.percent * 100)
    if points != settings["royalty_basis_points"]:
        found.append(
            f"royalties.percent is {config.royalties.percent:g} now; "
            f"the contract was deployed with {settings['royalty_basis_points'] / 100:g}"
        )
    unknown = all_names(config)
    found += [f'{place}: "{name}" is not resolved yet: `collection resolve`' for place, name in unknown.items()]
    receiver, payees = (None, ()) if unknown else (receiver_of(project), payees_of_project(project))
    if payees and not shared_by(project, known, payees):
        shares = ", ".join(map(str, payees))
        found.append(f"royalties go {shares} now; the contract was deployed with {settings['royalty_receiver']}")
    elif receiver and receiver.lower() != settings["royalty_receiver"].lower():
        found.append(f"royalties go to {receiver} now; the contract was deployed with {settings['royalty_receiver']}")
    frozen = project.store.frozen()
    planned = project.store.recipients(frozen) if frozen else {}
    recipients = {
        mint.recipient
        for mint in project.store.mints(known.id)
        if mint.status == "confirmed" and mint.token_id not in planned
    }
    wanted = config.chain.recipient
    if wanted and not unknown and (others := sorted(each for each in recipients if each.lower() != wanted.lower())):
        found.append(f"chain.recipient is {wanted} now; tokens were minted to {', '.join(others)}")
    return found


def _of_network(project: Project, found: Sequence[Outlook]) -> list[str]:
    """What is missing to deploy and mint, where the frozen set comes to that."""
    waiting = any(item.name in ("deploy", "mint") and item.pending for item in found)
    return lacking(project.config) if waiting else []


def _of_metadata(project: Project) -> list[str]:
    """Whether the owner may still move the metadata, as far as it is known."""
    known = contract_of(project)
    match project.store.metadata_frozen(known) if known else None:
        case True:
            return ["the metadata is frozen on the chain: nobody can move it"]
        case False:
            return [OPEN_METADATA]
        case None:
            return []
