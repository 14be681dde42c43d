"""Editions of the frozen set: deployed, minted, closed and verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from collection.errors import UsageError
from collection.project import Project
from collection.stages.copies import (
    contract_of_editions,
    deployed_editions,
    edition_settings,
    editions_table,
    known_editions,
    missing_copies,
    plan_of,
)
from collection.stages.gas import refuse_poor_account
from collection.stages.names import all_accounts, names_of
from collection.stages.payees import find_receiver
from collection.stages.publication import publication_of
from collection.stages.published import refuse_hidden
from collection.stages.report import Report
from collection.values import Failure, Progress, amount, silent

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.copies import CopyPlan
    from collection.chain.editions import EditionsContract, Run
    from collection.chain.transactions import Account
    from collection.store.publication_records import Companion
    from collection.verify.findings import Finding

Action = Literal["show", "run", "deploy", "mint", "close", "verify"]


@dataclass(frozen=True, slots=True)
class EditionsStage:
    """Does something with the editions of the frozen set; `show` only asks the chain, `run` deploys and mints."""

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
        """The frozen images of which copies are still to be minted, as far as is known without the chain.

        Of actions that mint nothing, all frozen images; of `deploy` none once it is done.
        """
        table, images = editions_table(project), project.store.token_ids()
        known = known_editions(project)
        if self.action == "deploy":
            return len(images) if known is None else 0
        if self.action not in ("run", "mint"):
            return len(images)
        wanted = [image for image in images if self.image in (None, image)]
        copies = self.copies or table.mint
        if known is None:
            return len(wanted)
        plan = plan_of(project, known)
        return 0 if plan.closed else sum(plan.seen(image) < max(copies, plan.planned(image)) for image in wanted)

    def accounts(self, project: Project) -> Mapping[str, str]:
        """Everybody whom collection.toml names by ENS, and who gets the copies by --to."""
        return {**all_accounts(project), **({"--to": self.to} if self.to else {})}

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Do it; raises ChainError where the chain refuses, UsageError where no editions are wanted."""
        editions_table(project)
        sends = self.action in ("run", "deploy", "mint")
        publication, deploys = publication_of(project), self.action in ("run", "deploy")
        if sends:
            refuse_hidden(project, "its copies")
            names_of(project).addresses(self.accounts(project))
        with publication.chain(new=deploys) as chain:
            if self.action == "verify":
                return _verify(project, chain, deployed_editions(project, chain), progress)
            gas = 0
            if sends and self.pending(project):
                refuse_poor_account(project, chain, publication.account(chain), only_copies=True)
            if deploys:
                gas = _deploy(project, chain, publication.account(chain))
            known = deployed_editions(project, chain)
            contract = contract_of_editions(chain, known)
            if self.action in ("run", "mint"):
                gas += self._mint(project, contract, plan_of(project, known), publication.account(chain), progress)
            if self.action == "close" and not contract.closed():
                gas = contract.carry_out(publication.account(chain), contract.closing(), "close the editions")
            return _report(project, known, contract, gas)

    def _mint(
        self, project: Project, contract: EditionsContract, plan: CopyPlan, account: Account, progress: Progress
    ) -> int:
        from collection.chain.copies import mint_planned

        numbers = project.store.token_ids()
        if self.image is not None and self.image not in numbers:
            raise UsageError(f"the set has no image {self.image}", f"its images are 1 to {len(numbers)}")
        images = numbers if self.image is None else [self.image]
        _, gas = mint_planned(contract, account, plan, images)  # what an earlier run planned comes first
        if plan.closed and self.action == "run":
            return gas
        to = names_of(project).addresses(self.accounts(project)).get("--to")
        to = to or project.config.chain.recipient or account.address
        more = missing_copies(plan, images, self.copies or editions_table(project).mint, to)
        refuse_what_is_refused(contract, plan, account, more)
        plan.add(more)
        return gas + mint_planned(contract, account, plan, images, progress)[1]


def refuse_what_is_refused(
    contract: EditionsContract, plan: CopyPlan, account: Account, more: Mapping[int, list[Run]]
) -> None:
    """Raise ChainError where the contract would not mint further copies, before they are planned.

    What is planned already must be minted. Owners whose code takes no copies are told by name.
    """
    from collection.chain.editions import copies_in
    from collection.chain.recipients import classify, refuse_copies

    if not more:
        return
    owners = [owner for runs in more.values() for owner, _ in runs]
    refuse_copies(classify(contract.chain, owners, contract.address, account.address, copies=True))
    most = contract.copies()
    for image, runs in more.items():
        count = copies_in(runs)
        if plan.closed or (most and plan.planned(image) + count > most):
            contract.try_minting(account, image, plan.planned(image), [(runs[0][0], count)])


def _deploy(project: Project, chain: Chain, account: Account) -> int:
    from collection.chain.editions import deploy_editions

    publication = publication_of(project)
    publication.refuse_unpinned()
    receiver = find_receiver(project, chain, account)
    settings = edition_settings(project, publication.token_settings(account, receiver.address))
    return deploy_editions(project.store, chain, account, settings)[1] + receiver.gas


def editions_findings(project: Project, chain: Chain, known: Companion, progress: Progress = silent) -> list[Finding]:
    """What is wrong with the editions on the chain, by the records and the plan of who gets which copy."""
    from collection.verify.editions import check_editions

    images = project.store.token_ids()
    return list(check_editions(chain, known, images, plan_of(project, known).runs, progress))


def _verify(project: Project, chain: Chain, known: Companion, progress: Progress) -> Report:
    from collection.verify.content import check_content

    found, tokens = editions_findings(project, chain, known), project.store.tokens()
    with publication_of(project).sources() as (sources, unreadable):
        for done, token in enumerate(tokens, start=1):
            for source in sources:
                found += check_content(token, str(known.settings["base_uri"]), source, None)
            progress(done, len(tokens))
    failures = [Failure(each.subject_of_editions, f"{each.what}: {each.why}") for each in found]
    failures += [Failure(name, why) for name, why in unreadable.items()]
    wrong = {each.token_id for each in found}
    proven = 0 if None in wrong or not sources else len(tokens) - len(wrong)
    line = f"{proven} of {amount(len(tokens), 'image')} of {known.address} proven: URI, copies, owners, metadata, image"
    details = {"address": known.address, "images": len(tokens), "proven": proven}
    return Report("editions", line, details, failures, complete=not failures and proven == len(tokens))


def _report(project: Project, known: Companion, contract: EditionsContract, gas: int) -> Report:
    told, closed, plan = contract.told(), contract.closed(), plan_of(project, known)
    supplies = contract.supplies(project.store.token_ids())
    plan.take(supplies, closed)
    most = f"of at most {told['copies']} each" if told["copies"] else "open"
    did = f", {gas:,} gas" if gas else ""
    copies = amount(sum(supplies.values()), "copy", "copies")
    line = f"{copies} of {amount(len(supplies), 'image')} at {contract.address}"
    details = {
        "address": contract.address, "copies": {str(image): count for image, count in supplies.items()},
        "most": told["copies"], "closes_at": told["closes_at"], "closed": closed, "gas": gas,
    }  # fmt: skip
    return Report("editions", f"{line}, {'closed' if closed else most}{did}", details)
