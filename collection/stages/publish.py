"""From the chosen set to proven tokens: freeze, pin, deploy, mint, verify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from collection.errors import CollectionError
from collection.project import Project
from collection.stages.additions import additions_of
from collection.stages.airdrop import plan_owner
from collection.stages.gas import refuse_poor_account
from collection.stages.names import all_accounts, names_of, published_accounts
from collection.stages.payees import find_receiver, refuse_lost_recipients
from collection.stages.publication import publication_of
from collection.stages.published import (
    contract_of,
    explorer_notes,
    kind_notes,
    last_to_mint,
    refuse_damaged,
    tell_of_changes,
    unminted,
)
from collection.stages.report import Report, bytes_of
from collection.stages.reveal import kind_of
from collection.stages.sale import refuse_while_selling
from collection.stages.stated import count_stated
from collection.stages.verified import unproven, verified
from collection.values import Failure, Progress, amount, silent


@dataclass(frozen=True, slots=True)
class FreezeStage:
    """Gives out token ids, writes the metadata, and fixes both by hash, unless the frozen set is what it would be."""

    again: bool = False
    """Make a new set although the old one is pinned or has a contract."""
    name: ClassVar[str] = "freeze"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """Tokens to freeze: all of them if the choice or the metadata changed, or a metadata file is gone."""
        from collection.publish.freeze import pending
        from collection.publish.rewrite import lost

        return pending(project.store, project.config, additions_of(project)) or lost(project.store, project.files)

    def refusal(self, project: Project) -> CollectionError | None:
        """Why `run` would not freeze what is pending: too few images, or a set that is published already."""
        from collection.publish.freeze import refusal

        return refusal(project.store, project.config, additions_of(project), again=self.again)

    def accounts(self, project: Project) -> Mapping[str, str]:
        """Artists and collaborators that collection.toml names by ENS."""
        return published_accounts(project)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Freeze; raises PublishError where less than the supply is chosen, or the old set is published already."""
        from collection.publish.freeze import freeze, pending
        from collection.publish.rewrite import rewrite
        from collection.stages.export_set import limits_of, refused_by_targets
        from collection.stages.keys import certificate_of, credentials_of

        names_of(project).addresses(self.accounts(project))
        signer, limits = certificate_of(project), limits_of(project)
        unsigned = not signer.exists()
        frozen, nothing = project.store.frozen(), "nothing to do: "
        if frozen and not pending(project.store, project.config, additions_of(project)) and self.pending(project):
            rewrite(project.store, project.files, project.config, frozen)
            nothing = ""
        if frozen is None or self.pending(project):
            freeze(
                project.store, project.files, project.config, again=self.again,
                additions=additions_of(project, keep=True),
                sign=publication_of(project).sign_manifest, credentials=lambda: credentials_of(project),
                limits=limits, progress=progress,
            )  # fmt: skip
            frozen, nothing = project.store.frozen(), ""
        assert frozen is not None
        tokens, provenance = project.store.tokens(), f"0x{frozen.provenance}"
        stated = count_stated(project, tokens)
        details = {
            "tokens": len(tokens), "provenance": provenance, "root": frozen.root_cid,
            "not_shown": [*stated.contradicting],
        }  # fmt: skip
        line = f"{nothing}tokens 1 to {len(tokens)}, provenance {provenance[:10]}..."
        made = [f"{signer} is a new certificate that signs marked pictures"] if unsigned and signer.exists() else []
        refused = refused_by_targets(project) if nothing else []
        return Report("freeze", line, details, notes=[*stated.notes, *made, *refused])


@dataclass(frozen=True, slots=True)
class PinStage:
    """Writes the frozen set as a CAR file, and gives it to every storage that does not hold it."""

    name: ClassVar[str] = "pin"
    unit: ClassVar[str] = "storage"

    def pending(self, project: Project) -> int:
        """Storages that do not hold the frozen set yet."""
        from collection.ipfs.pin import pending

        return len(pending(project.store, publication_of(project).pinners))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Pin; a storage that refuses is named, and the others go on."""
        from collection.ipfs.pin import pin

        publication = publication_of(project)
        result = pin(project.store, publication.tree, publication.pinners, publication.cars, progress)
        where = ", ".join("local CAR" if name == "car" else name for name in (*result.pinned, *result.kept))
        nothing = "" if result.pinned or result.failures else "nothing to do: "
        line = f"{nothing}{amount(result.files, 'file')}, {bytes_of(result.size)}, {result.root} ({where or 'nowhere'})"
        details = {
            "root": result.root, "files": result.files, "bytes": result.size, "car": str(result.car),
            "pinned": list(result.pinned), "kept": list(result.kept),
        }  # fmt: skip
        hint = "`collection pin` tries again" if result.failures else None
        return Report("pin", line, details, result.failures, complete=not result.failures, hint=hint)


@dataclass(frozen=True, slots=True)
class PinCheckStage:
    """Asks every storage whether it holds the frozen set, and reads a sample back by CID."""

    name: ClassVar[str] = "pin"
    unit: ClassVar[str] = "storage"

    def pending(self, project: Project) -> int:
        """Storages that would be asked."""
        return len(publication_of(project).pinners) if project.store.frozen() else 0

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Ask; a storage that lost the set, or gives other bytes, is a failure."""
        from collection.ipfs.check import check_pins

        publication = publication_of(project)
        found = check_pins(project.store, publication.tree, publication.pinners, progress=progress)
        good = [each for each in found if not each.why]
        told = [f"{each.name}: {amount(each.read, 'file')}, {bytes_of(each.size)} read back" for each in good]
        storages = [
            {"name": each.name, "holds": each.holds, "read": each.read, "size": each.size, "why": each.why or None}
            for each in found
        ]
        failures = [Failure(each.name, each.why) for each in found if each.why]
        line = f"{len(good)} of {amount(len(found), 'storage')} proved to hold the set"
        hint = (
            "`collection pin` gives it to those that do not keep it, or keep it damaged on this disk"
            if failures
            else None
        )
        return Report("pin", line, {"storages": storages}, failures, complete=not failures, hint=hint, notes=told)


@dataclass(frozen=True, slots=True)
class DeployStage:
    """Puts the contract of the frozen set on the chain, unless it is there."""

    name: ClassVar[str] = "deploy"
    unit: ClassVar[str] = "contract"

    def pending(self, project: Project) -> int:
        """1 if the frozen set has no contract on the chain yet, else 0.

        Raises ChainError where the file of the embedded chain is damaged: what it had is not known.
        """
        refuse_damaged(project, publication_of(project).network)
        return int(project.store.frozen() is not None and contract_of(project) is None)

    def accounts(self, project: Project) -> Mapping[str, str]:
        """Everybody whom collection.toml names by ENS."""
        return all_accounts(project)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Deploy; raises ChainError where the chain refuses or cannot be reached."""
        from collection.chain.deploy import deploy

        publication = publication_of(project)
        network = publication.network
        if self.pending(project):
            publication.refuse_unpinned()
            names_of(project).addresses(self.accounts(project))
        with publication.chain(new=True) as chain:
            account, kind = publication.account(chain), kind_of(project)
            of_kind = kind_notes(project, chain, kind)
            if self.pending(project):
                refuse_lost_recipients(project, chain, account)
                refuse_poor_account(project, chain, account)
                tell_of_changes(project)
            receiver = find_receiver(project, chain, account)
            settings = publication.token_settings(account, receiver.address)
            result = deploy(project.store, chain, account, settings, kind)
        did = f", {result.gas:,} gas" if result.gas else ""
        line = f"{result.symbol} at {result.address} on {network.name} (chain {network.chain_id}){did}"
        details = {
            "address": result.address, "tx_hash": result.tx_hash, "gas": result.gas, "network": network.name,
            "chain_id": network.chain_id, "receiver": receiver.address, "splitter_gas": receiver.gas,
        }  # fmt: skip
        notes = [*([receiver.note] if receiver.note else []), *of_kind, *explorer_notes(network, result.address)]
        return Report("deploy", line if did else f"nothing to do: {line}", details, notes=notes)


@dataclass(frozen=True, slots=True)
class MintStage:
    """Mints every frozen token that is not minted yet."""

    next: int | None = None
    """Only so many of them, the next ones; None: all."""
    to: str | None = None
    """Who gets them, where no list says otherwise; None: chain.recipient, or who deploys."""
    name: ClassVar[str] = "mint"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """Frozen tokens that are not known to be minted; at most `next`."""
        count = unminted(project)
        return count if self.next is None else min(self.next, count)

    def accounts(self, project: Project) -> Mapping[str, str]:
        """Everybody whom collection.toml names by ENS, and who gets the tokens by --to."""
        return {**all_accounts(project), **({"--to": self.to} if self.to else {})}

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Mint; raises ChainError where the chain refuses or cannot be reached, UsageError for a mistyped address."""
        from collection.chain.mint import mint, pending

        to = names_of(project).addresses(self.accounts(project)).get("--to")
        publication, total = publication_of(project), len(project.store.token_ids())
        if self.pending(project):
            publication.refuse_unpinned()
        with publication.chain() as chain:
            account = publication.account(chain)
            limit = last_to_mint(project)
            chosen = [each for each in pending(project.store, chain.id) if limit is None or each <= limit][: self.next]
            if chosen:
                refuse_while_selling(project, chain, "mint")
            if to and chosen:
                plan_owner(project, chain, account, chosen, to)
            if chosen:
                refuse_lost_recipients(project, chain, account)
                refuse_poor_account(project, chain, account)
            recipient = project.config.chain.recipient or account.address
            last = chosen[-1] if chosen and self.next else limit
            result = mint(project.store, chain, account, recipient, progress=progress, last=last)
            minted = total - len(pending(project.store, chain.id))
        made, sent = amount(result.tokens, "token"), amount(result.transactions, "transaction")
        nothing = f"nothing to do: {minted} of {amount(total, 'token')} minted"
        line = f"{made} in {sent}, {result.gas:,} gas" if result.tokens else nothing
        details = {"minted": result.tokens, "transactions": result.transactions, "gas": result.gas, "tokens": total}
        known = contract_of(project)
        notes = explorer_notes(publication.network, known.address, total) if known else []
        return Report("mint", line, details, notes=notes)


@dataclass(frozen=True, slots=True)
class FreezeMetadataStage:
    """Freezes the metadata on the chain: from then on not even the owner can move it. It cannot be taken back."""

    name: ClassVar[str] = "freeze-metadata"
    unit: ClassVar[str] = "contract"

    def pending(self, project: Project) -> int:
        """1 if the present contract's metadata is not known to be frozen, else 0."""
        known = contract_of(project)
        return int(known is not None and not project.store.metadata_frozen(known))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Freeze it; raises ChainError where the chain refuses, or the contract points elsewhere."""
        from collection.chain.freeze_metadata import freeze_metadata

        publication = publication_of(project)
        with publication.chain() as chain:
            if self.pending(project):
                refuse_while_selling(project, chain, "freeze the metadata")
            result = freeze_metadata(project.store, chain, publication.account(chain))
        did = f", {result.gas:,} gas" if result.gas else ""
        line = f"the metadata of {result.address} on {publication.network.name} is frozen for ever{did}"
        details = {"address": result.address, "tx_hash": result.tx_hash, "gas": result.gas}
        return Report(self.name, line if did else f"nothing to do: {line}", details)


@dataclass(frozen=True, slots=True)
class VerifyStage:
    """Proves every token: recipient, tokenURI, CID, metadata, image, and for a sample the recipe. Needs no key."""

    address: str | None = None
    """A contract of this project, also one of an earlier frozen set; None: that of the present one."""
    rerender: int | None = None
    """Tokens whose recipes are rendered again; None: as [verify] says."""
    name: ClassVar[str] = "verify"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """Tokens that are not proven yet; a run looks at all of them, whatever was proven before."""
        return unproven(project)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Read everything back and compare with what was recorded; what differs is a failure."""
        sample = project.config.verify.rerender if self.rerender is None else self.rerender
        publication = publication_of(project)
        address = names_of(project).address(self.address, "ADDRESS", keep=False) if self.address else None
        known = publication.deployment(address)
        return verified(project, known, publication.verify(known, sample, progress), sample)
