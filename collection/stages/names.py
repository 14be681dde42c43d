"""Names of ENS in a project: asked once, kept with the block of the answer, and shown before they are used."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from collection.config.accounts import all_names, is_name, published_names, wrong_account
from collection.errors import ChainError, CollectionError, UsageError
from collection.project import Project
from collection.stages.report import Report
from collection.values import Failure, amount

if TYPE_CHECKING:
    from collection.chain.connection import Chain
    from collection.chain.recipients import Addresses
    from collection.store.publication_records import ResolvedName

SHOWN = 10
"""Names that are shown one by one; of more, the rest is counted."""


@runtime_checkable
class Addressed(Protocol):
    """A stage that needs the addresses of accounts."""

    def accounts(self, project: Project) -> Mapping[str, str]:
        """Accounts as they are written, addresses or names, by the place where they stand."""
        ...


class Names:
    """The names of a project on the chain of its configuration."""

    def __init__(self, project: Project) -> None:
        from collection.chain.networks import find_network

        self._project = project
        self._shown: set[str] = set()
        self._network = find_network(project.written.chain.network)

    def addresses(self, accounts: Mapping[str, str], *, keep: bool = True) -> dict[str, str]:
        """The address of each account, which is one itself or a name, by the place where it stands.

        A name that is on record is not asked again; another one is asked and put on record, unless `keep` says no. Each
        is shown. Raises UsageError for what is neither, ChainError for a name that leads nowhere or cannot be asked.
        """
        for place, account in accounts.items():
            if wrong := wrong_account(account):
                raise UsageError(f'{place}: "{account}" is no address', wrong)
        names = {place: account for place, account in accounts.items() if is_name(account)}
        if not names:
            return dict(accounts)
        known = self.known(names, keep=keep)
        self._show(names, known)
        return {place: known[each].address if each in known else each for place, each in accounts.items()}

    def address(self, account: str, place: str, *, keep: bool = True) -> str:
        """The same for one account."""
        return self.addresses({place: account}, keep=keep)[place]

    def known(self, names: Mapping[str, str], *, keep: bool) -> dict[str, ResolvedName]:
        """Where names lead to, by name; they are given by the place where they stand."""
        store = self._project.store
        known = store.resolved_names(self._network.chain_id)
        missing = {place: name for place, name in names.items() if name not in known}
        if not missing:
            return known
        found = self._asked(missing)
        if keep:
            store.keep_names(found.values())
            self._project.take_names()
        return known | found

    def _asked(self, names: Mapping[str, str]) -> dict[str, ResolvedName]:
        place, name = next(iter(names.items()))
        try:
            told = self.ask(set(names.values()))
        except CollectionError as error:
            more = f" (and {amount(len(names) - 1, 'further name')})" if len(names) > 1 else ""
            message = f'{place}: where "{name}"{more} leads to is not known yet: {error.message}'
            hint = f"{error.hint}; then `collection resolve`" if error.hint else "collection resolve"
            raise ChainError(message, hint) from error
        wrong = [f'{place}: "{name}": {told[name]}' for place, name in names.items() if isinstance(told[name], str)]
        if wrong:
            raise ChainError("; ".join(wrong), "correct the name, or write the address: 0x and 40 digits")
        return {name: each for name, each in told.items() if not isinstance(each, str)}

    def ask(self, names: set[str]) -> Mapping[str, ResolvedName | str]:
        """Where names lead to now; a text says why one leads nowhere. Raises ChainError, ConfigError."""
        from collection.chain.ens import resolve

        with self.registry() as chain:
            return resolve(chain, sorted(names), self._network)

    @contextmanager
    def registry(self) -> Iterator[Chain]:
        """The chain whose names count: the configured one if it has ENS, else that of chain.ens_rpc."""
        from collection.chain.connection import open_chain
        from collection.chain.ens import registry_beside, registry_of

        configured, folder = self._project.written.chain, self._project.folder
        with ExitStack() as stack:
            if self._network.kind == "embedded":
                yield stack.enter_context(registry_beside(self._network, folder, configured.ens_rpc))
                return
            chain = stack.enter_context(open_chain(self._network, folder, configured.rpc))
            yield stack.enter_context(registry_of(chain, folder, configured.ens_rpc))

    def _show(self, names: Mapping[str, str], known: Mapping[str, ResolvedName]) -> None:
        tell = self._project.tell
        fresh = {name: place for place, name in names.items() if name not in self._shown}
        self._shown |= fresh.keys()
        if tell is None:
            return
        for name in list(fresh)[:SHOWN]:
            tell("name", f"{known[name]}, {fresh[name]}")
        if len(fresh) > SHOWN:
            tell("name", f"and {amount(len(fresh) - SHOWN, 'further name')}: `collection resolve` lists all")


def names_of(project: Project) -> Names:
    """The names of a project."""
    return project.once(Names)


def addresses_for(project: Project | None) -> Addresses:
    """What knows the addresses of accounts: the names of a project; without one, names are refused."""
    from collection.chain.recipients import refuse_names

    if project is None:
        return refuse_names
    return names_of(project).addresses


def published_accounts(project: Project) -> Mapping[str, str]:
    """The names of collection.toml that become addresses in the published documents, by place."""
    return published_names(project.written)


def all_accounts(project: Project) -> Mapping[str, str]:
    """The names of collection.toml by place. Of a frozen set, only those that its documents have the addresses of."""
    from collection.publish.settings import config_of

    names, frozen = all_names(project.written), project.store.frozen()
    if frozen is None:
        return names
    then, known, published = config_of(project.config, frozen)[0], _on_record(project), published_accounts(project)
    settled = {*(artist.address for artist in then.artists), *then.publish.collaborators}
    return {
        place: name
        for place, name in names.items()
        if place not in published or (name in known and known[name].address in settled)
    }


def foretold(project: Project, stage: object) -> dict[str, str]:
    """The names that a stage would use, with their addresses, by place: they are shown, and not put on record."""
    if not isinstance(stage, Addressed):
        return {}
    accounts = stage.accounts(project)
    found = names_of(project).addresses(accounts, keep=False)
    return {place: f"{accounts[place]} ({address})" for place, address in found.items() if is_name(accounts[place])}


def _on_record(project: Project) -> dict[str, ResolvedName]:
    from collection.chain.networks import find_network

    return project.store.resolved_names(find_network(project.written.chain.network).chain_id)


def moved(project: Project, among: Container[str] | None = None) -> list[str]:
    """Of the names on record, those that lead elsewhere now, in words; or that they could not be asked."""
    known = {name: each for name, each in _on_record(project).items() if among is None or name in among}
    if not known:
        return []
    try:
        now = names_of(project).ask(set(known))
    except CollectionError as error:
        return [f"whether {amount(len(known), 'name')} of ENS moved since is not known: {error.message}"]
    found = []
    for name, before in known.items():
        there = now[name]
        if isinstance(there, str) or there.address != before.address:
            leads = f"{name}: {there}" if isinstance(there, str) else f"{name} leads to {there.address} now"
            found.append(f"{leads}; on record is {before.address}, of block {before.block} of {before.network}")
    rest = [f"and {amount(len(found) - SHOWN, 'further name')} moved"] if len(found) > SHOWN else []
    return [*found[:SHOWN], *rest]


def resolve_names(project: Project, *, again: bool = False) -> Report:
    """Put on record where the names of collection.toml lead to; with `again`, ask anew for all names on record.

    An address that changed counts from the next time on that the project is opened.
    Those of a frozen set are not asked anew: its documents have the addresses, and stay as they are.
    """
    names, network = names_of(project), project.written.chain.network
    names.known(all_names(project.written), keep=True)
    known = _on_record(project)
    notes: list[str] = []
    failures: list[Failure] = []
    frozen = set(published_accounts(project).values()) if project.store.frozen() else set()
    if again and (asked := known.keys() - frozen):
        told = names.ask(set(asked))
        failures = [Failure(name, each) for name, each in told.items() if isinstance(each, str)]
        fresh = [each for each in told.values() if not isinstance(each, str)]
        changed = [each for each in fresh if each.address != known[each.name].address]
        notes = [f"{each.name} led to {known[each.name].address} before" for each in changed]
        project.store.keep_names(changed)
    if again and (kept := moved(project, frozen)):
        notes += [*kept, "the frozen set keeps the addresses that it has: `collection unfreeze` before, for others"]
    known = _on_record(project)
    notes = [*(f"{each}, block {each.block} of {each.network}" for each in known.values()), *notes]
    told_names = {
        each.name: {"address": each.address, "network": each.network, "block": each.block} for each in known.values()
    }
    line = f"{amount(len(known), 'name')} on record for {network}"
    return Report("resolve", line, {"names": told_names}, failures, not failures, notes=notes)


def look_up(project: Project, account: str) -> Report:
    """What is known of one account now: where a name leads to, or which name an address has that leads to it."""
    from collection.chain.ens import reverse

    names = names_of(project)
    address = names.address(account, "collection resolve", keep=False)
    with names.registry() as chain:
        name = account if is_name(account) else reverse(chain, address)
    line = f"{name} ({address})" if name else f"{address} has no name that leads to it"
    return Report("resolve", line, {"name": name, "address": address})
