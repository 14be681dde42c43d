"""What one transaction mints: a run of tokens to one owner, or a list of tokens to owners of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

from collection.chain.contract import TokenContract
from collection.chain.transactions import GAS_MARGIN, Account
from collection.errors import ChainError
from collection.values import amount

if TYPE_CHECKING:
    from web3.contract.contract import ContractFunction

LIST_BATCH = 400
"""Most tokens that one list mints: 12 million gas if nobody on it ever owned one, and 2**24 is the most (EIP-7825)."""
_RUN = 25
"""Tokens in a row to one owner that are worth a transaction of their own: it costs what these save."""
_PROBES = (4, 64)  # tokens of the batches whose gas tells how many fit; one token alone is minted in another way


def next_batch(ids: Sequence[int], to: Mapping[int, str], most: int) -> list[int]:
    """The first of `ids`, consecutive, that one transaction shall mint: at most `most`, all to one owner or a list."""
    ids = ids[:most]
    return list(ids[: at_once([len(list(run)) for _, run in groupby(ids, key=lambda token_id: to[token_id])])])


def at_once(runs: Sequence[int]) -> int:
    """How much one transaction mints of runs to one owner each, in order: a long run alone, or a list of short ones."""
    if runs[0] >= _RUN or len(runs) == 1:
        return runs[0]
    return min(sum(takewhile(lambda count: count < _RUN, runs)), LIST_BATCH)


def minting(contract: TokenContract, ids: Sequence[int], to: Mapping[int, str]) -> ContractFunction:
    """The call that mints consecutive ids to their owners; refused by the contract unless the first is the next one."""
    owners = [to[token_id] for token_id in ids]
    if len(set(owners)) == 1:
        return contract.mint_batch(owners[0], ids[0], len(ids))
    return contract.airdrop(ids[0], owners)


def affordable(contract: TokenContract, account: Account, ids: Sequence[int], to: Mapping[int, str]) -> int:
    """How many of a batch fit into one transaction, by the gas of two small ones: what a token adds, and the rest."""

    def gas(count: int) -> float:
        call = minting(contract, ids[:count], to)
        return float(call.estimate_gas({"from": account.address}) * GAS_MARGIN)

    small, large = (min(probe, len(ids)) for probe in _PROBES)
    with contract.chain.translated(contract.artifact.abi):
        first, second = gas(small), gas(large)
    limit = contract.chain.gas_limit()
    if second > limit:
        raise ChainError(
            f"the gas of {amount(large, 'token')} is {second:.0f}, but a transaction on this chain may use {limit}"
        )
    if small == large:
        return large
    return large + int((limit - second) / max((second - first) / (large - small), 1))


class BatchSize:
    """How many tokens of a kind one transaction mints; asked of the node once for runs and once for lists."""

    def __init__(self, fits: Callable[[Sequence[int]], int]) -> None:
        self._fits = fits
        self._known: dict[bool, int] = {}

    def cut(self, ids: list[int], to: Mapping[int, str]) -> list[int]:
        """As many of a batch as fit."""
        is_list = len({to[token_id] for token_id in ids}) > 1
        if is_list not in self._known:
            self._known[is_list] = self._fits(ids)
        return ids[: self._known[is_list]]
