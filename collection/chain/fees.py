"""What gas costs now, and by which rules it is counted, as a node says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from collection.chain.addresses import NOBODY, checksummed
from collection.chain.connection import Chain
from collection.chain.simulation import Call, ask

_FORKS = {"P256VERIFY": "Osaka", "BLS12_G1ADD": "Prague", "KZG_POINT_EVALUATION": "Cancun"}
"""The fork that brought a precompiled contract, newest first."""

_DATA_FEE_ORACLE = "0x420000000000000000000000000000000000000F"
"""GasPriceOracle of OP Stack chains: getL1Fee(bytes) is the fee for a transaction's data on the chain below."""
_GET_L1_FEE = "0x49948e0e"
_NODE_INTERFACE = "0x00000000000000000000000000000000000000C8"
"""Of Arbitrum Nitro: gasEstimateL1Component(address to, bool contractCreation, bytes data) gives the gas for data on
the chain below, the base fee, and what the node takes that of the chain below to be."""
_GAS_ESTIMATE_L1 = "0x77d488a2"


@dataclass(frozen=True, slots=True)
class Price:
    """Wei for a unit of gas: what it costs now, and the most that a transaction of ours offers."""

    now: int
    most: int
    tip: int | None = None
    """What of it goes to who makes the block; None on a chain without base fee."""

    @property
    def fields(self) -> dict[str, int]:
        """The same as the fields of a transaction: by EIP-1559, or as it was before where there is no base fee."""
        if self.tip is None:
            return {"gasPrice": self.most}
        return {"maxFeePerGas": self.most, "maxPriorityFeePerGas": self.tip}


def price_of(chain: Chain) -> Price:
    """What gas costs in the next block (EIP-1559: base fee and tip), or on a chain without base fee its gas price."""
    with chain.translated():
        base = chain.web3.eth.get_block("latest").get("baseFeePerGas")
        if base is None:
            return Price(chain.web3.eth.gas_price, chain.web3.eth.gas_price)
        tip = chain.web3.eth.max_priority_fee
    return Price(base + tip, 2 * base + tip, tip)


def data_fee(chain: Chain, call: Call) -> int:
    """Wei that a chain takes for a transaction's data on the chain below, beside its gas; 0 where it takes none.

    OP Stack chains have an oracle for it; Arbitrum Nitro has the gas that stands for it, at its own base fee, from the
    `NodeInterface` that only nodes know.
    """
    if chain.network.is_development:
        return 0
    return _by_oracle(chain, call) if chain.has_code(_DATA_FEE_ORACLE) else _by_node_interface(chain, call)


def _by_node_interface(chain: Chain, call: Call) -> int:
    """The fee on Arbitrum; 0 on a chain that is none: nothing answers at that address."""
    from eth_abi.abi import decode, encode

    arguments = [call.to or NOBODY, call.to is None, bytes.fromhex(call.data[2:])]
    data = _GAS_ESTIMATE_L1 + encode(["address", "bool", "bytes"], arguments).hex()
    answer = ask(chain, "eth_call", {"to": _NODE_INTERFACE, "data": data}, "latest")
    if not answer or len(answer) != 2 + 3 * 64:
        return 0
    gas, base_fee, _ = decode(["uint64", "uint256", "uint256"], bytes.fromhex(answer[2:]))
    return int(gas) * int(base_fee)


def _by_oracle(chain: Chain, call: Call) -> int:
    from eth_abi.abi import encode

    data = _GET_L1_FEE + encode(["bytes"], [bytes.fromhex(call.data[2:])]).hex()
    answer = ask(chain, "eth_call", {"to": checksummed(_DATA_FEE_ORACLE), "data": data}, "latest")
    return int(answer, 16) if answer and answer != "0x" else 0


def rules_of(chain: Chain) -> str | None:
    """The fork whose rules hold and the one to come, in words, by eth_config (EIP-7910); None: the node is silent."""
    told = ask(chain, "eth_config")
    if not isinstance(told, dict) or not isinstance(told.get("current"), dict):
        return None
    following = told.get("next")
    later = f"; from {_date(following)} on those of {_fork(following)}" if isinstance(following, dict) else ""
    return f"rules of {_fork(told['current'])}{later}"


def _fork(config: dict[str, Any]) -> str:
    precompiled = config.get("precompiles") or {}
    name = next((f"{fork} or later" for contract, fork in _FORKS.items() if contract in precompiled), "before Cancun")
    return f"fork {config.get('forkId', 'unknown')} ({name})"


def _date(config: dict[str, Any]) -> str:
    return datetime.fromtimestamp(int(config.get("activationTime", 0)), UTC).strftime("%Y-%m-%d %H:%M UTC")
