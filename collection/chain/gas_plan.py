"""The gas plan: everything that is still to be sent for a set, what it costs, and whether an account can pay it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from collection.chain.addresses import created_address
from collection.chain.compiled import artifact
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract, TokenSettings
from collection.chain.copies import batches
from collection.chain.editions import EditionsContract, EditionSettings, Run, copies_in
from collection.chain.fees import Price, data_fee, price_of, rules_of
from collection.chain.gas import MINT_BATCH
from collection.chain.mint_batches import minting, next_batch
from collection.chain.sale import SaleContract, Terms
from collection.chain.simulation import Call, Measured, measure
from collection.chain.splitter import Payee
from collection.chain.token_kind import BARE, TokenKind
from collection.chain.transactions import GAS_MARGIN, not_enough
from collection.values import amount

if TYPE_CHECKING:
    from web3.contract.contract import ContractFunction
    from web3.types import TxParams


@dataclass(frozen=True, slots=True)
class WantedCopies:
    """What is still to be done for the editions of a set."""

    settings: EditionSettings
    address: str | None
    """Of their contract, if it is deployed."""
    there: Mapping[int, int]
    """Copies that exist of each image."""
    runs: Mapping[int, Sequence[Run]]
    """Who is still to get copies of each image, and how many."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is still to be done for a set."""

    settings: TokenSettings
    """Of its contract; `royalty_receiver` may be any account where a splitter is still to be deployed."""
    payees: Sequence[Payee]
    """Of the splitter that is still to be deployed; empty: none is."""
    token: str | None
    """The contract, if it is deployed."""
    to: Mapping[int, str]
    """The owner of each token that is still to be minted, by id."""
    freeze: bool
    """Whether the metadata is still to be frozen."""
    phases: Sequence[Terms] | None = None
    """Of the sale that is still to be deployed and opened; None: none is."""
    kind: TokenKind = BARE
    """What its contract can do."""

    copies: WantedCopies | None = None
    """Of the editions; None: no copies are wanted."""
    only_copies: bool = False
    """Whether the contract of the tokens is left out."""


@dataclass(frozen=True, slots=True)
class Step:
    """Transactions of one kind: how many, the gas of each, and what each pays besides (wei)."""

    what: str
    times: int
    gas: int
    data_fee: int


@dataclass(frozen=True, slots=True)
class GasPlan:
    """All steps in order, and what gas costs."""

    steps: Sequence[Step]
    price: Price
    by: str
    """Who said how much gas it takes."""
    rules: str | None
    """The fork by whose rules; None: the node does not say."""

    @property
    def gas(self) -> int:
        """Of all transactions."""
        return sum(step.times * step.gas for step in self.steps)

    def cost(self, step: Step) -> int:
        """Wei of a step at the present price."""
        return step.times * (step.gas * self.price.now + step.data_fee)

    @property
    def total(self) -> int:
        """Wei of everything at the present price."""
        return sum(map(self.cost, self.steps))

    @property
    def needed(self) -> int:
        """Wei that an account must have: what all costs with a margin, and so much at each step that a node takes it.

        A node wants the whole gas limit at the highest price to be there, whatever is paid in the end.
        """
        spent, most = 0, 0
        for step in self.steps:
            limit = int(step.gas * GAS_MARGIN) * self.price.most + step.data_fee
            before_last = (step.times - 1) * (step.gas * self.price.now + step.data_fee)
            most = max(most, spent + before_last + limit)
            spent += self.cost(step)
        return max(most, int(spent * GAS_MARGIN))


def plan_gas(chain: Chain, sender: str, wanted: Wanted) -> GasPlan:
    """The plan of what is wanted, measured by the rules of the chain that is open; nothing is sent."""
    calls = _Calls(wanted, _kinds(_batches(wanted.to), wanted.to))
    measured: Measured = measure(chain, sender, calls)
    steps = [
        Step(call.what, call.times, gas, data_fee(chain, call))
        for call, gas in zip(calls(chain, sender, 0, False), measured.gas, strict=True)
    ]
    return GasPlan(steps, price_of(chain), measured.by, rules_of(chain))


def refuse_poor(chain: Chain, address: str, plan: GasPlan) -> None:
    """Raise ChainError where an account cannot pay the whole plan, with what is missing."""
    with chain.translated():
        balance = chain.web3.eth.get_balance(chain.web3.to_checksum_address(address))
    if balance < plan.needed:
        count = sum(step.times for step in plan.steps)
        what = f"all that is left to do ({amount(count, 'transaction')})"
        raise not_enough(chain, address, balance, plan.needed, what)


def _batches(to: Mapping[int, str]) -> list[list[int]]:
    """What each transaction mints, in order."""
    remaining, found = list(to), []
    while remaining:
        found.append(next_batch(remaining, to, MINT_BATCH))
        remaining = remaining[len(found[-1]) :]
    return found


def _kinds(batches: Sequence[list[int]], to: Mapping[int, str]) -> list[tuple[list[int], int]]:
    """Batches that stand for others like them, in order, and how many each stands for.

    The first of a size is dearer than the next ones, so that it stands for itself, and the second for all others.
    """
    found: dict[tuple[bool, int, bool], tuple[list[int], int]] = {}
    for ids in batches:
        alike = (len({to[token_id] for token_id in ids}) > 1, len(ids))
        key = (*alike, (*alike, False) in found)
        first, count = found.get(key, (ids, 0))
        found[key] = (first, count + 1)
    return list(found.values())


class _Calls:
    """The transactions of a plan, for whoever sends them: each kind of batch once, with ids that follow each other."""

    def __init__(self, wanted: Wanted, kinds: Sequence[tuple[list[int], int]]) -> None:
        self._wanted, self._kinds = wanted, kinds

    def __call__(self, chain: Chain, sender: str, nonce: int, afresh: bool) -> list[Call]:
        wanted, found = self._wanted, list[Call]()
        receiver, token = wanted.settings.royalty_receiver, None if afresh else wanted.token
        copies, editions = wanted.copies, wanted.copies.address if wanted.copies else None
        if copies is not None and editions is not None and afresh:  # first, for it is no step of the plan
            editions = created_address(sender, nonce)
            found.append(_editions_creation(chain, replace(copies.settings, owner=sender, royalty_receiver=sender)))
        if wanted.payees and (token is None or wanted.only_copies):
            receiver = created_address(sender, nonce + len(found))
            argument = [(payee.address, payee.shares) for payee in wanted.payees]
            found.append(_creation(chain, "Splitter", "deploy the splitter", argument))
        if token is None and not wanted.only_copies:
            token = created_address(sender, nonce + len(found))
            settings = replace(wanted.settings, owner=sender, royalty_receiver=receiver)
            found.append(_token_creation(chain, settings, wanted.kind))
        if token is not None:
            found += self._of_token(TokenContract(chain, token), sender, nonce + len(found), receiver, afresh)
        if copies is not None and editions is None:
            editions = created_address(sender, nonce + len(found))
            found.append(_editions_creation(chain, replace(copies.settings, owner=sender, royalty_receiver=receiver)))
        if copies is not None and editions is not None:
            found += _copies(EditionsContract(chain, editions), copies, afresh)
        return found

    def _of_token(self, contract: TokenContract, sender: str, nonce: int, receiver: str, afresh: bool) -> list[Call]:
        """The calls of the tokens' contract and of its sale."""
        wanted, found, chain = self._wanted, list[Call](), contract.chain
        next_id = 1
        if wanted.token is not None and not afresh:
            next_id = contract.next_token_id()
        elif wanted.token is not None and wanted.settings.max_supply - len(wanted.to) > 1:
            # An earlier run of another owner, which the next batch must close, as on the chain it may have to.
            earlier = {1: sender, 2: sender}
            found.append(_call("mint before", contract, minting(contract, list(earlier), earlier)))
            next_id = 3
        for ids, times in self._kinds:
            renumbered = {next_id + place: wanted.to[token_id] for place, token_id in enumerate(ids)}
            call = minting(contract, list(renumbered), renumbered)
            owners = "one owner" if len(set(renumbered.values())) == 1 else f"{len(set(renumbered.values()))} owners"
            found.append(_call(f"mint {len(ids)} to {owners}", contract, call, times))
            next_id += len(ids)
        if wanted.freeze:
            found.append(_call("freeze the metadata", contract, contract.freeze_metadata()))
        if wanted.phases is not None:
            sale = created_address(sender, nonce + len(found))
            terms = [each.as_argument() for each in wanted.phases]
            found += [
                _creation(chain, "Sale", "deploy the sale", contract.address, sender, receiver, terms),
                _call("offer the contract to the sale", contract, contract.offer_to(sale)),
                _call("accept it there", opened := SaleContract(chain, sale), opened.call("acceptToken")),
            ]
        return found


def _copies(contract: EditionsContract, copies: WantedCopies, afresh: bool) -> list[Call]:
    """The calls that mint copies: each kind once, with how many like it there are."""
    kinds: dict[tuple[bool, int, int], tuple[int, list[Run], int]] = {}
    for image, runs in copies.runs.items():
        there = copies.there[image]
        for batch in batches(runs):
            count = copies_in(batch)
            kind = (there == 0, len(batch), count if len(batch) > 1 else 0)
            first_image, first, times = kinds.get(kind, (image, batch, 0))
            kinds[kind] = (first_image, first, times + 1)
            there += count
    found, supplies = list[Call](), {image: 0 if afresh else there for image, there in copies.there.items()}
    for image, batch, times in kinds.values():
        call = contract.minting(image, supplies[image], batch)
        count = copies_in(batch)
        supplies[image] += count
        what = f"mint {amount(count, 'copy', 'copies')} to {amount(len(batch), 'owner')}"
        found.append(_call(what if len(batch) > 1 else "mint copies of an image", contract, call, times))
    return found


def _call(
    what: str, contract: TokenContract | SaleContract | EditionsContract, call: ContractFunction, times: int = 1
) -> Call:
    complete = cast("TxParams", {"gas": 0, "gasPrice": 0, "nonce": 0, "chainId": 1})  # so that nothing is asked
    return Call(what, contract.address, str(call.build_transaction(complete)["data"]), times)


def _token_creation(chain: Chain, settings: TokenSettings, kind: TokenKind) -> Call:
    return _creation(chain, kind.artifact.name, "deploy the contract", settings.as_argument(), *kind.arguments())


def _editions_creation(chain: Chain, settings: EditionSettings) -> Call:
    return _creation(chain, "Editions", "deploy the editions", settings.as_argument())


def _creation(chain: Chain, contract: str, what: str, *arguments: object) -> Call:
    compiled = artifact(contract)
    factory = chain.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
    return Call(what, None, str(factory.constructor(*arguments).data_in_transaction))
