"""Names of ENS, by a registry and a resolver on the embedded chain."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ens.exceptions import InvalidName
from ens.utils import normal_name_to_hash, normalize_name
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.chain import ens
from collection.chain.networks import find_network
from collection.config.accounts import wrong_account
from collection.errors import ChainError

BASE = find_network("base-mainnet")
labels = st.text("abcxyz0189-_$'A.", min_size=1, max_size=8)


@given(labels, labels)
@settings(max_examples=60, deadline=None)
def test_names_are_hashed_and_held_for_normal_as_by_web3(left, right):
    name = f"{left}.{right}"
    try:
        normal = normalize_name(name)
    except InvalidName:
        normal = None
    assert (wrong_account(name) is None) == (normal == name)
    if normal:
        assert ens.namehash(normal) == normal_name_to_hash(normal)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Alice.eth", '"alice.eth"'),
        ("ｆoo.eth", '"foo.eth"'),
        ("р\u0430ypal.eth", "ENS has no such names"),
        ("a\u200db.eth", "ENS has no such names"),
        ("a..eth", "ENS has no such names"),
        (".eth", "ENS has no such names"),
        ("alice", "or a name of ENS such as alice.eth"),
        ("é.eth", None),
        ("0xabc.eth", None),
    ],
)
def test_only_names_in_their_normal_form_are_taken(name, words):
    wrong = wrong_account(name)
    assert wrong is None if words is None else wrong is not None and words in wrong


@pytest.fixture
def names(chain, people, transact, helpers, monkeypatch) -> SimpleNamespace:
    """A registry at its place, a resolver, and what sets a name there."""

    def deployed(name: str):
        compiled = helpers[name]
        factory = chain.web3.eth.contract(abi=compiled["abi"], bytecode=compiled["bytecode"])
        receipt = transact(factory.constructor(), people.artist)
        return chain.web3.eth.contract(address=receipt["contractAddress"], abi=compiled["abi"])

    registry, resolver, server = deployed("Registry"), deployed("Resolver"), deployed("ServerResolver")
    monkeypatch.setattr(ens, "REGISTRY", registry.address)

    def put(name: str, address: str | None = None, by=resolver):
        node = ens.namehash(name)
        transact(registry.functions.set(node, by.address), people.artist)
        if address:
            transact(resolver.functions.setAddr(node, address), people.artist)

    def of(name: str, coin: int, address: str):
        transact(resolver.functions.setOf(ens.namehash(name), coin, bytes.fromhex(address[2:])), people.artist)

    def say(address: str, name: str):
        node = ens.namehash(f"{address[2:].lower()}.addr.reverse")
        transact(registry.functions.set(node, resolver.address), people.artist)
        transact(resolver.functions.setName(node, name), people.artist)

    return SimpleNamespace(put=put, of=of, say=say, server=server, registry=registry, resolver=resolver)


def test_a_name_leads_to_what_its_resolver_says_at_a_block(names, chain, people):
    names.put("alice.eth", people.friend)
    names.put("empty.eth")
    names.put("served.eth", by=names.server)
    names.put("broken.eth", by=SimpleNamespace(address=people.stranger))
    found = ens.resolve(chain, ["alice.eth", "empty.eth", "served.eth", "broken.eth", "nobody.eth"], chain.network)
    alice = found["alice.eth"]
    assert (alice.address, alice.network, alice.chain_id) == (people.friend, "embedded", chain.id)
    assert alice.block == chain.web3.eth.block_number
    assert "its resolver names none" in found["empty.eth"] and "its resolver names none" in found["broken.eth"]
    assert "EIP-3668" in found["served.eth"]
    assert "nobody registered it" in found["nobody.eth"]
    assert ens.resolve_one(chain, "alice.eth", "ADDRESS") == people.friend
    assert ens.resolve_one(chain, people.buyer, "ADDRESS") == people.buyer
    with pytest.raises(ChainError, match=r'ADDRESS: "nobody.eth": it leads nowhere'):
        ens.resolve_one(chain, "nobody.eth", "ADDRESS")


def test_on_another_chain_the_address_for_it_counts(names, chain, people):
    """A contract is not the same on another chain, so its address is taken only where it is named for that chain."""
    names.put("key.eth", people.friend)
    names.put("safe.eth", names.resolver.address)
    names.put("both.eth", people.friend)
    names.of("both.eth", 0x80000000, people.artist)
    names.put("based.eth", people.friend)
    names.of("based.eth", 0x80000000 | 8453, people.buyer)
    names.of("based.eth", 0x80000000, people.artist)
    found = ens.resolve(chain, ["key.eth", "safe.eth", "both.eth", "based.eth"], BASE)
    assert found["key.eth"].address == people.friend
    assert "a contract of embedded" in found["safe.eth"] and "base-mainnet" in found["safe.eth"]
    assert (found["both.eth"].address, found["based.eth"].address) == (people.artist, people.buyer)
    assert found["based.eth"].chain_id == 8453


def test_a_reverse_name_counts_only_if_it_leads_back(names, chain, people):
    names.put("alice.eth", people.friend)
    names.say(people.friend, "alice.eth")
    names.say(people.stranger, "alice.eth")
    names.say(people.buyer, "ALICE.eth")
    assert ens.reverse(chain, people.friend) == "alice.eth"
    assert [ens.reverse(chain, each) for each in (people.stranger, people.buyer, people.artist)] == [None] * 3


def test_a_node_that_fails_is_no_name_that_leads_nowhere(names, chain, people, monkeypatch):
    from web3.exceptions import Web3RPCError

    names.put("alice.eth", people.friend)
    monkeypatch.setattr(chain, "ask_each", lambda requests: [Web3RPCError("rate limit") for _ in requests])
    with pytest.raises(ChainError, match=r"rate limit"):
        ens.resolve(chain, ["alice.eth"], chain.network)


def test_a_chain_without_a_registry_has_no_names(chain):
    assert not ens.has_ens(chain)
    with pytest.raises(ChainError, match=r"embedded has no ENS"):
        ens.resolve_one(chain, "alice.eth", "ADDRESS")
