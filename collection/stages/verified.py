"""What `verify` found, as a report: the tokens, and the copies of their images where there are some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from collection.project import Project
from collection.stages.copies import known_editions
from collection.stages.editions import editions_findings
from collection.stages.names import moved
from collection.stages.publication import publication_of
from collection.stages.published import contract_of, is_hidden
from collection.stages.report import Report, marks_line, not_reproducible
from collection.stages.reveal import HIDDEN
from collection.stages.stated import count_stated
from collection.values import Failure, amount, canonical_json, sha256_hex

if TYPE_CHECKING:
    from collection.store.publication_records import Companion, Deployment
    from collection.verify.findings import VerifyReport

OPEN_METADATA = "the owner of the contract may still move the metadata; `collection freeze-metadata` ends that for ever"
"""What is to be known of a contract whose metadata is not frozen."""


def editions_beside(project: Project, known: Deployment) -> Companion | None:
    """The editions of the set whose tokens a contract has; None where there are none, or it is of an earlier set."""
    current = contract_of(project)
    return known_editions(project) if current is not None and current.id == known.id else None


def verified(project: Project, known: Deployment, result: VerifyReport, sample: int) -> Report:
    """The report of a look at a contract and at the editions beside it; what it says is recorded."""
    stated = count_stated(project, publication_of(project).tokens(known))
    findings = [Failure(finding.subject, finding.told) for finding in result.findings]
    editions = editions_beside(project, known)
    of_copies = _of_copies(project, editions) if editions else []
    findings += of_copies
    apart = result.unsold + len(result.burned)
    complete = not findings and result.tokens > 0 and result.proven + apart == result.tokens
    record_verified(project, known, result, complete=complete, rerender=sample)
    where = " and ".join("the local CAR" if name == "car" else name for name in result.sources) or "nowhere"
    copies = f"; their copies at {editions.address} too" if editions and not of_copies else ""
    line = (
        f"{result.proven} of {amount(result.tokens, 'token')} proven: owner, URI, metadata, image, read from "
        f"{where}; {result.rerendered} re-rendered alike{not_reproducible(result.not_reproducible, 'token')}"
        f"{marks_line(result.marks)}{stated.line}{f'; {result.unsold} not sold yet' if result.unsold else ''}"
        f"{f'; {len(result.burned)} burned' if result.burned else ''}{copies}"
    )
    details = {
        "tokens": result.tokens, "proven": result.proven, "rerendered": result.rerendered,
        "not_reproducible": result.not_reproducible, "sources": list(result.sources),
        "metadata_frozen": result.metadata_frozen, "unsold": result.unsold, "burned": list(result.burned),
        "signer": result.signer, "editions": editions.address if editions else None,
        "marks": {name: {"read": read, "of": of} for name, (read, of) in result.marks.items()}, **stated.as_json(),
    }  # fmt: skip
    notes = [*stated.notes, *_notes(project, known, result)]
    return Report("verify", line, details, findings, complete=complete, notes=notes)


def unproven(project: Project) -> int:
    """How many frozen tokens are still to be verified.

    None if the last look at this contract and these storages found nothing wrong, and rendered as many tokens again as
    the configuration wants.
    """
    store, known, tokens = project.store, contract_of(project), len(project.store.token_ids())
    if known is None or store.stage_inputs("verify") != _looked_at(project, known):
        return tokens
    report = store.stage_report("verify")
    if report["complete"] and report["rerender"] >= project.config.verify.rerender:
        return 0
    return tokens - report["proven"] or tokens


def record_verified(
    project: Project, known: Deployment, result: VerifyReport, *, complete: bool, rerender: int
) -> None:
    """Remember what a look at the present contract found; what an earlier one is like is only told."""
    current, store = contract_of(project), project.store
    if current and current.id == known.id and not store.read_only:
        told = {"complete": complete, "proven": result.proven, "rerender": rerender}
        store.record_stage("verify", _looked_at(project, known), told)
        store.record_metadata_frozen(known, result.metadata_frozen)


def _looked_at(project: Project, known: Deployment) -> str:
    """The contract, the editions beside it and the storages: what a look is of."""
    editions = editions_beside(project, known)
    looked = [known.chain_id, known.address, known.root_cid, sorted(project.config.publish.storage)]
    looked += [editions.address] if editions else []
    return sha256_hex(canonical_json(looked))


def _of_copies(project: Project, editions: Companion) -> list[Failure]:
    """What is wrong with the editions; the files behind them are those of the tokens."""
    with publication_of(project).chain() as chain:
        found = editions_findings(project, chain, editions)
    return [Failure(each.subject_of_editions, f"{each.what}: {each.why}") for each in found]


def _notes(project: Project, known: Deployment, result: VerifyReport) -> Sequence[str]:
    from collection.verify.findings import burned_note

    other = result.signer is not None and result.signer.lower() != known.deployer.lower()
    signed = [f"the proof is signed by {result.signer}, the contract deployed by {known.deployer}"] if other else []
    hidden = [HIDDEN] if is_hidden(project) else []
    gone = [burned_note(result.burned)] if result.burned else []
    return [*signed, *moved(project), *hidden, *gone, *([] if result.metadata_frozen else [OPEN_METADATA])]
