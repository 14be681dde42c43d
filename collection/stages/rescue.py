"""Rescue: a collection that somebody published elsewhere is read from its contract and taken into the project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import PinError, UsageError
from collection.project import Project
from collection.stages.importing import ImportStage
from collection.stages.publication import publication_of
from collection.stages.report import Report, bytes_of, spans
from collection.values import Failure, Progress, amount, silent

if TYPE_CHECKING:
    from collection.chain.networks import Network
    from collection.rescue.rescue import RescueReport, RescueSettings

SHOWN = 10
_MOST_IDS = 100_000
HOLDS = {
    "chain": "on the chain", "ipfs": "an immutable CID", "arweave": "Arweave", "ipns": "a name of IPNS",
    "http": "a web server", "nothing": "nothing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RescueStage:
    """Reads a contract, fetches what its tokens lead to, and takes it in."""

    address: str
    settings: RescueSettings
    network: str | None = None
    """None: the configured one."""
    rpc: str | None = None
    pin: bool = False
    """Give the CAR file to the storages of the project, too."""
    name: ClassVar[str] = "rescue"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """1: nobody knows before the contract was asked."""
        return 1

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Rescue; raises ChainError where the contract cannot be read. What is gone is named."""
        from collection.chain.connection import open_chain
        from collection.chain.ens import resolve_one
        from collection.config.accounts import wrong_account
        from collection.rescue.rescue import rescue
        from collection.rescue.tokens import SET

        if wrong := wrong_account(self.address):
            raise UsageError(f'"{self.address}" is no address', wrong)
        network = self._network(project)
        configured = project.config.chain.rpc if network == publication_of(project).network else None
        with open_chain(network, project.folder, self.rpc or configured) as chain:
            address = resolve_one(chain, self.address, "ADDRESS", project.folder, project.config.chain.ens_rpc)
            folder = project.folder / "rescued" / f"{network.chain_id}-{address.lower()}"
            found = rescue(chain, address, folder, self.settings, progress)
        imported = ImportStage(folder / SET).run(project)
        return self._report(found, imported, self._pin(project, found) if self.pin else [])

    def _network(self, project: Project) -> Network:
        from collection.chain.networks import find_network
        from collection.stages.published import has_chain

        network = find_network(self.network) if self.network else publication_of(project).network
        if not has_chain(project, network):
            raise UsageError("this project has no embedded chain", "name the network of the contract: --network")
        return network

    def _pin(self, project: Project, found: RescueReport) -> list[Failure]:
        """Give the CAR file to every storage; those that refuse."""
        failures = []
        publication = publication_of(project)
        for pinner in publication.pinners:
            try:
                if not pinner.holds(found.car.root):
                    pinner.pin(found.car.path, found.car.root)
            except PinError as error:
                failures.append(Failure(pinner.name, error.message))
        return failures

    def _report(self, found: RescueReport, imported: Report, unpinned: Sequence[Failure]) -> Report:
        whole = len(found.records) - len(found.missing)
        failures = [
            *(Failure(f"token {token_id}", f"{part}: {why}") for token_id, parts in found.missing.items()
              for part, why in parts.items()),
            *(Failure(f"token {token_id}", why) for token_id, told in found.mismatches.items() for why in told),
            *unpinned,
        ]  # fmt: skip
        details: dict[str, Any] = {
            "tokens": len(found.records), "whole": whole, "fetched": found.fetched, "holds": found.holds,
            "can_move": found.facts.can_move, "root": found.car.root, "car": str(found.car.path),
            "report": str(found.folder / "report.json"), "whole_roots": list(found.car.whole),
            "gave_other_bytes": dict(found.liars), "asked": dict(found.hosts), "import": imported.as_json(),
        }  # fmt: skip
        line = (
            f"{whole} of {amount(len(found.records), 'token')} of {found.facts.name or found.facts.address} whole, "
            f"{bytes_of(found.car.path.stat().st_size)} in {found.car.root}.car; {imported.line}"
        )
        hint = "run the same command again: it fetches only what is missing" if found.missing else None
        return Report("rescue", line, details, failures, complete=not failures, hint=hint, notes=_notes(found))


def _notes(found: RescueReport) -> list[str]:
    """What the tokens hang by, and who was not to be believed."""
    facts = found.facts
    notes = [f"{amount(count, 'token')} hang by {HOLDS[hold]}" for hold, count in found.holds.items()]
    if facts.upgradeable:
        notes.append("the contract is a proxy: its administrator can replace its code, and so move every URI")
    if facts.setters and not facts.frozen:
        who = f"; its owner is {facts.owner}" if facts.owner else "; it names no owner"
        notes.append(f"a key can move the metadata: its code has {', '.join(facts.setters)}{who}")
    if facts.frozen:
        notes.append("the contract says that its metadata is frozen")
    notes += [f"{name} gave other bytes than those of the CID, {amount(n, 'time')}" for name, n in found.liars.items()]
    if found.car.whole:
        notes.append(
            f"whole roots, whose URIs lead to content again once they are pinned: {', '.join(found.car.whole[:SHOWN])}"
        )
    gone = [token_id for token_id, parts in found.missing.items()]
    return [*notes, f"not whole: tokens {spans(gone)}"] if gone else notes


def ids_of(words: str) -> tuple[int, ...]:
    """Token ids of "1-100,205"; raises UsageError."""
    found: list[int] = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        first, dash, last = word.partition("-")
        if not (first.isascii() and first.isdigit() and (not dash or (last.isascii() and last.isdigit()))):
            raise UsageError(f'"{word}" is no token id and no range of them', "--ids 1-100,205")
        begin, end = int(first), int(last or first)
        if end < begin or end - begin >= _MOST_IDS or end >= 1 << 256:
            raise UsageError(f'"{word}" is no range of at most {_MOST_IDS:,} token ids', "--ids 1-100,205")
        found += range(begin, end + 1)
    return tuple(dict.fromkeys(found))


def rescue_settings(
    gateways: Sequence[str] | None, node: str | None, cars: Sequence[Path], ids: str, **more: Any
) -> RescueSettings:
    """The settings of a command line; raises UsageError for what cannot be meant."""
    import re

    from collection.rescue.rescue import RescueSettings

    for gateway in gateways or ():
        if not re.fullmatch(r"https?://[^\s/@]+(/[^\s@]*)?", gateway):
            raise UsageError(f'"{gateway}" is no address of a gateway', "--gateway https://ipfs.io")
    if node is not None and not node.startswith("/"):
        raise UsageError(f'"{node}" is no multiaddress of a node', "--node /ip4/127.0.0.1/tcp/5001")
    settings = RescueSettings(node=node, cars=tuple(cars), ids=ids_of(ids), **more)
    return replace(settings, gateways=tuple(each.rstrip("/") for each in gateways)) if gateways else settings
