"""What tokens cost, in gas: the project's contract beside OpenZeppelin's, Solady's, ERC721A's, and the least there is.

    sh packaging/node-tools.sh benchmarks/contracts && python benchmarks/gas.py [--rpc http://127.0.0.1:8545]

Without `--rpc` the chain is the embedded one; with it, an Anvil that listens there. The peers are compiled with the
compiler and settings of the project's contract. "floor" emits the events of a batch and counts, and stores no owner.
"holder": the recipient owns a token already; "fresh": it never did.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eth_utils.address import to_checksum_address

from collection.chain.compiled import artifact
from collection.chain.connection import Chain, open_chain
from collection.chain.contract import TokenSettings
from collection.chain.networks import find_network

PEERS = Path(__file__).parent / "contracts"
BATCH, RUNS = 500, 64
OWNERS = [to_checksum_address(f"0x{number:040x}") for number in range(4096, 4096 + 100)]
COLUMNS = {
    "Floor": "floor", "OpenZeppelin": "OpenZeppelin", "Solady": "Solady", "A": "ERC721A", "Runs": "runs, bare",
    "ours": "CollectionToken",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rpc", help="an Anvil's address")
    options = parser.parse_args()
    if not (PEERS / "node_modules").is_dir():
        print("the peers are not here: sh packaging/node-tools.sh benchmarks/contracts; nothing is measured")
        return
    found = subprocess.run(["node", PEERS / "compile.mjs"], check=True, capture_output=True, text=True).stdout
    network = find_network("anvil" if options.rpc else "embedded")
    with TemporaryDirectory() as folder, open_chain(network, Path(folder), options.rpc) as chain:
        measured = {name: measure(chain, peer(chain, each)) for name, each in json.loads(found).items()}
        measured["ours"] = measure(chain, ours(chain))
    show(measured)


class Token:
    """A contract under measurement, by one interface."""

    def __init__(self, chain: Chain, deploy: Callable[[], tuple[Any, int]], size: int, project: bool) -> None:
        self.chain, self.size, self.project = chain, size, project
        self.deploy = deploy

    def mint(self, to: str, first: int, quantity: int) -> Any:
        if self.project:
            return self.contract.functions.mintBatch(to, first, quantity)
        return self.contract.functions.mint(to, quantity)

    def airdrop(self, owners: list[str]) -> Any:
        return self.contract.functions.airdrop(*([1] if self.project else []), owners)

    def fresh(self) -> int:
        """Deploy it anew; returns the gas."""
        self.contract, gas = self.deploy()
        return gas


def used(chain: Chain, call: Any, sender: str) -> int:
    sent = chain.web3.eth.wait_for_transaction_receipt(call.transact({"from": sender}), poll_latency=0.01)
    assert sent["status"] == 1
    return int(sent["gasUsed"])


def deployer(chain: Chain, abi: Any, bytecode: str, *arguments: Any) -> Callable[[], tuple[Any, int]]:
    def deploy() -> tuple[Any, int]:
        sent = chain.web3.eth.contract(abi=abi, bytecode=bytecode).constructor(*arguments)
        receipt = chain.web3.eth.wait_for_transaction_receipt(
            sent.transact({"from": chain.web3.eth.accounts[0]}), poll_latency=0.01
        )
        return chain.web3.eth.contract(address=receipt["contractAddress"], abi=abi), int(receipt["gasUsed"])

    return deploy


def peer(chain: Chain, compiled: dict[str, Any]) -> Token:
    return Token(chain, deployer(chain, compiled["abi"], compiled["bytecode"]), compiled["size"], project=False)


def ours(chain: Chain) -> Token:
    owner, friend = chain.web3.eth.accounts[0], chain.web3.eth.accounts[2]
    settings = TokenSettings(
        name="Bare", symbol="BARE", owner=owner, max_supply=100_000, base_uri="ipfs://metadata/",
        contract_uri="ipfs://root/collection.json", provenance="5e" * 32, royalty_receiver=friend,
        royalty_basis_points=500,
    )  # fmt: skip
    compiled = artifact()
    deploy = deployer(chain, compiled.abi, compiled.bytecode, settings.as_argument())
    return Token(chain, deploy, len(compiled.deployed), project=True)


def measure(chain: Chain, token: Token) -> dict[str, int]:
    """Gas by what was done; a contract that cannot do it has no row."""
    artist, buyer, friend = chain.web3.eth.accounts[:3]
    rows = {"bytes of code": token.size, "deploy": token.fresh()}

    def spend(call: Any, sender: str = artist) -> int:
        return used(chain, call, sender)

    for quantity in (1, 100):
        token.fresh()
        rows[f"mint {quantity}"] = spend(token.mint(buyer, 1, quantity))
    token.fresh()
    rows[f"mint {BATCH}"] = spend(token.mint(buyer, 1, BATCH))
    functions = token.contract.functions
    if "transferFrom" in dir(functions):
        rows[f"first transfer, middle of {BATCH}, fresh"] = spend(functions.transferFrom(buyer, friend, 250), buyer)
        rows[f"first transfer, middle of {BATCH}, holder"] = spend(functions.transferFrom(buyer, friend, 350), buyer)
        rows["second transfer, holder"] = spend(functions.transferFrom(friend, buyer, 350), friend)
    rows[f"next {BATCH}, same owner"] = spend(token.mint(buyer, BATCH + 1, BATCH))
    rows[f"next {BATCH}, another"] = spend(token.mint(friend, 2 * BATCH + 1, BATCH))
    if "transferFrom" in dir(functions):
        rows["first transfer, an earlier batch, holder"] = spend(functions.transferFrom(buyer, friend, 700), buyer)
        token.fresh()
        for number in range(RUNS):
            spend(token.mint((buyer, friend)[number % 2], 1 + 5 * number, 5))
        move = token.contract.functions.transferFrom(buyer, friend, 3)
        rows[f"first transfer, {RUNS} batches of 5, holder"] = spend(move, buyer)
    token.fresh()
    if "airdrop" in dir(token.contract.functions):
        rows["100 tokens to 100 owners"] = spend(token.airdrop(OWNERS))
    elif "transferFrom" in dir(token.contract.functions):
        rows["100 tokens to 100 owners"] = sum(
            spend(token.mint(owner, place, 1)) - 21_000 for place, owner in enumerate(OWNERS, 1)
        )
    return rows


def show(measured: dict[str, dict[str, int]]) -> None:
    names = [name for name in COLUMNS if name in measured]
    print("| | " + " | ".join(COLUMNS[name] for name in names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for row in measured["ours"]:
        cells = (f"{measured[name][row]:,}" if row in measured[name] else "" for name in names)
        print(f"| {row} | " + " | ".join(cells) + " |")
    floor = measured["Floor"][f"mint {BATCH}"]
    times = ", ".join(f"{COLUMNS[name]} {measured[name][f'mint {BATCH}'] / floor:.3f}" for name in names)
    print(f"\nmint {BATCH}, times the floor: {times}")
    print("100 owners, without airdrop: a call each, less the 21,000 gas of its transaction")


if __name__ == "__main__":
    main()
