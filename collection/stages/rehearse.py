"""Rehearsal: a whole launch on a passing chain of this machine, with nothing left behind and nothing published."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, ClassVar

from collection.errors import ChainError, CollectionError
from collection.project import CONFIG_FILE, DATABASE_FILE, Project, open_project
from collection.stages.editions import EditionsStage
from collection.stages.gas import gas_of_project
from collection.stages.gateway import local_gateway
from collection.stages.names import all_accounts, names_of
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeMetadataStage, MintStage, VerifyStage
from collection.stages.report import Report
from collection.stages.reveal import RevealStage
from collection.stages.sale import PhaseStage, allowlist, known_sale
from collection.values import Failure, Progress, amount, parse_json, silent

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress
    from web3.types import TxParams

    from collection.chain.allowlist import Allowlist
    from collection.chain.connection import Chain
    from collection.chain.sale import SaleContract

PROOFS = 100
"""Proofs of a list that are tried in the contract, evenly spread; all of them are compared with the root there."""
_GIFT = 10**17  # wei for the gas of a trial, beside the price


@dataclass
class _Log:
    """What was done, and what went wrong."""

    steps: list[dict[str, object]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def done(self, what: str, told: str, gas: int = 0) -> None:
        self.steps.append({"what": what, "told": told, "gas": gas})

    def stage(self, report: Report) -> None:
        gas = int(report.details.get("gas") or 0) + int(report.details.get("splitter_gas") or 0)
        self.done(report.stage, report.line, gas)
        self.failures += report.failures


@dataclass(frozen=True, slots=True)
class RehearseStage:
    """Deploys the frozen set on a passing embedded chain, sells, mints tokens and copies, freezes, reads all back.

    The project, its chain and its storages stay as they are. Phases are tried one after the other, whatever the time.
    """

    name: ClassVar[str] = "rehearse"
    unit: ClassVar[str] = "token"

    def pending(self, project: Project) -> int:
        """The frozen tokens."""
        return len(project.store.token_ids())

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Rehearse; what would go wrong is a failure by name. Raises ChainError where nothing is frozen."""
        from collection.chain.deploy import frozen_set

        frozen_set(project.store)
        log = _Log()
        names_of(project).addresses(all_accounts(project))
        with _copy(project) as copy:
            planned, told = gas_of_project(copy)
            log.done("gas", told.line)
            log.stage(DeployStage().run(copy))
            if copy.config.sale:
                _sell(copy, log)
            log.stage(MintStage().run(copy, progress=progress))
            if copy.config.chain.freeze_metadata:
                log.stage(FreezeMetadataStage().run(copy))
            if copy.config.reveal:
                log.stage(RevealStage().run(copy))
            if copy.config.editions:
                log.stage(EditionsStage("run").run(copy))
            log.stage(VerifyStage(rerender=0).run(copy))
            crawled = _crawl(copy, log, progress)
        spent = sum(int(str(step["gas"])) for step in log.steps)
        line = f"{amount(crawled, 'token')} read back through the gateway, {spent:,} gas used, {planned.gas:,} planned"
        details = {"steps": log.steps, "gas": spent, "planned": planned.gas, "crawled": crawled}
        return Report(self.name, line, details, log.failures, complete=not log.failures)


@contextmanager
def _copy(project: Project) -> Iterator[Project]:
    """The project with a database and a chain of its own; files and CARs are the project's, and only read.

    Everything is sent by the first account of the chain. The CAR file counts as the only storage.
    """
    from collection.chain.embedded import development_key

    with TemporaryDirectory(prefix="collection-") as name:
        folder = Path(name)
        shutil.copy(project.folder / CONFIG_FILE, folder)
        for item in project.folder.iterdir():
            if not (folder / item.name).exists() and not item.name.startswith(("chain.db", DATABASE_FILE, ".")):
                (folder / item.name).symlink_to(item.resolve())
        with (
            closing(sqlite3.connect(project.folder / DATABASE_FILE)) as source,
            closing(sqlite3.connect(folder / DATABASE_FILE)) as target,
        ):
            source.backup(target)
        with _variable("COLLECTION_REHEARSAL_KEY", development_key()) as variable, open_project(folder) as copy:
            config = copy.config
            chain = config.chain.model_copy(update={"network": "embedded", "rpc": None, "key": f"env:{variable}"})
            publish = config.publish.model_copy(update={"storage": ("car",)})
            copy.config = config.model_copy(update={"chain": chain, "publish": publish})
            _write_car(copy)
            yield copy


@contextmanager
def _variable(name: str, value: str) -> Iterator[str]:
    """An environment variable, as long as it is needed; the key in it is everybody's."""
    os.environ[name] = value
    try:
        yield name
    finally:
        del os.environ[name]


def _write_car(copy: Project) -> None:
    """Have the set in a CAR file of the copy's own, and recorded as pinned there."""
    from collection.stages.publish import PinStage

    if (copy.folder / "car").is_symlink():
        (copy.folder / "car").unlink()
    PinStage().run(copy)


def _sell(copy: Project, log: _Log) -> None:
    """Deploy the sale, let it sell in each phase and by a voucher, and take the contract back."""
    from collection.chain.sale import SaleContract

    sale = copy.config.sale
    assert sale is not None
    phases = tuple(phase.model_copy(update={"start": "2020-01-01T00:00Z", "end": None}) for phase in sale.phases)
    configured, copy.config = (
        copy.config,
        copy.config.model_copy(update={"sale": sale.model_copy(update={"phases": phases})}),
    )
    log.stage(MintStage().run(copy))
    for action in ("apply", "open"):
        log.stage(PhaseStage(action).run(copy))
    publication = publication_of(copy)
    companion = known_sale(copy, publication.deployment())
    assert companion is not None
    for number, phase in enumerate(phases):
        listed = allowlist(copy.folder / phase.allowlist, copy) if phase.allowlist else None
        with publication.chain() as chain:
            contract = SaleContract(chain, companion.address)
            _tried(log, f"phase {phase.name}", partial(_try_phase, chain, contract, number, listed, log))
    _tried(log, "voucher", partial(_try_voucher, copy, log))
    log.stage(PhaseStage("close").run(copy))
    copy.config = configured.model_copy(update={"sale": None})  # what was not sold is minted, so that all can be read


def _tried(log: _Log, what: str, trial: Callable[[], None]) -> None:
    """Try something of the sale; what the chain refuses is a failure, and the rehearsal goes on."""
    try:
        trial()
    except CollectionError as error:
        log.failures.append(Failure(what, error.message))


def _try_phase(chain: Chain, sale: SaleContract, number: int, listed: Allowlist | None, log: _Log) -> None:
    """Buy one token in a phase, as anybody or as everybody on its list; a list's own limits must hold."""
    from web3.types import Wei

    from collection.chain.addresses import checksummed
    from collection.chain.allowlist import leads_to
    from collection.chain.transactions import Account

    terms, rich = sale.phases()[number], _account(chain, 1)
    if listed is None:
        gas = sale.carry_out(Account(rich), "buy", number, 1, value=terms.price)
        log.done(f"buy in phase {number}", "1 token to anybody", gas)
        return
    lines = [listed.line(entry.account) for entry in listed.entries]
    wrong = [line.account for line in lines if not leads_to(line, terms.root)]
    log.failures += [Failure(account, f"its proof does not lead to the root of phase {number}") for account in wrong]
    tried = lines[:: -(-len(lines) // PROOFS)]
    for line in tried:
        gift: TxParams = {"from": rich, "to": checksummed(line.account), "value": Wei(_GIFT + terms.price)}
        with chain.translated():
            chain.web3.eth.wait_for_transaction_receipt(chain.web3.eth.send_transaction(gift), poll_latency=0.01)
        sale.simulate(line.account, terms.price, "claim", number, line.index, line.allowed, 1, line.proof)
    log.done(f"proofs of phase {number}", f"{len(lines)} lead to the root, {len(tried)} tried in the contract")


def _account(chain: Chain, number: int) -> ChecksumAddress:
    """One of the accounts that the chain has."""
    accounts: Sequence[ChecksumAddress] = chain.web3.eth.accounts
    return accounts[number]


def _try_voucher(copy: Project, log: _Log) -> None:
    """Sign a voucher, redeem it, and see that it is refused a second time."""
    from collection.chain.sale import SaleContract
    from collection.chain.transactions import Account
    from collection.stages.sale import sign_voucher

    publication = publication_of(copy)
    companion = known_sale(copy, publication.deployment())
    assert companion is not None
    with publication.chain() as chain:
        buyer = _account(chain, 2)
    voucher = sign_voucher(copy, buyer, 1, 1, 2**40)
    terms, signature = tuple(voucher["message"].values()), bytes.fromhex(voucher["signature"][2:])
    with publication.chain() as chain:
        sale = SaleContract(chain, companion.address)
        gas = sale.carry_out(Account(buyer), "redeem", terms, signature, value=1)
        try:
            sale.simulate(buyer, 1, "redeem", terms, signature)
        except ChainError:
            log.done("voucher", "redeemed once, and refused a second time", gas)
        else:
            log.failures.append(Failure("voucher", "the contract would take it a second time"))


def _crawl(copy: Project, log: _Log, progress: Progress) -> int:
    """Read every tokenURI and its image through a gateway, as marketplaces do; returns how many are as frozen."""
    from collection.chain.compiled import artifact_of
    from collection.chain.contract import TokenContract
    from collection.chain.reveal import offset_of, token_of

    publication = publication_of(copy)
    tokens = copy.store.tokens()
    with publication.chain() as chain:
        known = publication.deployment()
        contract = TokenContract(chain, known.address, artifact_of(known.artifact_sha256))
        uris, offset = contract.token_uris([token.token_id for token in tokens]), offset_of(contract) or 0
    good = 0
    with local_gateway(copy) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            for done, token in enumerate(tokens, start=1):
                shown_by = token_of(token.token_id, offset, len(tokens))
                wrong = _read(
                    server.url.partition("/ipfs/")[0], uris[shown_by], token.metadata_sha256, token.image_sha256
                )
                good += wrong is None
                log.failures += [Failure(f"token {token.token_id}", wrong)] if wrong else []
                progress(done, len(tokens))
        finally:
            server.shutdown()
            thread.join()
    log.done("crawl", f"{good} of {amount(len(tokens), 'token')} through the gateway")
    return good


def _read(gateway: str, uri: str, metadata_sha256: str, image_sha256: str) -> str | None:
    """Fetch a token's metadata and image; why they are not the frozen ones, or None."""
    metadata = _fetch(gateway, uri)
    if metadata is None or sha256(metadata).hexdigest() != metadata_sha256:
        return f"the gateway does not give {uri} as it was frozen"
    image = str(parse_json(metadata.decode())["image"])
    found = _fetch(gateway, image)
    if found is None or sha256(found).hexdigest() != image_sha256:
        return f"the gateway does not give {image} as it was frozen"
    return None


def _fetch(gateway: str, uri: str) -> bytes | None:
    """What the gateway gives for an ipfs:// URI; None where it refuses."""
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        with urlopen(f"{gateway}/ipfs/{uri.removeprefix('ipfs://')}", timeout=30) as answer:
            return bytes(answer.read())
    except HTTPError:
        return None
