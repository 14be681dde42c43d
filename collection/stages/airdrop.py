"""Airdrops: a list says who gets which token; that is recorded first, and then minted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.airdrop_copies import airdrop_copies, copy_lines, forget_copies, new_owners, pending_copies
from collection.stages.lists import digest_of, text_of
from collection.stages.names import all_accounts, names_of
from collection.stages.publication import publication_of
from collection.stages.report import Report
from collection.stages.sale import refuse_while_selling
from collection.values import Progress, amount, silent

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.recipients import Kinds
    from collection.chain.transactions import Account
    from collection.store.publication_records import Freeze

LISTS = "airdrop"
"""The stage under which it is kept which lists were given out."""


@dataclass(frozen=True, slots=True)
class AirdropStage:
    """Records the owners that a CSV file names, and mints the tokens up to the last of theirs, each once.

    A list with the column `image` gives out copies of images, by the editions of the set. The same file again goes on
    where it was stopped. Tokens in between that no list names go to chain.recipient.
    """

    file: Path
    anyway: bool = False
    """Also to contracts that do not say that they can receive."""
    name: ClassVar[str] = "airdrop"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """Tokens or copies of the list that are not known to be minted; raises UsageError where the list is wrong."""
        if (lines := copy_lines(self.file)) is not None:
            return pending_copies(project, self.file, lines)
        return len(set(_unminted(project)).intersection(self._owners(project)[1]))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Plan and mint; raises ChainError for owners that could never move a token, unless it is wanted `anyway`."""
        from collection.chain.mint import deployed, mint
        from collection.chain.recipients import classify, refuse_contracts

        if (lines := copy_lines(self.file)) is not None:
            if self.anyway:
                raise UsageError("--anyway: ERC-1155 refuses a copy to who cannot receive it", "name other owners")
            return airdrop_copies(project, self.file, lines, progress)
        publication, frozen = publication_of(project), _frozen(project)
        publication.refuse_unpinned()
        digest, accounts = self._owners(project)
        names_of(project).addresses(all_accounts(project))
        owners = self._addresses(project, digest, accounts)
        with publication.chain() as chain:
            account = publication.account(chain)
            contract = deployed(project.store, chain)
            refuse_while_selling(project, chain, "give out tokens")
            kinds = classify(chain, owners.values(), contract.address, account.address)
            if not self.anyway:
                refuse_contracts(kinds)
            _record(project, frozen, digest, owners)
            recipient = project.config.chain.recipient or account.address
            result = mint(project.store, chain, account, recipient, progress=progress, last=max(owners))
        line = (
            f"{amount(result.tokens, 'token')} in {amount(result.transactions, 'transaction')}, {result.gas:,} gas"
            if result.tokens
            else f"nothing to do: {amount(len(owners), 'token')} of {self.file.name} minted"
        )
        details = {
            "minted": result.tokens, "transactions": result.transactions, "gas": result.gas,
            "owners": len(set(owners.values())), "recipients": kinds.as_json(),
        }  # fmt: skip
        notes = _notes(kinds)
        between = [token_id for token_id in range(min(owners), max(owners)) if token_id not in owners]
        if between:
            notes.append(f"{amount(len(between), 'token')} among them on no list: to {recipient}")
        return Report(self.name, line, details, notes=notes)

    def accounts(self, project: Project) -> Mapping[str, str]:
        """Everybody whom collection.toml names by ENS, and the owners of a list that is not on record yet."""
        if (lines := copy_lines(self.file)) is not None:
            return {**all_accounts(project), **new_owners(project, self.file, lines)}
        digest, _ = self._owners(project)
        return {**all_accounts(project), **({} if digest in _lists(project) else self._places())}

    def _places(self) -> dict[str, str]:
        """The owners of the list by line."""
        from collection.chain.recipients import places, read_list

        return places(read_list(text_of(self.file), self.file.name), self.file.name)

    def _addresses(self, project: Project, digest: str, owners: Mapping[int, str]) -> dict[int, str]:
        """The address of the owner of each token, by id; names are resolved, unless the list is on record."""
        places = {} if digest in _lists(project) else self._places()
        found = names_of(project).addresses(places)
        led = {account: found[place] for place, account in places.items()}
        return {token_id: led.get(owner, owner) for token_id, owner in owners.items()}

    def _owners(self, project: Project) -> tuple[str, dict[int, str]]:
        """The hash of the list, and the owner of each token as the list says it; as recorded, if it was read before."""
        from collection.chain.recipients import assigned, read_list

        frozen = _frozen(project)
        digest = digest_of(self.file, frozen)
        known = _lists(project).get(digest)
        planned = project.store.recipients(frozen)
        if known is not None:
            return digest, {token_id: planned[token_id] for token_id in known if token_id in planned}
        lines, unminted = read_list(text_of(self.file), self.file.name), _unminted(project)
        free = [token_id for token_id in unminted if token_id not in planned]
        owners = assigned(lines, free, unminted, self.file.name)
        _refuse_unfinished(project, set(unminted), self.file.name)
        return digest, owners


def _refuse_unfinished(project: Project, unminted: set[int], name: str) -> None:
    """Raise UsageError where an earlier list was stopped half-way: this one may be that list, changed meanwhile, and
    whoever is on both would get their tokens twice."""
    begun = [ids for ids in _lists(project).values() if unminted.intersection(ids)]
    if begun:
        left = sum(len(unminted.intersection(ids)) for ids in begun)
        minted = sum(map(len, begun)) - left
        raise UsageError(
            f"{name} is not the list that was begun and still gives out {amount(left, 'token')}; {minted} of it are "
            "minted: whoever is on both would get theirs twice",
            "run that list to its end, or `collection airdrop --forget` takes back what is not minted; "
            f"then {name} must leave out whoever has theirs",
        )


def plan_owner(project: Project, chain: Chain, account: Account, token_ids: Sequence[int], owner: str) -> None:
    """Record who is to get some tokens that no list gives out; they must be able to receive them."""
    from collection.chain.addresses import checksummed
    from collection.chain.mint import deployed
    from collection.chain.recipients import classify, refuse_contracts

    address, frozen = str(checksummed(owner)), _frozen(project)
    refuse_contracts(classify(chain, [address], deployed(project.store, chain).address, account.address))
    planned = project.store.recipients(frozen)
    free = [token_id for token_id in token_ids if token_id not in planned]
    project.store.plan_recipients(frozen, dict.fromkeys(free, address))


def forget(project: Project) -> Report:
    """Forget the owners that lists named, of the tokens and copies that are not minted yet."""
    frozen = _frozen(project)
    planned, unminted = project.store.recipients(frozen), set(_unminted(project))
    gone = [token_id for token_id in planned if token_id in unminted]
    project.store.forget_recipients(frozen, gone)
    kept = {digest: [each for each in ids if each not in gone] for digest, ids in _lists(project).items()}
    project.store.record_stage(LISTS, frozen.root_cid, {digest: ids for digest, ids in kept.items() if ids})
    copies = forget_copies(project)
    what = (
        f"{amount(len(gone), 'token')} and {amount(copies, 'copy', 'copies')}" if copies else amount(len(gone), "token")
    )
    line = f"{what} given out by lists and not minted: taken back"
    return Report(LISTS, line, {"forgotten": len(gone), **({"copies": copies} if copies else {})})


def _record(project: Project, frozen: Freeze, digest: str, owners: Mapping[int, str]) -> None:
    """Write down who is to get what, before anything is sent; minted tokens are not given out again."""
    if digest not in _lists(project):
        project.store.plan_recipients(frozen, owners)
        project.store.record_stage(LISTS, frozen.root_cid, {**_lists(project), digest: sorted(owners)})


def _lists(project: Project) -> dict[str, Any]:
    """The tokens of each list that was given out, by the hash of the list."""
    return dict(project.store.stage_report(LISTS))


def _notes(kinds: Kinds) -> list[str]:
    """What is to be known of the owners."""
    said = {
        "is a contract that does not say that it can receive": kinds.refusing,
        "runs a contract's code (EIP-7702)": kinds.delegated,
        "runs a contract's code (EIP-7702) that takes no safe transfers": kinds.delegated_silent,
        "is a contract that can receive": kinds.contracts,
    }
    return [f"{address} {what}" for what, addresses in said.items() for address in addresses]


def _frozen(project: Project) -> Freeze:
    from collection.chain.deploy import frozen_set

    return frozen_set(project.store)


def _unminted(project: Project) -> list[int]:
    from collection.chain.mint import pending

    return pending(project.store, publication_of(project).network.chain_id)
