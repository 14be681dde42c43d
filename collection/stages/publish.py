"""From the chosen set to proven tokens: freeze, pin, deploy, mint, verify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.report import Report, bytes_of, not_reproducible
from collection.values import Failure, Progress, amount, silent


@dataclass(frozen=True, slots=True)
class FreezeStage:
    """Gives out token ids, writes the metadata, and fixes both by hash, unless the frozen set is what it would be."""

    again: bool = False
    """Make a new set although the old one has a contract."""
    name: ClassVar[str] = "freeze"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """Tokens to freeze: all of them if the choice or the metadata changed."""
        from collection.publish.freeze import pending

        return pending(project.store, project.config)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Freeze; raises PublishError where less than the supply is chosen, or the old set has a contract."""
        from collection.publish.freeze import freeze

        frozen, nothing = project.store.frozen(), "nothing to do: "
        if frozen is None or self.pending(project):
            sign = publication_of(project).sign_manifest
            freeze(project.store, project.files, project.config, again=self.again, sign=sign, progress=progress)
            frozen, nothing = project.store.frozen(), ""
        assert frozen is not None
        tokens, provenance = len(project.store.tokens()), f"0x{frozen.provenance}"
        details = {"tokens": tokens, "provenance": provenance, "root": frozen.root_cid}
        return Report("freeze", f"{nothing}tokens 1 to {tokens}, provenance {provenance[:10]}...", details)


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
class DeployStage:
    """Puts the contract of the frozen set on the chain, unless it is there."""

    name: ClassVar[str] = "deploy"
    unit: ClassVar[str] = "contract"

    def pending(self, project: Project) -> int:
        """1 if the frozen set has no contract on the chain yet, else 0."""
        from collection.chain.deploy import pending

        chain_id = publication_of(project).network.chain_id
        return int(project.store.frozen() is not None and pending(project.store, chain_id))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Deploy; raises ChainError where the chain refuses or cannot be reached."""
        from collection.chain.deploy import deploy

        publication = publication_of(project)
        network = publication.network
        with publication.chain() as chain:
            account = publication.account(chain)
            result = deploy(project.store, chain, account, publication.token_settings(account))
        did = f", {result.gas:,} gas" if result.gas else ""
        line = f"{result.symbol} at {result.address} on {network.name} (chain {network.chain_id}){did}"
        details = {
            "address": result.address, "tx_hash": result.tx_hash, "gas": result.gas, "network": network.name,
            "chain_id": network.chain_id,
        }  # fmt: skip
        return Report("deploy", line if did else f"nothing to do: {line}", details)


@dataclass(frozen=True, slots=True)
class MintStage:
    """Mints every frozen token that is not minted yet."""

    name: ClassVar[str] = "mint"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """Frozen tokens that are not known to be minted."""
        from collection.chain.mint import pending

        store, chain_id = project.store, publication_of(project).network.chain_id
        return len(pending(store, chain_id)) if store.frozen() else 0

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Mint; raises ChainError where the chain refuses or cannot be reached."""
        from collection.chain.mint import mint

        publication = publication_of(project)
        with publication.chain() as chain:
            account = publication.account(chain)
            recipient = project.config.chain.recipient or account.address
            result = mint(project.store, chain, account, recipient, progress=progress)
        total = len(project.store.tokens())
        made, sent = amount(result.tokens, "token"), amount(result.transactions, "transaction")
        nothing = f"nothing to do: {total} of {amount(total, 'token')} minted"
        line = f"{made} in {sent}, {result.gas:,} gas" if result.tokens else nothing
        details = {"minted": result.tokens, "transactions": result.transactions, "gas": result.gas, "tokens": total}
        return Report("mint", line, details)


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
        """Tokens to look at: always all of them."""
        return len(project.store.tokens())

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Read everything back and compare with what was recorded; what differs is a failure."""
        sample = project.config.verify.rerender if self.rerender is None else self.rerender
        result = publication_of(project).verify(self.address, sample, progress)
        findings = [Failure(finding.subject, f"{finding.what}: {finding.why}") for finding in result.findings]
        where = " and ".join("the local CAR" if name == "car" else name for name in result.sources) or "nowhere"
        line = (
            f"{result.proven} of {amount(result.tokens, 'token')} proven: owner, URI, metadata, image, read from "
            f"{where}; {result.rerendered} re-rendered alike{not_reproducible(result.not_reproducible, 'token')}"
        )
        details = {
            "tokens": result.tokens, "proven": result.proven, "rerendered": result.rerendered,
            "not_reproducible": result.not_reproducible, "sources": list(result.sources),
        }  # fmt: skip
        return Report("verify", line, details, findings, complete=not findings and result.tokens > 0)
