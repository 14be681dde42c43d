"""Nodes that drop, lose, delay, double, mix up and lie: each token is minted once, and the records come into step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.request import Request, urlopen

import pytest

from collection.chain import deploy, mint
from collection.chain.contract import TokenContract
from collection.errors import ChainError

TOKENS = 6
TRANSFERS = ["0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", "0x" + "00" * 32]
"""Topics of `Transfer` from nobody."""
SENDS = "eth_sendTransaction"
LATE = 3
"""Times that a late node does not know a receipt yet."""


class Unreliable:
    """Stands before a node and does one kind of mischief, of some calls each time and of others once in two times."""

    def __init__(self, upstream: str, kind: str) -> None:
        self.upstream, self.kind = upstream, kind
        self.seen: dict[str, int] = {}

    def answer(self, body: bytes) -> tuple[int, bytes]:
        asked = json.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        method, key = calls[0]["method"], json.dumps(calls[0]["params"])
        self.seen[method] = self.seen.get(method, 0) + 1
        odd = self.seen[method] % 2 == 1
        if self.kind == "loses" and method == SENDS and odd:
            return 0, b""
        told = self.passed_on(body)
        if self.kind == "drops" and method == SENDS and odd:
            return 0, b""
        if self.kind == "doubles" and method == SENDS:
            self.passed_on(body)
        if self.kind == "mixes up" and isinstance(told, list):
            told = told[::-1]
        if self.kind == "delays" and method == "eth_getTransactionReceipt":
            self.seen[key] = self.seen.get(key, 0) + 1
            if self.seen[key] <= LATE:
                told = (
                    [{**each, "result": None} for each in told] if isinstance(told, list) else {**told, "result": None}
                )
        if self.kind == "lies" and method == "eth_call" and calls[0]["params"][0]["data"].startswith(NEXT_TOKEN_ID):
            told = {**told, "result": "0x" + f"{1:064x}"}
        return 200, json.dumps(told).encode()

    def passed_on(self, body: bytes) -> Any:
        with urlopen(Request(self.upstream, body, {"Content-Type": "application/json"})) as answer:
            return json.loads(answer.read())


NEXT_TOKEN_ID = "0x75794a3c"
"""The selector of nextTokenId()."""


@pytest.mark.parametrize("kind", ["drops", "loses", "delays", "doubles", "mixes up", "lies"])
def test_each_token_is_minted_once_whatever_the_node_does(
    kind: str,
    anvil: str,
    anvil_place: Any,
    serve: Callable[..., str],
    make_project: Callable[..., Any],
    prove: Callable[..., Any],
    first_account: Callable[..., Any],
    tmp_path: Any,
) -> None:
    project = make_project(tmp_path, TOKENS, name=kind)
    with anvil_place.open() as honest:
        account = first_account(honest)
        address = deploy.deploy(project.store, honest, account, project.settings(account)).address
        if kind == "lies":  # of tokens that are there it says that there are none
            mint.mint(project.store, honest, account, account.address, batch=2)
    node = Unreliable(anvil, kind)
    place, ends = replace(anvil_place, rpc=serve(node.answer)), list[str]()
    for _ in range(TOKENS + 1):
        try:
            with place.open() as chain:
                mint.mint(project.store, chain, account, account.address, batch=2)
            break
        except ChainError as error:
            ends.append(error.message)
    assert bool(ends) == (kind in ("drops", "loses", "lies")), ends
    if kind == "lies":
        assert all("refused" in each for each in ends), "the contract takes no token a second time"
    with anvil_place.open() as honest:
        mint.mint(project.store, honest, account, account.address)
        assert mint.pending(project.store, honest.id) == []
        wanted = {"address": address, "topics": TRANSFERS, "fromBlock": "0x0"}
        logs = honest.ask_all([("eth_getLogs", [wanted])])[0]
        assert sorted(int(log["topics"][3], 16) for log in logs) == list(range(1, TOKENS + 1))
        assert TokenContract(honest, address).next_token_id() == TOKENS + 1
        assert prove(project, honest, sample=()).findings == ()


def test_what_a_reorganisation_took_back_is_minted_again(
    start_node: Callable[..., str],
    anvil_place: Any,
    make_project: Callable[..., Any],
    prove: Callable[..., Any],
    first_account: Callable[..., Any],
    tmp_path: Any,
) -> None:
    project = make_project(tmp_path, TOKENS)
    with replace(anvil_place, rpc=start_node("anvil")).open() as chain:
        account = first_account(chain)
        address = deploy.deploy(project.store, chain, account, project.settings(account)).address
        mint.mint(project.store, chain, account, account.address, batch=2)
        contract = TokenContract(chain, address)
        chain.ask_all([("anvil_reorg", [2, []])])
        assert contract.next_token_id() == 3, "two of three batches are gone"
        found = prove(project, chain, sample=())
        assert {each.token_id for each in found.findings} == {3, 4, 5, 6}, "verify says so"
        assert mint.pending(project.store, chain.id) == [3, 4, 5, 6]
        assert mint.mint(project.store, chain, account, account.address).tokens == 4
        assert prove(project, chain, sample=()).findings == ()


class WithoutBaseFee:
    """Stands before a node as one of a chain that has no base fee (EIP-1559), and knows no method that came with it."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream

    def answer(self, body: bytes) -> tuple[int, bytes]:
        asked = json.loads(body)
        if isinstance(asked, dict) and asked["method"] in ("eth_maxPriorityFeePerGas", "eth_feeHistory"):
            error = {"code": -32601, "message": "the method does not exist"}
            return 200, json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}).encode()
        with urlopen(Request(self.upstream, body, {"Content-Type": "application/json"})) as answer:
            told = json.loads(answer.read())
        if isinstance(told, dict) and isinstance(told.get("result"), dict):
            told["result"].pop("baseFeePerGas", None)
        return 200, json.dumps(told).encode()


def test_a_chain_without_a_base_fee_is_paid_by_its_gas_price(
    anvil: str,
    anvil_place: Any,
    serve: Callable[..., str],
    make_project: Callable[..., Any],
    prove: Callable[..., Any],
    first_account: Callable[..., Any],
    tmp_path: Any,
) -> None:
    project = make_project(tmp_path, TOKENS, name="without base fee")
    with replace(anvil_place, rpc=serve(WithoutBaseFee(anvil).answer)).open() as chain:
        account = first_account(chain)
        deploy.deploy(project.store, chain, account, project.settings(account))
        mint.mint(project.store, chain, account, account.address)
        assert prove(project, chain, sample=()).findings == ()
        sent = {each.tx_hash for each in project.store.mints(project.store.deployments()[-1].id)}
        assert [chain.web3.eth.get_transaction(each)["type"] for each in sent] == [0]
