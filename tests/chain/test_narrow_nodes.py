"""Nodes that take few calls at once and few blocks in one request for logs, and how many requests it takes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.request import Request, urlopen

import pytest

from collection.chain import deploy, mint
from collection.chain.compiled import artifact
from collection.chain.contract import TokenContract
from collection.errors import ChainError


class Narrow:
    """Stands before a node: passes calls on, as far as its limits let it, and counts requests by their method."""

    def __init__(self, upstream: str, calls: int = 1000, blocks: int = 10**9, refusal: str = "object") -> None:
        self.upstream, self.calls, self.blocks, self.refusal = upstream, calls, blocks, refusal
        self.requests: list[str] = []

    def answer(self, body: bytes) -> tuple[int, bytes]:
        asked = json.loads(body)
        calls = asked if isinstance(asked, list) else [asked]
        self.requests += [f"{len(calls)} {calls[0]['method']}"]
        if len(calls) > self.calls:
            error = {"code": -32600, "message": "batch too large"}
            return (413, b"") if self.refusal == "status" else (200, json.dumps({"error": error}).encode())
        if calls[0]["method"] == "eth_getLogs":
            wanted = calls[0]["params"][0]
            if int(wanted["toBlock"], 16) - int(wanted["fromBlock"], 16) >= self.blocks:
                error = {"code": -32005, "message": "block range too wide"}
                return 200, json.dumps({"jsonrpc": "2.0", "id": calls[0]["id"], "error": error}).encode()
        with urlopen(Request(self.upstream, body, {"Content-Type": "application/json"})) as answer:
            told = json.loads(answer.read())
        return 200, json.dumps(told[::-1] if isinstance(told, list) else told).encode()  # the order is not promised


@pytest.fixture
def narrow(anvil: str, serve: Any) -> Any:
    """Starts a stand-in for Anvil with limits; returns it and its address."""

    def start(**limits: Any) -> tuple[Narrow, str]:
        node = Narrow(anvil, **limits)
        return node, serve(node.answer)

    return start


@pytest.fixture
def minted(anvil_place, make_project, tmp_path, first_account, request):
    """350 tokens on Anvil, in four transactions."""
    project = make_project(tmp_path, 350, name=request.node.name)
    with anvil_place.open() as chain:
        account = first_account(chain)
        deploy.deploy(project.store, chain, account, project.settings(account))
        mint.mint(project.store, chain, account, account.address)
    return project


def look(minted, anvil_place, prove, address, **more):
    with replace(anvil_place, rpc=address).open() as chain:
        return prove(minted, chain, sample=(), **more)


def test_requests_are_few_and_do_not_grow_with_each_token(minted, anvil_place, prove, narrow):
    node, address = narrow()
    assert look(minted, anvil_place, prove, address).proven == 350
    assert len(node.requests) < 30, node.requests
    assert not [each for each in node.requests if "eth_getLogs" in each], "receipts say who got what"


@pytest.mark.parametrize(("calls", "refusal"), [(1, "object"), (7, "object"), (7, "status")])
def test_a_node_that_takes_few_calls_at_once(minted, anvil_place, prove, narrow, calls, refusal):
    node, address = narrow(calls=calls, refusal=refusal)
    report = look(minted, anvil_place, prove, address)
    assert (report.proven, report.findings) == (350, ())
    assert len(node.requests) < 2 * 350 / calls + 60


def test_a_node_that_gives_the_logs_of_few_blocks(minted, anvil_place, prove, narrow, chain_tokens):
    """Without receipts on record, the mints of tokens that were given away are found in the logs."""
    known = minted.store.deployments()[-1]
    with anvil_place.open() as chain:
        first, second = chain.web3.eth.accounts[0], chain.web3.eth.accounts[1]
        chain_tokens.give(chain, known.address, first, second, [3, 349])
        chain.web3.provider.make_request("anvil_mine", ["0x40"])
    records = [replace(each, tx_hash=None) for each in minted.store.mints(known.id)]
    minted.store.record_mints(known.id, records)
    node, address = narrow(blocks=5)
    assert look(minted, anvil_place, prove, address).findings == ()
    asked = [each for each in node.requests if "eth_getLogs" in each]
    assert 2 <= len(asked) < 20, "found soon after the deployment, it does not read on to the last block"


def test_logs_begin_at_the_block_of_the_deployment(minted, anvil_place, narrow):
    """The mints of an earlier contract at other blocks are not read."""
    known = minted.store.deployments()[-1]
    with anvil_place.open() as chain:
        contract = TokenContract(chain, known.address)
        assert set(contract.minted_to(range(1, 351), known.block)) == set(range(1, 351))
        assert contract.minted_to([1], chain.web3.eth.block_number + 1) == {}


def test_a_node_that_gives_no_logs_at_all_is_named(minted, anvil_place, narrow):
    _, address = narrow(blocks=0)
    known = minted.store.deployments()[-1]
    with replace(anvil_place, rpc=address).open() as chain, pytest.raises(ChainError, match="block range too wide"):
        TokenContract(chain, known.address).minted_to([1], known.block)


@pytest.fixture
def chain_tokens():
    """Gives tokens away."""

    class Tokens:
        def give(self, chain, address, sender, receiver, token_ids):
            token = chain.web3.eth.contract(address=address, abi=artifact().abi)
            for token_id in token_ids:
                sent = token.functions.transferFrom(sender, receiver, token_id).transact({"from": sender})
                chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)

    return Tokens()
