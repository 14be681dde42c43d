"""What tokens cost, in gas: the project's contract beside OpenZeppelin's, Solady's, ERC721A's, and the least there is.

    sh packaging/node-tools.sh benchmarks/contracts && python benchmarks/gas.py [--anvil] [--write]

The chain is the embedded one, or with `--anvil` that of tests/node. Each transaction is then sent once more by the
rules of the fork Amsterdam, in EthereumJS. `--write` puts the tables into docs/gas.md. The peers are compiled with the
compiler and settings of the project's contract. "floor" emits the events of a batch and counts, and stores no owner.
"holder": the recipient owns a token already; "fresh": it never did.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eth_utils.address import to_checksum_address
from gas_tables import BATCH, Cost, Rows, page
from local_anvil import anvil as anvil_node

from collection.chain.allowlist import Allowlist, Entry
from collection.chain.compiled import artifact
from collection.chain.connection import Chain, open_chain
from collection.chain.contract import TokenSettings
from collection.chain.networks import find_network

REPOSITORY = Path(__file__).resolve().parents[1]
PEERS = Path(__file__).parent / "contracts"
DOCS = REPOSITORY / "docs" / "gas.md"
RUNS, MANY = 64, 1_000
OWNERS = [to_checksum_address(f"0x{number:040x}") for number in range(4096, 4096 + 100)]
CALL = 21_000
"""Gas of a transaction that does nothing."""


class Run:
    """The transactions of a run in order: what each was, and the gas that it took."""

    def __init__(self, chain: Chain) -> None:
        self.chain, self.gas, self.sent = chain, list[int](), list[dict[str, Any]]()

    def send(self, sender: str, to: str | None, data: str, value: int = 0) -> tuple[Cost, Any]:
        """Send it; returns its cost and receipt."""
        told = {"from": sender, "data": data, "value": value, **({"to": to} if to else {})}
        eth = self.chain.web3.eth
        receipt = eth.wait_for_transaction_receipt(eth.send_transaction(told), poll_latency=0.01)  # type: ignore[arg-type]
        assert receipt["status"] == 1
        self.sent.append({"from": sender, "to": to, "data": data, "value": value})
        self.gas.append(int(receipt["gasUsed"]))
        return Cost((len(self.gas) - 1,)), receipt

    def call(self, contract: Any, function: str, *arguments: Any, sender: str, value: int = 0) -> Cost:
        """Send a call of a contract."""
        data = contract.encode_abi(function, list(arguments))
        return self.send(sender, contract.address, data, value)[0]

    def deploy(self, abi: Any, bytecode: str, *arguments: Any) -> tuple[Any, Cost]:
        """Deploy a contract by the first account."""
        factory = self.chain.web3.eth.contract(abi=abi, bytecode=bytecode)
        data = str(factory.constructor(*arguments).data_in_transaction)
        cost, receipt = self.send(self.chain.web3.eth.accounts[0], None, data)
        return self.chain.web3.eth.contract(address=receipt["contractAddress"], abi=abi), cost

    def by_amsterdam(self) -> list[int] | None:
        """The gas of each transaction by that fork's rules; None where EthereumJS is not here."""
        if not (PEERS / "node_modules" / "@ethereumjs").is_dir():
            return None
        script, told = PEERS / "amsterdam.mjs", json.dumps(self.sent)
        found = subprocess.run(["node", script], input=told, check=True, capture_output=True, text=True).stdout
        return list(json.loads(found))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--anvil", action="store_true", help="measure on the Anvil of tests/node")
    parser.add_argument("--write", action="store_true", help="write docs/gas.md")
    options = parser.parse_args()
    if not (PEERS / "node_modules").is_dir():
        print("the peers are not here: sh packaging/node-tools.sh benchmarks/contracts; nothing is measured")
        return
    found = subprocess.run(["node", PEERS / "compile.mjs"], check=True, capture_output=True, text=True).stdout
    with opened(options.anvil) as chain:
        run = Run(chain)
        peers = json.loads(found)
        tokens = {name: Token(run, each["abi"], each["bytecode"]) for name, each in peers.items()}
        tokens["ours"] = ours(run)
        measured = {name: measure(token) for name, token in tokens.items()}
        measured["ours"] |= after_many_runs(tokens["ours"])
        others = beside(run) | of_kinds(run)
        where = f"{chain.web3.client_version.partition('/v')[0]}"
    sizes = {**{name: each["size"] for name, each in peers.items()}, "ours": len(artifact().deployed)}
    text = page(measured, others, sizes, run.gas, run.by_amsterdam(), where)
    print(text)
    if options.write:
        DOCS.write_text(text)


@contextmanager
def opened(anvil: bool) -> Iterator[Chain]:
    """The chain to measure on, empty; its node ends with it."""
    with TemporaryDirectory() as folder:
        if not anvil:
            with open_chain(find_network("embedded"), Path(folder)) as chain:
                yield chain
            return
        with anvil_node() as rpc, open_chain(find_network("anvil"), Path(folder), rpc) as chain:
            yield chain


class Token:
    """A contract under measurement, by one interface."""

    def __init__(self, run: Run, abi: Any, bytecode: str, settings: TokenSettings | None = None) -> None:
        self.run, self._abi, self._bytecode, self._settings = run, abi, bytecode, settings
        self.functions = {each["name"] for each in abi if each["type"] == "function"}

    def fresh(self) -> Cost:
        """Deploy it anew."""
        arguments = [self._settings.as_argument()] if self._settings else []
        self.contract, cost = self.run.deploy(self._abi, self._bytecode, *arguments)
        return cost

    def mint(self, sender: str, to: str, first: int, quantity: int) -> Cost:
        if self._settings:
            return self.run.call(self.contract, "mintBatch", to, first, quantity, sender=sender)
        return self.run.call(self.contract, "mint", to, quantity, sender=sender)

    def airdrop(self, sender: str, owners: list[str]) -> Cost:
        first = [1] if self._settings else []
        return self.run.call(self.contract, "airdrop", *first, owners, sender=sender)

    def move(self, giver: str, taker: str, token_id: int) -> Cost:
        return self.run.call(self.contract, "transferFrom", giver, taker, token_id, sender=giver)


def settings_of(run: Run) -> TokenSettings:
    owner, friend = run.chain.web3.eth.accounts[0], run.chain.web3.eth.accounts[2]
    return TokenSettings(
        name="Bare", symbol="BARE", owner=owner, max_supply=100_000, base_uri="ipfs://metadata/",
        contract_uri="ipfs://root/collection.json", provenance="5e" * 32, royalty_receiver=friend,
        royalty_basis_points=500,
    )  # fmt: skip


def ours(run: Run) -> Token:
    compiled = artifact()
    return Token(run, compiled.abi, compiled.bytecode, settings_of(run))


def measure(token: Token) -> Rows:
    """Cost by what was done; a contract that cannot do it has no row."""
    artist, buyer, friend = token.run.chain.web3.eth.accounts[:3]
    rows = {"deploy": token.fresh()}
    for quantity in (1, 100):
        token.fresh()
        rows[f"mint {quantity}"] = token.mint(artist, buyer, 1, quantity)
    token.fresh()
    rows[f"mint {BATCH}"] = token.mint(artist, buyer, 1, BATCH)
    moves = "transferFrom" in token.functions
    if moves:
        rows[f"first transfer, middle of {BATCH}, fresh"] = token.move(buyer, friend, 250)
        rows[f"first transfer, middle of {BATCH}, holder"] = token.move(buyer, friend, 350)
        rows["second transfer, holder"] = token.move(friend, buyer, 350)
    rows[f"next {BATCH}, same owner"] = token.mint(artist, buyer, BATCH + 1, BATCH)
    rows[f"next {BATCH}, another"] = token.mint(artist, friend, 2 * BATCH + 1, BATCH)
    if moves:
        rows["first transfer, an earlier batch, holder"] = token.move(buyer, friend, 700)
        token.fresh()
        for number in range(RUNS):
            token.mint(artist, (buyer, friend)[number % 2], 1 + 5 * number, 5)
        rows[f"first transfer, {RUNS} batches of 5, holder"] = token.move(buyer, friend, 3)
    token.fresh()
    if "airdrop" in token.functions:
        rows["100 tokens to 100 owners"] = token.airdrop(artist, OWNERS)
    elif moves:
        places = [token.mint(artist, owner, place, 1).places[0] for place, owner in enumerate(OWNERS, 1)]
        rows["100 tokens to 100 owners"] = Cost(tuple(places), CALL * len(places))
    return rows


def after_many_runs(token: Token) -> Rows:
    """What the first transfer of a token costs where a thousand runs of others come after its own."""
    artist, buyer, friend = token.run.chain.web3.eth.accounts[:3]
    token.fresh()
    for number in range(MANY + 1):
        token.mint(artist, (buyer, friend)[number % 2], 1 + 2 * number, 2)
    return {f"first transfer, {MANY:,} closed runs, holder": token.move(buyer, friend, 1)}


def of_kinds(run: Run) -> Rows:
    """Cost of the contracts that can do more than the bare token; their validator answers at once."""
    artist, buyer, friend = run.chain.web3.eth.accounts[:3]
    validator = run.send(artist, None, "0x600180600b6000396000f300")[1]["contractAddress"]  # its code is one STOP
    rows: Rows = {}
    for name in ("BurnableToken", "ValidatedToken", "BurnableValidatedToken"):
        compiled, told = artifact(name), [validator] if "Validated" in name else []
        token, rows[f"{name}: deploy"] = run.deploy(
            compiled.abi, compiled.bytecode, settings_of(run).as_argument(), *told
        )
        run.call(token, "mintBatch", friend, 1, 1, sender=artist)
        run.call(token, "mintBatch", buyer, 2, BATCH, sender=artist)
        move = (buyer, friend, 250)
        rows[f"{name}: first transfer, middle of {BATCH}, holder"] = run.call(
            token, "transferFrom", *move, sender=buyer
        )
        if "Burnable" in name:
            rows[f"{name}: burn, middle of {BATCH}"] = run.call(token, "burn", 300, sender=buyer)
    return rows


def beside(run: Run) -> Rows:
    """Cost of what lies beside the token: splitter, sale, reveal and editions."""
    artist, buyer, friend, stranger = run.chain.web3.eth.accounts[:4]
    token = ours(run)
    token.fresh()
    compiled = {name: artifact(name) for name in ("Splitter", "Sale", "RevealToken", "Editions")}

    def deploy(name: str, *arguments: Any) -> tuple[Any, Cost]:
        return run.deploy(compiled[name].abi, compiled[name].bytecode, *arguments)

    rows: Rows = {}
    splitter, rows["splitter: deploy, two payees"] = deploy("Splitter", [(artist, 60), (buyer, 40)])
    rows["splitter: a payment to it"] = run.send(artist, splitter.address, "0x", 1_000)[0]
    native = to_checksum_address("0x" + "00" * 20)
    rows["splitter: a payee takes their part"] = run.call(splitter, "release", buyer, native, sender=buyer)
    listed = Allowlist([Entry(owner, 2) for owner in (buyer, friend, *OWNERS)])
    phases = [(0, 0, 10, 2, 0, bytes(32)), (0, 0, 10, 0, 0, listed.root)]
    sale, rows["sale: deploy, two phases"] = deploy("Sale", token.contract.address, artist, friend, phases)
    handed = run.call(token.contract, "transferOwnership", sale.address, sender=artist)
    taken = run.call(sale, "acceptToken", sender=artist)
    rows["sale: open (two transactions)"] = Cost(handed.places + taken.places)
    run.call(sale, "buy", 0, 1, sender=friend, value=10)
    rows["sale: buy 1, limited by account"] = run.call(sale, "buy", 0, 1, sender=buyer, value=10)
    rows["sale: buy 1 more"] = run.call(sale, "buy", 0, 1, sender=buyer, value=10)
    for who, name in ((friend, "first line"), (buyer, "a later line")):
        line = listed.line(who)
        arguments = (1, line.index, 2, 2, line.proof)
        rows[f"sale: claim 2 of a list of {len(OWNERS) + 2}, {name}"] = run.call(
            sale, "claim", *arguments, sender=who, value=20
        )
    rows["sale: withdraw"] = run.call(sale, "withdraw", sender=stranger)
    told = settings_of(run)
    _, rows["reveal: deploy the token with it"] = deploy("RevealToken", told.as_argument(), ("ipfs://placeholder", 1))
    described = (
        "Bare", "BARE", artist, 100, 500, 0, told.base_uri, told.contract_uri, bytes(32), friend, 500,
    )  # fmt: skip
    editions, rows["editions: deploy"] = deploy("Editions", described)
    rows["editions: 500 copies of an image to one owner"] = run.call(editions, "mint", buyer, 1, 0, 500, sender=artist)
    rows["editions: 100 copies to 100 owners"] = run.call(editions, "airdrop", 2, 0, OWNERS, sender=artist)
    return rows


if __name__ == "__main__":
    main()
