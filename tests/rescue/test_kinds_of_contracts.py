"""Contracts of the kinds that others deploy: ids by enumeration, by one log for many tokens, and behind a proxy.

They are put together here from a few instructions, so that they do what the standard asks of them and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eth_utils.abi import event_signature_to_log_topic, function_signature_to_4byte_selector
from eth_utils.crypto import keccak

from collection.chain.connection import Chain, open_chain
from collection.chain.networks import find_network
from collection.errors import ChainError
from collection.rescue.contract import ContractFacts, contract_facts, token_ids, token_uris

URI = b"data:application/json,{}"
ERC721, ENUMERABLE = "80ac58cd", "780e9d63"
SLOT = f"{int.from_bytes(keccak(text='eip1967.proxy.implementation'), 'big') - 1:064x}"
ANSWER_WORD = "60005260206000f3"
"""mstore(0, top of the stack); return it."""


def selector(signature: str) -> str:
    return function_signature_to_4byte_selector(signature).hex()


def runtime(kinds: tuple[str, ...], total: int = 0, first: int = 0, mentions: str = "") -> str:
    """Code that supports these interfaces, says `total` for totalSupply and first + i for tokenByIndex(i), and gives
    URI for every other call; `mentions` is a function whose selector stands in it."""
    supports = "60043560e01c" + _any_of(kinds) + ANSWER_WORD
    parts = {
        selector("supportsInterface(bytes4)"): supports,
        selector("totalSupply()"): f"63{total:08x}" + ANSWER_WORD,
        selector("tokenByIndex(uint256)"): f"60043563{first:08x}01" + ANSWER_WORD,
    }
    answer = ((32).to_bytes(32, "big") + len(URI).to_bytes(32, "big") + URI.ljust(32, b"\0")).hex()
    head = 6 + 11 * len(parts)  # bytes of the table, before what every other call gets
    default = 15
    places, at = {}, head + default
    for name, code in parts.items():
        places[name] = at
        at += 1 + len(code) // 2
    at += len(selector(mentions)) // 2 + 1 if mentions else 0
    table = "60003560e01c" + "".join(f"8063{name}1461{place:04x}57" for name, place in places.items())
    size = len(answer) // 2
    rest = f"61{size:04x}61{at:04x}60003961{size:04x}6000f3"
    bodies = "".join("5b" + code for code in parts.values())
    return table + rest.ljust(default * 2, "0") + bodies + (f"63{selector(mentions)}" if mentions else "") + answer


def _any_of(kinds: tuple[str, ...]) -> str:
    """1 where the top of the stack is one of these, else 0."""
    found = "6000"  # [id, 0]
    for kind in kinds:
        found += f"8163{kind}1417"  # [id, found or id == kind]
    return found


def deploy(chain: Chain, code: str, before: str = "") -> str:
    """A contract of that code, whose constructor does `before`; returns its address."""
    size = len(code) // 2
    tail = "61{size:04x}61{at:04x}60003961{size:04x}6000f3"
    at = len(before) // 2 + len(tail.format(size=size, at=0)) // 2
    data = "0x" + before + tail.format(size=size, at=at) + code
    sent = chain.web3.eth.send_transaction({"from": chain.web3.eth.accounts[0], "data": data})
    made = chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    assert made["status"] == 1
    return str(made["contractAddress"])


def consecutive(first: int, last: int, sender: int = 0) -> str:
    """Instructions that log a ConsecutiveTransfer from `sender` to somebody."""
    topic = event_signature_to_log_topic("ConsecutiveTransfer(uint256,uint256,address,address)").hex()
    return f"7f{last:064x}600052" + "30" + f"73{sender:040x}" + f"7f{first:064x}" + f"7f{topic}" + "60206000a4"


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with open_chain(find_network("embedded"), tmp_path_factory.mktemp("chain")) as opened:
        yield opened


def asked(chain: Chain, address: str) -> tuple[ContractFacts, list[int]]:
    facts = contract_facts(chain, address)
    return facts, token_ids(chain, facts)


def test_an_enumerable_contract_lists_its_ids_without_a_log(chain: Chain) -> None:
    facts, ids = asked(chain, deploy(chain, runtime((ERC721, ENUMERABLE), total=3, first=100)))
    assert (facts.standard, facts.enumerable, ids) == ("ERC-721", True, [100, 101, 102])
    assert list(token_uris(chain, facts, ids)) == [(number, URI.decode()) for number in ids]


def test_mints_that_one_log_tells_of_are_found(chain: Chain) -> None:
    logs = consecutive(1, 5) + consecutive(9, 9) + consecutive(20, 30, sender=7)
    facts, ids = asked(chain, deploy(chain, runtime((ERC721,)), logs))
    assert not facts.enumerable
    assert ids == [1, 2, 3, 4, 5, 9], "what somebody sent on was minted before"


@pytest.mark.parametrize(("first", "last"), [(1, 2**256 - 1), (5, 200_005)])
def test_a_log_of_more_tokens_than_can_be_is_refused_at_once(chain: Chain, first: int, last: int) -> None:
    facts = contract_facts(chain, deploy(chain, runtime((ERC721,)), consecutive(first, last)))
    with pytest.raises(ChainError, match="the contract has"):
        token_ids(chain, facts)


def test_a_log_that_ends_before_it_begins_mints_nothing(chain: Chain) -> None:
    assert asked(chain, deploy(chain, runtime((ERC721,)), consecutive(7, 3)))[1] == []


def test_a_proxy_is_told_and_asked_through(chain: Chain) -> None:
    """ERC-1967: the code that does the work stands elsewhere, and can be replaced."""
    behind = deploy(chain, runtime((ERC721, ENUMERABLE), total=2, first=1, mentions="setBaseURI(string)"))
    passes_on = f"363d3d373d3d3d363d73{behind[2:].lower()}5af43d82803e903d91602b57fd5bf3"  # ERC-1167
    proxy = deploy(chain, passes_on, f"73{behind[2:].lower()}7f{SLOT}55")
    facts, ids = asked(chain, proxy)
    assert (facts.address, ids, facts.upgradeable) == (proxy, [1, 2], True)
    assert facts.setters == ("setBaseURI(string)",), "of the code behind it"
    assert facts.can_move
    assert not contract_facts(chain, behind).upgradeable
    assert next(token_uris(chain, facts, ids)) == (1, URI.decode())
