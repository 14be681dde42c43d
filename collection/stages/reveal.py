"""The reveal: what a set hides until its last token is minted, and the draw that gives each token its document."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.published import REVEAL, contract_of, is_hidden
from collection.stages.report import Report
from collection.values import Progress, amount, canonical_json, silent

if TYPE_CHECKING:
    from collection.chain.reveal import Draw, Hiding
    from collection.chain.token_kind import TokenKind
    from collection.store.publication_records import Deployment

HIDDEN = "nothing is revealed yet: every token shows the placeholder until `collection reveal`"
"""What is to be known of a contract whose offset was not drawn."""


def hiding_of(project: Project) -> Hiding | None:
    """What the contract of the set is to hide, by collection.toml; None: nothing."""
    from collection.chain.reveal import Hiding
    from collection.config.selling import seconds_of

    config = project.config
    if config.reveal is None:
        return None
    return Hiding(config.reveal.placeholder or _placeholder(config.title), seconds_of(config.reveal.deadline))


def kind_of(project: Project) -> TokenKind:
    """What the contract of the set is to be able to do, by collection.toml."""
    from collection.chain.token_kind import TokenKind

    chain = project.config.chain
    return TokenKind(hiding_of(project), chain.burnable, chain.transfer_validator)


def _placeholder(title: str) -> str:
    """Metadata as a URI that holds it, so that no file must be published."""
    document = canonical_json({"name": title, "description": "Not revealed yet."})
    return f"data:application/json;base64,{base64.b64encode(document).decode()}"


@dataclass(frozen=True, slots=True)
class RevealStage:
    """Draws which token shows which document, once all are minted; goes on where the draw stands."""

    name: ClassVar[str] = "reveal"
    unit: ClassVar[str] = "draw"

    def pending(self, project: Project) -> int:
        """1 if the present contract hides the set, else 0."""
        return int(contract_of(project) is not None and is_hidden(project))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Take the draw as far as it goes; raises ChainError where the contract refuses, UsageError where nothing is
        hidden."""
        from collection.chain.compiled import artifact_of
        from collection.chain.reveal import CONTRACT, draw, weakness_of

        publication = publication_of(project)
        known = publication.deployment()
        compiled = artifact_of(known.artifact_sha256)
        if compiled is not None and compiled.name != CONTRACT:
            raise _none_needed(project, known)
        with publication.chain() as chain:
            done = draw(chain, publication.account(chain), known.address)
        if done.offset is not None:
            project.store.record_stage(REVEAL, known.address, {"offset": done.offset, "block": done.block})
        weak = weakness_of(publication.network)
        return _report(project, done, [weak] if weak else [])


def _none_needed(project: Project, known: Deployment) -> UsageError:
    """What to say of a set that hides nothing."""
    hint = "a set is hidden from its deployment on: [reveal] in collection.toml, before `collection deploy`"
    if project.config.sale is None:
        owner = project.config.chain.recipient or known.deployer
        why = f"the whole set goes to {owner} first, so nobody buys what they cannot see: no reveal is needed"
        return UsageError(why, f"for a list of owners or a sale, {hint}")
    return UsageError(f"the contract {known.address} was deployed without a reveal: every token shows its image", hint)


def _report(project: Project, done: Draw, notes: list[str]) -> Report:
    details: dict[str, Any] = {"offset": done.offset, "block": done.block, "missing": done.missing, "gas": done.gas}
    did = f", {done.gas:,} gas" if done.gas else ""
    if done.offset is None:
        line = f"block {done.block} decides, {amount(done.missing, 'block')} from now{did}"
        hint = "`collection reveal` again, within 256 blocks after it; anybody may"
        return Report("reveal", line, details, complete=False, hint=hint, notes=notes)
    line = f"token 1 shows document {done.offset + 1}, drawn from block {done.block}{did}"
    elsewhere = [name for name in project.config.publish.storage if name != "car"]
    if elsewhere:
        notes = [*notes, f"`collection pin` now gives the set to {', '.join(elsewhere)}"]
    return Report("reveal", line if did else f"nothing to do: {line}", details, notes=notes)
