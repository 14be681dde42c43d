"""A transaction that waits because gas became dearer: the same is sent again in its place, with a higher fee."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collection.chain.connection import Chain
from collection.chain.fees import Price, price_of
from collection.errors import ChainError

if TYPE_CHECKING:
    from collection.chain.transactions import Account

_TOO_CHEAP = 3
"""Blocks in a row with a base fee above what it offers, after which a transaction is outbid."""
_LEFT_OUT = 20
"""Blocks without a transaction that offers enough, after which it is outbid."""
_DEARER = 4
"""Times the first fee that is offered at most: what a plan was told to cost is never left far behind."""


class Bids:
    """A transaction of an account, and those that were sent in its place since; only one of them can be mined."""

    def __init__(
        self, chain: Chain, account: Account, tx_hash: str, transaction: Mapping[str, Any] | None = None
    ) -> None:
        """`transaction` is what was sent; None: an earlier run sent it, and only the node may still know it."""
        self.hashes = [tx_hash]
        self._chain, self._account, self._sent = chain, account, transaction
        self._block: int | None = None
        self._first = 0
        self._settled = False

    def raised(self) -> str | None:
        """The hash of a new bid, sent because the last one waited too long; None where none is due, or none helps.

        A node or a signer that refuses one is not asked again.
        """
        if self._settled:
            return None
        with self._chain.translated():
            head = self._chain.web3.eth.get_block("latest")
        if self._block is None:
            self._block = head["number"]
        waited = head["number"] - self._block
        if waited < _TOO_CHEAP:
            return None
        [known] = self._chain.ask_all([("eth_getTransactionByHash", [self.hashes[-1]])])
        waiting = self._sent or (known and _fields(known))
        if not waiting or waiting["from"].lower() != self._account.address.lower():
            return None
        offered = _offered(waiting)
        if known and (known.get("blockNumber") or not _due(waited, offered, head.get("baseFeePerGas"))):
            return None  # one that the node dropped is due
        self._block, self._first = head["number"], self._first or offered
        return self._outbid(waiting, offered)

    def _outbid(self, waiting: Mapping[str, Any], offered: int) -> str | None:
        from collection.chain.transactions import balance_of, send

        price = price_of(self._chain)
        fee = max(price.most, _more(offered))
        needed = waiting["gas"] * fee + waiting["value"]
        if fee > _DEARER * self._first or balance_of(self._chain, self._account) < needed:
            return None
        transaction = {**waiting, **_fees(waiting, price, fee)}
        try:
            tx_hash = send(self._chain, self._account, transaction)
        except ChainError:  # mined a moment ago, or not wanted
            self._settled = True
            return None
        self._sent = transaction
        self.hashes.append(tx_hash)
        return tx_hash


def _due(waited: int, offered: int, base: int | None) -> bool:
    """Whether a transaction is to be outbid that waited so many blocks, at the base fee of the last one."""
    return waited >= _LEFT_OUT or (base is not None and base > offered)


def _offered(transaction: Mapping[str, Any]) -> int:
    """The most wei that a transaction offers for a unit of gas."""
    return int(transaction["maxFeePerGas"] if "maxFeePerGas" in transaction else transaction["gasPrice"])


def _more(fee: int) -> int:
    """The least that nodes take in place of a fee: an eighth more, where most ask for a tenth."""
    return fee * 9 // 8 + 1


def _fees(waiting: Mapping[str, Any], price: Price, fee: int) -> dict[str, int]:
    """The fields that say what is offered, in the form of the transaction that waits (EIP-1559, or before it)."""
    if "maxFeePerGas" not in waiting:
        return {"gasPrice": fee}
    tip = max(price.tip or 0, _more(waiting["maxPriorityFeePerGas"]))
    return {"maxFeePerGas": fee, "maxPriorityFeePerGas": min(tip, fee)}


def _fields(known: Mapping[str, Any]) -> dict[str, Any]:
    """A transaction as a node tells it, in the form in which it is sent."""
    numbers = ("maxFeePerGas", "maxPriorityFeePerGas") if known.get("maxFeePerGas") else ("gasPrice",)
    fields: dict[str, Any] = {
        name: int(known[name], 16) for name in ("value", "gas", "nonce", "chainId", *numbers) if known.get(name)
    }
    return {**fields, "from": known["from"], "data": known["input"], **({"to": known["to"]} if known["to"] else {})}
