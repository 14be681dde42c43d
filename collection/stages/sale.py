"""The sale of a set: its phases brought to the chain, opened and closed; lists, proofs and vouchers for buyers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from collection.errors import ChainError, UsageError
from collection.project import Project
from collection.stages.lists import text_of
from collection.stages.names import addresses_for, names_of
from collection.stages.publication import publication_of
from collection.stages.published import contract_of, unminted
from collection.stages.report import Report
from collection.values import Progress, amount, silent

if TYPE_CHECKING:
    from collection.chain.allowlist import Allowlist
    from collection.chain.connection import Chain
    from collection.chain.sale import SaleContract, Terms
    from collection.chain.transactions import Account
    from collection.config.selling import Sale, SalePhase
    from collection.store.publication_records import Companion, Deployment

Action = Literal["show", "apply", "open", "close", "pause", "resume"]
VOUCHERS = "voucher"
"""The stage under which the number of the next voucher is kept, by the address of the sale."""


@dataclass(frozen=True, slots=True)
class PhaseStage:
    """Does something with the sale of the set's contract; `show` only asks the chain."""

    action: Action = "show"
    name: ClassVar[str] = "phase"
    unit: ClassVar[str] = "phase"

    def pending(self, project: Project) -> int:
        """Phases that collection.toml names; only the chain knows which of them it has."""
        return len(_table(project).phases)

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Do it; raises ChainError where the chain refuses, UsageError where nothing is to be sold."""
        from collection.chain.sale import SaleContract

        table, publication = _table(project), publication_of(project)
        known = publication.deployment()
        with publication.chain() as chain:
            account = publication.account(chain)
            gas = apply(project, chain, account, known) if self.action == "apply" else 0
            companion = known_sale(project, known)
            if companion is None:
                raise ChainError(f"{known.address} has no sale on {chain.network.name}", "collection phase apply")
            sale = SaleContract(chain, companion.address)
            gas += self._act(project, chain, account, known, sale)
            return _report(chain, table, known, sale, gas, self.action)

    def _act(self, project: Project, chain: Chain, account: Account, known: Deployment, sale: SaleContract) -> int:
        match self.action:
            case "open":
                return _open(project, chain, account, known, sale)
            case "close":
                return _close(chain, account, known, sale)
            case "pause" | "resume" if sale.paused() != (self.action == "pause"):
                return sale.carry_out(account, "pause" if self.action == "pause" else "unpause")
        return 0


def known_sale(project: Project, known: Deployment) -> Companion | None:
    """The sale of a contract of this project, by the records."""
    from collection.chain.sale import sale_of

    return sale_of(project.store, known)


def refuse_while_selling(project: Project, chain: Chain, what: str) -> None:
    """Raise ChainError where the sale owns the set's contract, as it does while it sells: nobody else can do `what`."""
    known = contract_of(project)
    companion = known_sale(project, known) if known else None
    if known and companion and _token(chain, known).owner() == companion.address:
        raise ChainError(
            f"the sale {companion.address} owns the contract while it sells: it cannot {what}", "collection phase close"
        )


def terms_of(project: Project) -> list[Terms]:
    """The phases of collection.toml as the contract keeps them; lists are read from their files."""
    from collection.chain.sale import Terms
    from collection.config.selling import seconds_of, wei_of

    return [
        Terms(
            start=seconds_of(phase.start),
            end=seconds_of(phase.end) if phase.end else 0,
            price=wei_of(phase.price),
            per_account=phase.per_account,
            supply=phase.supply,
            root=allowlist(project.folder / phase.allowlist, project).root if phase.allowlist else b"",
        )
        for phase in _table(project).phases
    ]


def allowlist(file: Path, project: Project | None) -> Allowlist:
    """The allowlist of a CSV file; raises UsageError that names the line that is wrong.

    Names of ENS are those of the project; without one, they are refused.
    """
    from collection.chain.allowlist import read_allowlist

    return read_allowlist(text_of(file), file.name, addresses_for(project))


def apply(project: Project, chain: Chain, account: Account, known: Deployment) -> int:
    """Deploy the sale if there is none, and bring its phases into step with collection.toml; returns the gas.

    A phase that collection.toml no longer has is closed for good, for the contract forgets none.
    """
    from collection.chain.sale import SaleContract, Terms, deploy_sale

    wanted = terms_of(project)
    payee = str((known.settings or {}).get("royalty_receiver", account.address))
    companion, gas = deploy_sale(project.store, chain, account, known.address, payee, wanted)
    sale = SaleContract(chain, companion.address)
    there, ended = sale.phases(), Terms(0, 1, 0, 0, 0, b"")
    wanted += [ended] * (len(there) - len(wanted))
    for number, terms in enumerate(wanted):
        if number >= len(there) or there[number] != terms:
            gas += sale.carry_out(account, "setPhase", number, terms.as_argument())
    return gas


def _open(project: Project, chain: Chain, account: Account, known: Deployment, sale: SaleContract) -> int:
    """Let the sale own the contract, so that it can mint; what is reserved must be minted before."""
    from collection.chain.transactions import carry_out

    contract = _token(chain, known)
    if contract.owner() == sale.address:
        return 0
    if count := unminted(project):
        raise ChainError(f"{amount(count, 'token')} of the reserve not minted yet", "collection mint")
    what = "offer the contract to the sale"
    gas = carry_out(chain, account, contract.offer_to(sale.address), contract.artifact.abi, what).gas
    return gas + sale.carry_out(account, "acceptToken")


def _close(chain: Chain, account: Account, known: Deployment, sale: SaleContract) -> int:
    """Let the owner of the sale have the contract back; nothing more is sold."""
    from collection.chain.transactions import carry_out

    contract = _token(chain, known)
    if contract.owner() != sale.address:
        return 0
    gas = sale.carry_out(account, "returnToken")
    return gas + carry_out(chain, account, contract.accept(), contract.artifact.abi, "take it back").gas


def _token(chain: Chain, known: Deployment) -> Any:
    from collection.chain.compiled import artifact_of
    from collection.chain.contract import TokenContract

    return TokenContract(chain, known.address, artifact_of(known.artifact_sha256))


def _report(chain: Chain, table: Sale, known: Deployment, sale: SaleContract, gas: int, action: str) -> Report:
    from collection.chain.transactions import ether

    is_open, paused, there = _token(chain, known).owner() == sale.address, sale.paused(), sale.phases()
    with chain.translated():
        now = int(chain.web3.eth.get_block("latest")["timestamp"])
    rows = [_row(number, table.phases, terms, sale.sold(number), now) for number, terms in enumerate(there)]
    state = "paused" if paused else "open" if is_open else "closed: `collection phase open` lets it sell"
    line = f"the sale {sale.address} is {state}" + (f", {gas:,} gas" if gas else "")
    details = {"sale": sale.address, "open": is_open, "paused": paused, "phases": rows, "gas": gas, "action": action}
    unit = chain.network.currency
    notes = [
        f"{row['name']}: {ether(row['price'])} {unit}, {row['state']}, {row['sold']} sold"
        + " (list)" * bool(row["root"])
        for row in rows
    ]
    return Report("phase", line, details, notes=notes)


def _row(number: int, named: Sequence[SalePhase], terms: Terms, sold: int, now: int) -> Mapping[str, Any]:
    over = bool(terms.end) and now >= terms.end
    state = "over" if over else "selling" if now >= terms.start else f"from {_moment(terms.start)} on"
    return {
        "phase": number, "name": named[number].name if number < len(named) else f"phase {number}", "sold": sold,
        "price": terms.price, "start": terms.start, "end": terms.end, "per_account": terms.per_account,
        "supply": terms.supply, "root": f"0x{terms.root.hex()}" if terms.root else None, "state": state,
    }  # fmt: skip


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _table(project: Project) -> Sale:
    if project.config.sale is None:
        raise UsageError(
            "collection.toml has no [sale]: nothing is sold", "[[sale.phases]] says when, and for how much"
        )
    return project.config.sale


def sign_voucher(
    project: Project, recipient: str, quantity: int, price: int, deadline: int, nonce: int | None = None
) -> dict[str, Any]:
    """A signed voucher as typed data (EIP-712) with `signer` and `signature`; any wallet's library can check it.

    `price` in wei a token, `deadline` in seconds of the Unix epoch; the number is the next one if none is given.
    Raises KeyMissingError where the account that owns the sale has no key here.
    """
    from collection.chain.addresses import checksummed
    from collection.chain.keys import find_key
    from collection.chain.sale import Voucher, typed_voucher

    publication = publication_of(project)
    known, store = publication.deployment(), project.store
    companion, recipient = known_sale(project, known), names_of(project).address(recipient, "ADDRESS")
    if companion is None:
        raise ChainError(f"{known.address} has no sale", "collection phase apply")
    source = project.config.chain.key
    if source is None:
        raise ChainError("a voucher is signed, and no key is configured", 'key = "env:NAME" under [chain]')
    key = find_key(source, project.folder, project.ask_password)
    if key.address != companion.settings["owner"]:
        raise ChainError(
            f"{key.address} does not own the sale, {companion.settings['owner']} does: the contract would refuse it",
            "chain.key must name the key of the account that deployed the sale",
        )
    numbers = dict(store.stage_report(VOUCHERS))
    number = int(numbers.get(companion.address, 0)) if nonce is None else nonce
    voucher = Voucher(checksummed(recipient), quantity, price, deadline, number)
    data = typed_voucher(known.chain_id, companion.address, voucher)
    following = max(int(numbers.get(companion.address, 0)), number + 1)
    store.record_stage(VOUCHERS, companion.address, {**numbers, companion.address: following})
    return {**data, "signer": key.address, "signature": key.sign_typed(data)}
