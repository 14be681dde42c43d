"""Editions of the frozen set: deployed, minted, closed and verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from collection.errors import ChainError, UsageError
from collection.project import Project
from collection.stages.names import all_accounts, names_of
from collection.stages.payees import find_receiver
from collection.stages.publication import publication_of
from collection.stages.report import Report
from collection.values import Failure, Progress, amount, silent

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.editions import EditionSettings
    from collection.chain.transactions import Account
    from collection.config.selling import Editions
    from collection.store.records import Companion

Action = Literal["show", "deploy", "mint", "close", "verify"]


@dataclass(frozen=True, slots=True)
class EditionsStage:
    """Does something with the editions of the frozen set; `show` only asks the chain."""

    action: Action = "show"
    image: int | None = None
    """Only this one, of `mint`; None: all."""
    copies: int | None = None
    """How many are to exist of each, of `mint`; None: as collection.toml says."""
    to: str | None = None
    """Who gets them; None: chain.recipient, or who deploys."""
    name: ClassVar[str] = "editions"
    unit: ClassVar[str] = "image"

    def pending(self, project: Project) -> int:
        """The frozen images; only the chain knows their copies."""
        _table(project)
        return len(project.store.tokens())

    def accounts(self, project: Project) -> Mapping[str, str]:
        """Everybody whom collection.toml names by ENS, and who gets the copies by --to."""
        return {**all_accounts(project), **({"--to": self.to} if self.to else {})}

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Do it; raises ChainError where the chain refuses, UsageError where no editions are wanted."""
        from collection.chain.editions import EditionsContract

        table, publication = _table(project), publication_of(project)
        if self.action in ("deploy", "mint"):
            names_of(project).addresses(self.accounts(project))
        with publication.chain(new=self.action == "deploy") as chain:
            if self.action == "verify":
                return _verify(project, chain, _known(project, chain), progress)
            account, gas = publication.account(chain), 0
            if self.action == "deploy":
                gas = _deploy(project, chain, account)
            contract = EditionsContract(chain, _known(project, chain).address)
            if self.action == "mint":
                gas = self._mint(project, table, contract, account, progress)
            if self.action == "close" and not contract.closed():
                gas = contract.carry_out(account, "close")
            return _report(project, contract, gas)

    def _mint(self, project: Project, table: Editions, contract: Any, account: Account, progress: Progress) -> int:
        from collection.chain.editions import mint_up_to

        numbers = [token.token_id for token in project.store.tokens()]
        if self.image is not None and self.image not in numbers:
            raise UsageError(f"the set has no image {self.image}", f"its images are 1 to {len(numbers)}")
        images = numbers if self.image is None else [self.image]
        to = names_of(project).addresses(self.accounts(project)).get("--to")
        to = to or project.config.chain.recipient or account.address
        _, gas = mint_up_to(contract, account, images, self.copies or table.mint, to, progress)
        return gas


def settings_of(project: Project, chain: Chain, account: Account) -> EditionSettings:
    """What the editions of the frozen set are deployed with."""
    from collection.chain.editions import EditionSettings
    from collection.config.selling import seconds_of

    table, receiver = _table(project), find_receiver(project, chain, account)
    closes_at = seconds_of(table.closes_at) if table.closes_at else 0
    token = publication_of(project).token_settings(account, receiver.address)
    return EditionSettings.of(token, table.copies, closes_at)


def _deploy(project: Project, chain: Chain, account: Account) -> int:
    from collection.chain.editions import deploy_editions

    publication_of(project).refuse_unpinned()
    _, gas = deploy_editions(project.store, chain, account, settings_of(project, chain, account))
    return gas


def _known(project: Project, chain: Chain) -> Companion:
    from collection.chain.deploy import frozen_set
    from collection.chain.editions import editions_of

    known = editions_of(project.store, chain.id, f"ipfs://{frozen_set(project.store).metadata_cid}/")
    if known is None:
        raise ChainError(f"the frozen set has no editions on {chain.network.name}", "collection editions deploy")
    return known


def _verify(project: Project, chain: Chain, known: Companion, progress: Progress) -> Report:
    from collection.verify.editions import check_editions

    with publication_of(project).sources() as (sources, unreadable):
        tokens = project.store.tokens()
        found = list(check_editions(chain, known, tokens, sources, progress))
    failures = [Failure(f"token {each.token_id}" if each.token_id else "editions", str(each.why)) for each in found]
    failures += [Failure(name, why) for name, why in unreadable.items()]
    wrong = {each.token_id for each in found}
    proven = 0 if None in wrong or not sources else len(tokens) - len(wrong)
    line = f"{proven} of {amount(len(tokens), 'image')} of {known.address} proven: URI, copies, metadata, image"
    details = {"address": known.address, "images": len(tokens), "proven": proven}
    return Report("editions", line, details, failures, complete=not failures and proven == len(tokens))


def _report(project: Project, contract: Any, gas: int) -> Report:
    told, closed = contract.told(), contract.closed()
    supplies = {token.token_id: contract.supply(token.token_id) for token in project.store.tokens()}
    most = f"of at most {told['copies']} each" if told["copies"] else "open"
    did = f", {gas:,} gas" if gas else ""
    line = (
        f"{amount(sum(supplies.values()), 'copy', 'copies')} of {amount(len(supplies), 'image')} at {contract.address}"
    )
    details = {
        "address": contract.address, "copies": {str(image): count for image, count in supplies.items()},
        "most": told["copies"], "closes_at": told["closes_at"], "closed": closed, "gas": gas,
    }  # fmt: skip
    return Report("editions", f"{line}, {'closed' if closed else most}{did}", details)


def _table(project: Project) -> Editions:
    if project.config.editions is None:
        hint = "[editions] with copies = 50, or copies = 0 for any number"
        raise UsageError("collection.toml has no [editions]: there are no copies to mint", hint)
    return project.config.editions
