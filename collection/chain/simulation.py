"""Simulation: what transactions would cost by a node's own rules, without sending any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from collection.chain.addresses import checksummed
from collection.chain.connection import Chain, open_chain
from collection.chain.networks import find_network
from collection.errors import ChainError

if TYPE_CHECKING:
    from web3.types import RPCEndpoint

RICH = 10**24
"""Wei that a sender has in a simulation: what a plan costs does not depend on what its account has."""


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction that is only tried: `to` None creates a contract."""

    what: str
    to: str | None
    data: str
    """0x hex."""
    times: int = 1
    """How many like it a plan has."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The gas of each call, in order, and who said so, in words."""

    gas: Sequence[int]
    by: str


def measure(chain: Chain, sender: str, calls: Callable[[Chain, str, int, bool], Sequence[Call]]) -> Measured:
    """The gas of calls that follow one another, sent by `sender`.

    `calls(chain, sender, nonce, afresh)` gives them for a sender and its next nonce; `afresh` for a chain on which
    nothing of the project is. A node that simulates (eth_simulateV1) is asked; where none does, they are sent on a
    passing embedded chain, whose rules need not be the node's. Raises ChainError where a call fails.
    """
    with chain.translated():
        nonce = chain.web3.eth.get_transaction_count(checksummed(sender), "pending")
    wanted = calls(chain, sender, nonce, False)
    found = _simulated(chain, sender, wanted)
    if found is not None:
        return Measured(found, f"simulated by the node of {chain.network.name}")
    with TemporaryDirectory(prefix="collection-") as folder, open_chain(find_network("embedded"), Path(folder)) as own:
        account = own.web3.eth.accounts[0]
        repeated = calls(own, account, 0, True)
        gas = [_sent(own, account, call) for call in repeated][len(repeated) - len(wanted) :]
    is_own = chain.network.kind == "embedded"
    by = "measured on the embedded chain" if is_own else "measured on an embedded chain, for this node cannot simulate"
    return Measured(gas, by)


def ask(chain: Chain, method: str, *parameters: Any) -> Any:
    """What a node answers to a method that it need not know; None where it does not, or refuses."""
    with chain.translated():
        answer = chain.web3.provider.make_request(cast("RPCEndpoint", method), list(parameters))
    return answer.get("result") if "error" not in answer else None


def _simulated(chain: Chain, sender: str, calls: Sequence[Call]) -> list[int] | None:
    """The gas by eth_simulateV1, each call in a block of its own; None where the node does not know the method."""
    if not calls or chain.network.kind == "embedded":
        return None if calls else []
    blocks: list[dict[str, Any]] = [
        {"calls": [{"from": sender, "input": call.data, **({"to": call.to} if call.to else {})}]} for call in calls
    ]
    blocks[0]["stateOverrides"] = {sender: {"balance": hex(RICH)}}
    answer = ask(chain, "eth_simulateV1", {"blockStateCalls": blocks, "validation": False}, "latest")
    if not answer:
        return None
    results = [block["calls"][0] for block in answer]
    for call, result in zip(calls, results, strict=True):
        if int(result["status"], 16) != 1:
            raise ChainError(f"{chain.network.name} would refuse to {call.what}: {result.get('error')}")
    return [int(result["gasUsed"], 16) for result in results]


def _sent(chain: Chain, account: Any, call: Call) -> int:
    transaction: dict[str, Any] = {"from": account, "data": call.data, **({"to": call.to} if call.to else {})}
    with chain.translated():
        sent = chain.web3.eth.send_transaction(cast("Any", transaction))
        done = chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    if done["status"] != 1:
        raise ChainError(f"the passing embedded chain refused to {call.what}")
    return int(done["gasUsed"])
