"""Which chain is meant, and that no other one is written to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.chain.connection import open_chain
from collection.chain.networks import NETWORKS, Network, check_chain_id, find_network, named, rpc_address
from collection.errors import ChainError, ConfigError
from collection.project import open_project

MAIN = [name for name, network in NETWORKS.items() if network.kind == "main"]


def test_no_chain_id_is_both_a_main_and_another_network():
    for network in NETWORKS.values():
        kinds = {NETWORKS[name].kind for name in named(network.chain_id)}
        assert kinds == {network.kind}


@pytest.mark.parametrize("name", MAIN)
def test_a_main_network_is_never_taken_for_another(name):
    """Every way to configure a chain, but its own full name, refuses a node of this main network."""
    chain_id = NETWORKS[name].chain_id
    with pytest.raises(ConfigError):
        find_network(f"custom:{chain_id}")
    for other in NETWORKS.values():
        if other.name != name:
            with pytest.raises(ChainError) as caught:
                check_chain_id(other, chain_id)
            assert other.name in caught.value.message
            assert name in caught.value.message
    check_chain_id(NETWORKS[name], chain_id)


@given(st.text(max_size=20))
def test_what_is_no_name_is_refused(name):
    if name not in NETWORKS and not name.startswith("custom:"):
        with pytest.raises(ConfigError):
            find_network(name)


@given(st.integers(1, 10**17))
def test_an_unknown_chain_is_allowed_when_its_id_is_written(chain_id):
    if not named(chain_id):
        network = find_network(f"custom:{chain_id}")
        assert network == Network(f"custom:{chain_id}", chain_id, "custom")
        assert not network.is_development
        with pytest.raises(ChainError):
            check_chain_id(network, chain_id + 1)


@pytest.mark.parametrize(
    "name", ["custom:", "custom:0", "custom:01", "custom:x", "custom:-1", "mainnet", "ethereum", ""]
)
def test_half_names_are_refused(name):
    with pytest.raises(ConfigError):
        find_network(name)


def test_a_misspelt_name_is_told_the_nearest():
    with pytest.raises(ConfigError) as caught:
        find_network("sepolla")
    assert caught.value.hint.startswith("did you mean sepolia?")


@pytest.mark.parametrize(
    "name",
    ["mainnet", "main", "ethereum", "eth", "testnet", "polygon", "base", "bnb", "manta-mainnet", "mantra-mainnet",
     "base-testnet", "polygon-zkevm", "arbitrum-nova", "avalanche", "celo-alfajores", "lina-mainnet", "zero-mainnet"],
)  # fmt: skip
def test_no_suggestion_leads_to_another_chain(name):
    with pytest.raises(ConfigError) as caught:
        find_network(name)
    assert "did you mean" not in caught.value.hint


@pytest.mark.parametrize("name", ["holesky", "goerli", "base-goerli", "polygon-mumbai", "kovan", "ropsten", "rinkeby"])
def test_test_networks_that_were_shut_down_are_told_apart(name):
    with pytest.raises(ConfigError, match="was shut down") as caught:
        find_network(name)
    assert "sepolia" in caught.value.hint
    assert "did you mean" not in caught.value.hint


@given(st.sampled_from(sorted(NETWORKS)), st.data())
def test_a_suggestion_for_a_misspelt_name_is_of_the_same_chain(name, data):
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from(["", "x", "n", "a"]))
    typed = name[:place] + letter + name[place + 1 :]
    if typed in NETWORKS:
        return
    with pytest.raises(ConfigError) as caught:
        find_network(typed)
    if "did you mean" in caught.value.hint:
        meant = caught.value.hint.removeprefix("did you mean ").partition("?")[0]
        assert meant.partition("-")[0] == typed.partition("-")[0] or "-" not in meant


@pytest.mark.parametrize(
    ("rpc", "fits"),
    [("http://127.0.0.1:8545", True), ("https://node.example/key", True), ("env:MY_RPC", True),
     ("127.0.0.1:8545", False), ("ws://127.0.0.1:8546", False), ("http://", False), ("env:", False), ("", False)],
)  # fmt: skip
def test_the_address_of_a_node_is_checked_when_it_is_read(tmp_path, rpc, fits):
    text = 'title = "T"\nsupply = 1\nseed = 1\n[[series]]\nprompt = "noon"\n[chain]\nnetwork = "sepolia"\n'
    (tmp_path / "collection.toml").write_text(f'{text}rpc = "{rpc}"\n')
    if fits:
        open_project(tmp_path).close()
        return
    with pytest.raises(ConfigError, match=r"chain\.rpc: the address of a node begins with") as caught:
        open_project(tmp_path)
    assert ":8: " in caught.value.message
    assert "8545" not in caught.value.message, "an address may hold a secret"


def test_a_network_is_checked_when_it_is_read(tmp_path):
    text = 'title = "T"\nsupply = 1\nseed = 1\n[[series]]\nprompt = "noon"\n[chain]\nnetwork = "mainnet"\n'
    (tmp_path / "collection.toml").write_text(text)
    with pytest.raises(ConfigError, match=r'toml:7: chain\.network: "mainnet" is not a network'):
        open_project(tmp_path)


def test_a_node_of_another_chain_is_refused(anvil, ganache, tmp_path):
    for name, rpc in (("sepolia", anvil), ("ethereum-mainnet", anvil), ("anvil", ganache), ("ganache", anvil)):
        with pytest.raises(ChainError, match=f"says {name} .* answers with chain id"):
            open_chain(find_network(name), tmp_path, rpc)


def test_a_node_of_ethereum_is_refused_under_a_local_name(start_node, tmp_path):
    pretender = start_node("anvil", "--chain-id", "1")
    with pytest.raises(ChainError) as caught:
        open_chain(find_network("anvil"), tmp_path, pretender)
    assert "says anvil (chain id 31337)" in caught.value.message
    assert "chain id 1, which is ethereum-mainnet" in caught.value.message
    assert "costs money" in caught.value.hint
    with open_chain(find_network("ethereum-mainnet"), tmp_path, pretender) as chain:
        assert chain.id == 1


def test_the_address_comes_from_the_configuration_or_the_environment(monkeypatch):
    sepolia = find_network("sepolia")
    assert rpc_address(find_network("anvil"), None) == "http://127.0.0.1:8545"
    assert rpc_address(sepolia, "http://node.example") == "http://node.example"
    with pytest.raises(ConfigError, match="sepolia"):
        rpc_address(sepolia, None)
    with pytest.raises(ConfigError, match="MY_RPC") as caught:
        rpc_address(sepolia, "env:MY_RPC")
    assert caught.value.hint.startswith("export MY_RPC=")
    monkeypatch.setenv("MY_RPC", "node.example/secret")
    with pytest.raises(ConfigError, match="MY_RPC holds no address") as caught:
        rpc_address(sepolia, "env:MY_RPC")
    assert "secret" not in caught.value.message
    monkeypatch.setenv("MY_RPC", "http://node.example/secret")
    assert rpc_address(sepolia, "env:MY_RPC") == "http://node.example/secret"


def test_a_node_that_is_not_there_is_named_without_its_secrets(tmp_path):
    with pytest.raises(ChainError) as caught:
        open_chain(find_network("anvil"), tmp_path, "http://user:hunter2@127.0.0.1:1/token?key=hunter3")
    assert caught.value.message.startswith("no answer from anvil at http://127.0.0.1:1 ")
    assert "hunter" not in caught.value.message
    assert "anvil" in caught.value.hint


def test_every_explorer_is_of_a_public_network_and_links_lead_there():
    from collection.chain.explorers import EXPLORERS, address_link, token_link, transaction_link

    assert {NETWORKS[name].kind for name in EXPLORERS} == {"test", "main"}
    assert all(url.startswith("https://") and not url.endswith("/") for url in EXPLORERS.values())
    sepolia = NETWORKS["sepolia"]
    assert address_link(sepolia, "0x1") == "https://sepolia.etherscan.io/address/0x1"
    assert transaction_link(sepolia, "0x2") == "https://sepolia.etherscan.io/tx/0x2"
    assert token_link(sepolia, "0x1", 7) == "https://sepolia.etherscan.io/token/0x1?a=7"
    assert address_link(NETWORKS["anvil"], "0x1") == token_link(NETWORKS["embedded"], "0x1", 7) == ""


def test_notes_lead_to_the_explorer_where_there_is_one():
    from collection.stages.published import explorer_notes

    assert explorer_notes(NETWORKS["embedded"], "0x1", 3) == []
    assert explorer_notes(NETWORKS["sepolia"], "0x1") == [
        "the contract on the explorer: https://sepolia.etherscan.io/address/0x1"
    ]
    assert explorer_notes(NETWORKS["sepolia"], "0x1", 3)[1].endswith("/token/0x1?a=1")
