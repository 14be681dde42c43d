"""A node of this machine: started with a state that is kept, stopped, and told apart from others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from collection.chain.local_node import LocalNode, answers, local_node
from collection.chain.networks import find_network
from collection.errors import ChainError


@pytest.fixture
def on_path(repository, missing, tmp_path, monkeypatch):
    """Puts Anvil's own binary on PATH."""
    found = [*(repository / "tests/node/node_modules/@foundry-rs").glob("anvil-*/bin/anvil")]
    if not found:
        missing("anvil is not installed: sh packaging/node-tools.sh tests/node")
    monkeypatch.setenv("PATH", f"{found[0].parent}{os.pathsep}{os.environ['PATH']}")


def test_blocks_are_there_again(on_path, tmp_path, place_of_port):
    node = LocalNode(find_network("anvil"), tmp_path / "chain", place_of_port())
    assert node.pid is None and not node.stop()
    pid = node.start()
    try:
        assert node.start() == pid == node.pid
        from web3 import HTTPProvider, Web3

        web3 = Web3(HTTPProvider(node.address))
        to = "0x" + "ab" * 20
        sent = web3.eth.send_transaction({"from": web3.eth.accounts[0], "to": web3.to_checksum_address(to), "value": 7})
        web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        other = LocalNode(find_network("anvil"), tmp_path / "other", node.port)
        with pytest.raises(ChainError, match="another program listens"):
            other.start()
        assert other.pid is None
    finally:
        assert node.stop()
    assert node.pid is None and not answers(node.address)
    node.start()
    try:
        assert web3.eth.get_balance(web3.to_checksum_address(to)) == 7
    finally:
        node.stop()


@pytest.fixture
def place_of_port():
    import socket

    def free():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return free


def test_a_process_that_got_the_number_of_a_node_is_none(tmp_path):
    node = LocalNode(find_network("anvil"), tmp_path, 1)
    (tmp_path / "node.json").write_text(f'{{"pid": {os.getpid()}, "program": "no such program"}}')
    assert node.pid is None and not node.stop()
    (tmp_path / "node.json").write_text("{")
    assert node.pid is None


def test_what_is_not_installed_is_told_with_what_installs_it(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("anvil", "ganache", "hardhat"):
        with pytest.raises(ChainError, match=f"{name} is not installed") as caught:
            LocalNode(find_network(name), tmp_path, 1).start()
        assert "npm install" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("network", "rpc", "words"),
    [
        ("embedded", None, "nothing to start or stop"),
        ("sepolia", "https://node.example", "no chain of this machine"),
        ("anvil", "http://10.0.0.7:8545", "another machine, 10.0.0.7"),
    ],
)
def test_only_a_chain_of_this_machine_is_started(tmp_path, network, rpc, words):
    with pytest.raises(ChainError, match=words):
        local_node(find_network(network), tmp_path, rpc)
    node = local_node(find_network("anvil"), tmp_path, "http://localhost:9999")
    assert (node.port, node.folder) == (9999, Path(tmp_path / "chain" / "anvil"))
