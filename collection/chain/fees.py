"""What gas costs now, and by which rules it is counted, as a node says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from collection.chain.addresses import checksummed
from collection.chain.connection import Chain
from collection.chain.simulation import Call, ask

_FORKS = {"P256VERIFY": "Osaka", "BLS12_G1ADD": "Prague", "KZG_POINT_EVALUATION": "Cancun"}
"""The fork that brought a precompiled contract, newest first."""

_DATA_FEE_ORACLE = "0x420000000000000000000000000000000000000F"
"""GasPriceOracle of OP Stack chains: getL1Fee(bytes) is the fee for a transaction's data on the chain below."""
_GET_L1_FEE = "0x49948e0e"


@dataclass(frozen=True, slots=True)
class Price:
    """Wei for a unit of gas: what it costs now, and the most that a transaction of ours offers."""

    now: int
    most: int


def price_of(chain: Chain) -> Price:
    """What gas costs in the next block (EIP-1559: base fee and tip), or on a chain without base fee its gas price."""
    with chain.translated():
        base = chain.web3.eth.get_block("latest").get("baseFeePerGas")
        if base is None:
            return Price(chain.web3.eth.gas_price, chain.web3.eth.gas_price)
        tip = chain.web3.eth.max_priority_fee
    return Price(base + tip, 2 * base + tip)


def data_fee(chain: Chain, call: Call) -> int:
    """Wei that an OP Stack chain takes for a transaction's data, by its oracle; 0 on any other chain."""
    from eth_abi.abi import encode

    if chain.network.is_development or not chain.has_code(_DATA_FEE_ORACLE):
        return 0
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
