"""Airdrops of copies: a list says who gets a copy of which image; that is planned first, and then minted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import UsageError
from collection.project import Project
from collection.stages.copies import (
    contract_of_editions,
    deployed_editions,
    editions_table,
    known_editions,
    plan_of,
)
from collection.stages.editions import refuse_what_is_refused
from collection.stages.lists import digest_of, text_of
from collection.stages.names import all_accounts, names_of
from collection.stages.publication import publication_of
from collection.stages.published import refuse_hidden
from collection.stages.report import Report
from collection.values import Progress, amount, silent

if TYPE_CHECKING:
    from collection.chain.copies import CopyPlan
    from collection.chain.editions import EditionsContract, Run
    from collection.chain.recipients import Line


def copy_lines(file: Path) -> Sequence[Line] | None:
    """The lines of a list that gives out copies; None where it gives out tokens. Raises UsageError for a wrong one."""
    from collection.chain.recipients import read_list

    lines = read_list(text_of(file), file.name)
    return lines if lines[0].image is not None else None


def pending_copies(project: Project, file: Path, lines: Sequence[Line]) -> int:
    """How many copies of a list are not known to be minted."""
    from collection.chain.editions import copies_in

    editions_table(project)
    _runs(project, file, lines, [line.address for line in lines])
    known = known_editions(project)
    if known is None:
        return len(lines)
    plan, digest = plan_of(project, known), digest_of(file, project.store.frozen())
    if not plan.gave_out(digest):
        return len(lines)
    return sum(copies_in(plan.left(image, plan.seen(image))) for image in plan.images_of(digest))


def new_owners(project: Project, file: Path, lines: Sequence[Line]) -> Mapping[str, str]:
    """The owners of a list by the line that names them; none where the list was given out before."""
    from collection.chain.recipients import places

    known = known_editions(project)
    given = known is not None and plan_of(project, known).gave_out(digest_of(file, project.store.frozen()))
    return {} if given else places(lines, file.name)


def airdrop_copies(project: Project, file: Path, lines: Sequence[Line], progress: Progress = silent) -> Report:
    """Plan and mint; raises ChainError for owners that can receive no copies, and where the contract refuses."""
    from collection.chain.copies import mint_planned

    editions_table(project)
    refuse_hidden(project, "its copies")
    publication, digest = publication_of(project), digest_of(file, project.store.frozen())
    publication.refuse_unpinned()
    names_of(project).addresses(all_accounts(project))
    found = names_of(project).addresses(new_owners(project, file, lines))
    made = gas = 0
    with publication.chain() as chain:
        account, known = publication.account(chain), deployed_editions(project, chain)
        contract, plan = contract_of_editions(chain, known), plan_of(project, known)
        if not plan.gave_out(digest):
            _refuse_unfinished(contract, plan, file.name)
            more = _runs(project, file, lines, list(found.values()))
            made, gas = mint_planned(contract, account, plan, sorted(more))  # what was planned before comes first
            refuse_what_is_refused(contract, plan, account, more)
            plan.add(more, digest)
        minted, used = mint_planned(contract, account, plan, plan.images_of(digest), progress)
    made, gas = made + minted, gas + used
    copies = amount(len(lines), "copy", "copies")
    line = (
        f"{amount(made, 'copy', 'copies')}, {gas:,} gas" if made else f"nothing to do: {copies} of {file.name} minted"
    )
    return Report("airdrop", line, {"minted": made, "gas": gas, "editions": known.address, "copies": len(lines)})


def _refuse_unfinished(contract: EditionsContract, plan: CopyPlan, name: str) -> None:
    """Raise UsageError where an earlier list was stopped half-way: this one may be that list, changed meanwhile."""
    from collection.chain.editions import copies_in

    there = contract.supplies(plan.listed())
    left = sum(copies_in(plan.left(image, count)) for image, count in there.items())
    if left:
        raise UsageError(
            f"{name} is not the list that was begun, with {amount(left, 'copy', 'copies')} planned and "
            "not minted of its images: whoever is on both would get theirs twice",
            "run that list to its end, or `collection airdrop --forget` takes back what is not minted; "
            f"then {name} must leave out whoever has theirs",
        )


def forget_copies(project: Project) -> int:
    """Take what was planned and is not minted out of the plan of the editions; returns how many copies."""
    known = known_editions(project)
    if known is None:
        return 0
    images = project.store.token_ids()
    with publication_of(project).chain() as chain:
        contract, plan = contract_of_editions(chain, known), plan_of(project, known)
        plan.take(contract.supplies(images), contract.closed())
    return plan.forget()


def _runs(project: Project, file: Path, lines: Sequence[Line], owners: Sequence[str]) -> dict[int, list[Run]]:
    """Who gets the copies of each image that a list names; UsageError: the set has no such image."""
    numbers = set(project.store.token_ids())
    found: dict[int, list[Run]] = {}
    for line, owner in zip(lines, owners, strict=True):
        image = line.image
        if image is None or image not in numbers:
            where = f"{file.name}, line {line.number}"
            raise UsageError(f"{where}: the frozen set has no image {image}", f"its images are 1 to {len(numbers)}")
        found.setdefault(image, []).append((owner, 1))
    return found
