"""The rescue of a collection, from the contract to one CAR file and a report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from collection.atomic_file import write_durably
from collection.chain.connection import Chain
from collection.ipfs.gateway_blocks import GatewayBlocks
from collection.ipfs.kubo import Kubo
from collection.ipfs.service_address import GATEWAYS
from collection.rescue.block_log import BlockLog
from collection.rescue.car import RescuedCar, write_rescued_car
from collection.rescue.contract import ContractFacts, contract_facts, token_ids, token_uris
from collection.rescue.sources import ARWEAVE, BlockSource, FoundBlocks, OneAtATime, Sources
from collection.rescue.tokens import TokenRecord, read_records, rescue_token, shown_uri
from collection.rescue.uris import Hold, place_of
from collection.transport import Client, HostBuckets, Patience, any_address, public_addresses
from collection.unixfs import Car
from collection.values import Progress, silent

TOGETHER = 8
"""Tokens that are fetched at once."""
RATE, BURST = 10.0, 10
"""Requests a second to one host, and how many at once."""
PATIENCE = Patience(tries=4, seconds=30, first_wait=1.0, longest_wait=60)
STATE, REPORT, BLOCKS = "tokens.jsonl", "report.json", "blocks"


@dataclass(frozen=True, slots=True)
class RescueSettings:
    """Where content may come from."""

    gateways: Sequence[str] = GATEWAYS
    arweave: Sequence[str] = ARWEAVE
    node: str | None = None
    """The multiaddress of a node with Kubo's RPC."""
    cars: Sequence[Path] = ()
    allow_local: bool = False
    """Whether a stranger's metadata may name hosts of this machine and of private networks."""
    ids: Sequence[int] = ()
    """Token ids; none: all of them."""
    erc1155: bool = False
    """Ask for uri(id), whatever the contract says that it is."""
    from_block: int = 0
    """Where the logs of mints are read from."""
    patience: Patience = PATIENCE


@dataclass(frozen=True, slots=True)
class RescueReport:
    """What came of a rescue."""

    facts: ContractFacts
    records: Mapping[int, TokenRecord]
    """Of all tokens, by id."""
    fetched: int
    """Tokens that were fetched now; the others were whole already."""
    liars: Mapping[str, int]
    """Sources that gave other bytes than those of the CID, and how often."""
    hosts: Mapping[str, int]
    """Hosts that were asked because the metadata names them, and how often."""
    car: RescuedCar
    folder: Path

    @property
    def holds(self) -> dict[str, int]:
        """How many tokens hang by what, the firmest first."""
        count = Counter(record.hold for record in self.records.values())
        return {hold: count[hold] for hold in Hold if count[hold]}

    @property
    def missing(self) -> dict[int, dict[str, str]]:
        """The parts that could not be had, by token, and why."""
        return {token_id: record.missing for token_id, record in self.records.items() if record.missing}

    @property
    def mismatches(self) -> dict[int, tuple[str, ...]]:
        """What does not agree, by token."""
        return {token_id: record.mismatches for token_id, record in self.records.items() if record.mismatches}


def rescue(
    chain: Chain, address: str, folder: Path, settings: RescueSettings, progress: Progress = silent
) -> RescueReport:
    """Read every token of a contract, fetch its content into `folder`, write report.json and ROOT.car there.

    Each token is written down when it is done, each block when it comes: a run that is killed or lacks something is
    continued by the next. Raises ChainError where the contract cannot be read; content that is gone is in the report.
    """
    facts = contract_facts(chain, address, assume_1155=settings.erc1155)
    ids = sorted(set(settings.ids)) or token_ids(chain, facts, settings.from_block)
    known = read_records(folder / STATE)
    whole: list[int] = []

    def lacking() -> Iterator[tuple[int, str | None]]:
        """The tokens that are to be fetched: their URIs are asked for as they are wanted, for some are long."""
        for token_id, uri in token_uris(chain, facts, ids):
            if token_id in known and _is_whole(known[token_id], uri, folder):
                whole.append(token_id)
            else:
                yield token_id, uri

    with BlockLog(folder / BLOCKS) as log, _sources(log, settings) as (sources, blocks, clients):
        fetched = _fetch(
            lacking(), known, sources, folder, clients, lambda count: progress(len(whole) + count, len(ids))
        )
        records = {token_id: (known | fetched)[token_id] for token_id in ids}
        liars, hosts = blocks.liars(), dict(sources.hosts)
        report = _report(facts, chain, records, liars, hosts)
        write_durably(folder / REPORT, report)
        car = write_rescued_car(records, _roots(records), folder, log, report)
    return RescueReport(facts, records, len(fetched), liars, hosts, car, folder)


def _is_whole(record: TokenRecord, uri: str | None, folder: Path) -> bool:
    """Whether nothing of a token is missing, and the contract tells the URI of it that it told then."""
    return not record.missing and record.parts["metadata"].uri == shown_uri(uri or "") and _is_here(record, folder)


def _is_here(record: TokenRecord, folder: Path) -> bool:
    files = [folder / part.file for part in record.parts.values() if part.file]
    return all(path.is_file() for path in files)


def _fetch(
    left: Iterator[tuple[int, str | None]], known: Mapping[int, TokenRecord], sources: Sources, folder: Path,
    clients: Sequence[Client], done: Callable[[int], None],
) -> dict[int, TokenRecord]:  # fmt: skip
    """Rescue these tokens, some at once, and write each down."""
    records: dict[int, TokenRecord] = {}
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / STATE).open("a") as state, ThreadPoolExecutor(TOGETHER) as pool:
        waiting: dict[Future[TokenRecord], int] = {}
        try:
            done(0)
            while True:
                for token_id, uri in left:
                    waiting[pool.submit(rescue_token, token_id, uri, sources, folder)] = token_id
                    if len(waiting) == 2 * TOGETHER:
                        break
                if not waiting:
                    return records
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    token_id = waiting.pop(future)
                    records[token_id] = _compared(future.result(), known.get(token_id), folder)
                    state.write(f"{json.dumps(records[token_id].as_json(), ensure_ascii=False)}\n")
                    state.flush()
                    done(len(records))
        except BaseException:
            for client in clients:
                client.stop()
            pool.shutdown(cancel_futures=True)
            raise


def _compared(record: TokenRecord, before: TokenRecord | None, folder: Path) -> TokenRecord:
    """The record, with what is otherwise than an earlier run found it; files that others took the place of are gone."""
    changed = []
    for name, part in record.parts.items():
        old = before.parts.get(name) if before else None
        if not old or not old.file or not part.file:
            continue
        if old.sha256 != part.sha256:
            changed.append(f"{name}: it was {old.sha256[:12]}... in an earlier run and is {part.sha256[:12]}... now")
        if old.file != part.file:
            (folder / old.file).unlink(missing_ok=True)
    return TokenRecord(record.token_id, record.parts, (*record.mismatches, *changed))


@contextmanager
def _sources(log: BlockLog, settings: RescueSettings) -> Iterator[tuple[Sources, FoundBlocks, list[Client]]]:
    """The sources in the order in which they are asked: CAR files, the node, gateways."""
    named = Client(HostBuckets(RATE, BURST), settings.patience, any_address)
    allowed = any_address if settings.allow_local else public_addresses
    strangers = Client(HostBuckets(RATE, BURST), settings.patience, allowed)
    with ExitStack() as stack:
        found: list[BlockSource] = [OneAtATime(str(path), stack.enter_context(Car(path))) for path in settings.cars]
        if settings.node:
            node = Kubo(settings.node, settings.patience.seconds)
            found.append(OneAtATime(node.name, stack.enter_context(node.found_blocks())))
        if settings.gateways:
            found.append(GatewayBlocks(settings.gateways, named))
        blocks = FoundBlocks(log, found)
        yield Sources(blocks, strangers, settings.gateways, named, settings.arweave), blocks, [named, strangers]


def _roots(records: Mapping[int, TokenRecord]) -> list[str]:
    """The CIDs that the URIs of the collection begin with, the most used first."""
    places = [place_of(part.uri) for record in records.values() for part in record.parts.values()]
    count = Counter(place.cid for place in places if place.hold in (Hold.CID, Hold.SERVER) and place.cid)
    return [cid for cid, _ in count.most_common()]


def _report(
    facts: ContractFacts, chain: Chain, records: Mapping[int, TokenRecord], liars: Mapping[str, int],
    hosts: Mapping[str, int],
) -> bytes:  # fmt: skip
    contract = {name: getattr(facts, name) for name in facts.__slots__} | {"can_move": facts.can_move}
    value = {
        "network": chain.network.name, "chain_id": chain.id, "contract": contract, "gave_other_bytes": dict(liars),
        "asked": dict(hosts), "tokens": [record.as_json() for record in records.values()],
    }  # fmt: skip
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
