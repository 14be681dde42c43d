"""kill -9 while deploying or minting: the next run finishes, and nothing is there twice."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from collection.chain import deploy, mint, transactions
from collection.chain.compiled import artifact
from collection.chain.connection import open_chain
from collection.chain.contract import TokenContract
from collection.chain.networks import find_network
from collection.chain.token_kind import BARE
from collection.chain.transactions import prepared

COUNT = 12

CHILD = """
import sys
from pathlib import Path
from collection.chain import deploy, mint
from collection.chain.connection import open_chain
from collection.chain.contract import TokenSettings
from collection.chain.networks import find_network
from collection.chain.transactions import find_account
from collection.store.store import Store

folder, network, rpc = Path(sys.argv[1]), sys.argv[2], sys.argv[3] or None
store = Store(folder / "collection.db")
record = store.record_mints
def say(step):
    print(step, flush=True)
def told(*arguments):
    record(*arguments)
    say(arguments[1][0].status if arguments[1] else "in step")
store.record_mints = told
with open_chain(find_network(network), folder, rpc) as chain:
    account = find_account(chain, None)
    freeze = store.frozen()
    settings = TokenSettings("Paper Weather", "WTHR", account.address, 12, f"ipfs://{freeze.metadata_cid}/",
        f"ipfs://{freeze.root_cid}/collection.json", freeze.provenance, sys.argv[4], 500)
    add = store.add_deployment
    def added(intent):
        kept = add(intent)
        say("deployment intended")
        return kept
    store.add_deployment = added
    deploy.deploy(store, chain, account, settings)
    say("deployed")
    mint.mint(store, chain, account, account.address, batch=1)
"""


def run_and_kill(begin, place, royalties, at_line):
    """Start a run and kill it as soon as it has written its n-th line; returns what it wrote."""
    child = begin(place.folder, place.network, place.rpc or "", royalties, program=CHILD)
    lines = [child.out.readline().strip() for _ in range(at_line)]
    child.end()
    return lines


@pytest.mark.parametrize("place", ["embedded", "anvil"], indirect=True)
def test_killed_again_and_again_then_finished(
    begin, place, make_project, prove, tmp_path, first_account, royalties, request
):
    project = make_project(tmp_path, COUNT, name=request.node.name)
    with place.open() as chain:
        nonce = chain.web3.eth.get_transaction_count(first_account(chain).address)
    # Each batch writes three lines: intended, intended with its transaction, confirmed.
    for at_line in (1, 2, 3, 7, 8):
        lines = run_and_kill(begin, place, royalties, at_line)
        assert "" not in lines, "the run ended before it was killed"

    with place.open() as chain:
        account = first_account(chain)
        address = deploy.deploy(project.store, chain, account, project.settings(account)).address
        before = TokenContract(chain, address).next_token_id()
        assert 1 < before <= COUNT, "the kills came too early or too late to show anything"
        mint.mint(project.store, chain, account, account.address)
        assert TokenContract(chain, address).next_token_id() == COUNT + 1
        assert len(project.store.deployments()) == 1
        assert mint.pending(project.store, chain.id) == []
        assert prove(project, chain).proven == COUNT
        # One transaction deployed, the killed runs minted one token in each, the last one all the rest.
        sent = chain.web3.eth.get_transaction_count(account.address) - nonce
        assert sent == 1 + (before - 1) + 1


def test_a_development_chain_that_began_anew_is_deployed_to_anew(start_node, make_project, tmp_path, first_account):
    project = make_project(tmp_path, 3)
    addresses = []
    for _ in range(2):
        node = start_node("anvil")
        with open_chain(find_network("anvil"), tmp_path, node) as chain:
            account = first_account(chain)
            addresses.append(deploy.deploy(project.store, chain, account, project.settings(account)).address)
            assert mint.mint(project.store, chain, account, account.address).tokens == 3
    assert addresses[0] == addresses[1]
    assert len(project.store.deployments()) == 1


def test_a_transaction_that_waits_is_waited_for(start_node, make_project, tmp_path, first_account, monkeypatch):
    """A run killed after sending, on a chain that had not mined yet: the next one does not send again."""
    project = make_project(tmp_path, 3)
    node = start_node("anvil", "--no-mining")
    with open_chain(find_network("anvil"), tmp_path, node) as chain:
        account = first_account(chain)
        intent = project.store.add_deployment(
            deploy._intent(project.store, chain, account, project.settings(account), BARE, 0)
        )
        compiled = artifact()
        factory = chain.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
        call = factory.constructor(project.settings(account).as_argument())
        chain.web3.eth.send_transaction(prepared(chain, account, call, compiled.abi, "deploy", intent.nonce))
        waits = []

        def wait(seconds):
            waits.append(seconds)
            chain.web3.provider.make_request("evm_mine", [])

        monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=wait, monotonic=time.monotonic))
        assert deploy.deploy(project.store, chain, account, project.settings(account)).gas == 0
        assert len(waits) == 1
        assert chain.web3.eth.get_transaction_count(account.address, "pending") == 1
        assert deploy.pending(project.store, chain.id) is False
