"""Who owns what, where batches store intervals: against a model that stores each token's owner."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

NOBODY = "0x" + "00" * 20
PEOPLE = ("artist", "buyer", "friend", "stranger")
person = st.sampled_from(PEOPLE)
step = st.one_of(
    st.tuples(st.just("batch"), person, st.integers(1, 5)),
    st.tuples(st.just("airdrop"), st.lists(person, min_size=1, max_size=5)),
    st.tuples(st.just("transfer"), st.integers(0, 10**6), person),
    st.tuples(st.just("approved transfer"), st.integers(0, 10**6), person),
)


def transfers(token: Any, receipt: Any) -> list[tuple[str, str, int]]:
    events = token.events.Transfer().process_receipt(receipt)
    return [(event.args["from"], event.args.to, event.args.tokenId) for event in events]


def check(token: Any, read: Any, people: Any, owners: list[str]) -> None:
    """Every owner, every balance, and that nothing exists beyond the last token."""
    assert [read(token.functions.ownerOf(place)) for place in range(1, len(owners) + 1)] == owners
    held = Counter(owners)
    for name in PEOPLE:
        address = getattr(people, name)
        assert read(token.functions.balanceOf(address)) == held[address]
    assert read(token.functions.nextTokenId()) == len(owners) + 1


@hypothesis_settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=st.lists(step, min_size=3, max_size=10))
def test_any_order_of_mints_and_transfers_gives_the_owners_of_a_naive_model(
    deploy, settings, transact, read, people, refused, program
):
    token = deploy(replace(settings, max_supply=10_000))
    owners: list[str] = []
    for kind, *rest in program:
        first = len(owners) + 1
        if kind == "batch":
            to, quantity = getattr(people, rest[0]), rest[1]
            receipt = transact(token.functions.mintBatch(to, first, quantity), people.artist)
            new = [to] * quantity
        elif kind == "airdrop":
            new = [getattr(people, name) for name in rest[0]]
            receipt = transact(token.functions.airdrop(first, new), people.artist)
        elif owners:
            place, to = rest[0] % len(owners), getattr(people, rest[1])
            sender = owner = owners[place]
            if kind == "approved transfer":
                sender = people.friend if owner != people.friend else people.buyer
                move = token.functions.transferFrom(owner, to, place + 1)
                with refused("ERC721InsufficientApproval"):
                    transact(move, sender)
                transact(token.functions.approve(sender, place + 1), owner)
            receipt = transact(token.functions.transferFrom(owner, to, place + 1), sender)
            assert transfers(token, receipt) == [(owner, to, place + 1)]
            assert read(token.functions.getApproved(place + 1)) == NOBODY
            owners[place] = to
            continue
        else:
            continue
        assert transfers(token, receipt) == [(NOBODY, to, first + place) for place, to in enumerate(new)]
        owners += new
    check(token, read, people, owners)
    for absent in (0, len(owners) + 1, 2**32, 2**256 - 1):
        with refused("ERC721NonexistentToken"):
            read(token.functions.ownerOf(absent))


def test_a_token_is_found_in_any_of_many_runs(deploy, settings, transact, read, people):
    token = deploy(replace(settings, max_supply=10_000))
    owners: list[str] = []
    for number in range(9):
        to = getattr(people, PEOPLE[number % 4])
        transact(token.functions.mintBatch(to, len(owners) + 1, 2 + number % 3), people.artist)
        owners += [to] * (2 + number % 3)
    check(token, read, people, owners)


def test_a_batch_to_the_same_owner_goes_on_where_the_last_one_ended(deploy, settings, transact, read, people):
    token = deploy(settings)
    for first in (1, 4, 7):
        transact(token.functions.mintBatch(people.buyer, first, 3), people.artist)
    check(token, read, people, [people.buyer] * 9)


def test_a_batch_to_the_address_of_a_list_is_no_part_of_the_list(deploy, settings, transact, read, people, chain):
    token = deploy(settings)
    nonce = chain.web3.eth.get_transaction_count(token.address)
    transact(token.functions.airdrop(1, [people.buyer, people.friend]), people.artist)
    from eth_utils.address import to_checksum_address
    from rlp import encode
    from web3 import Web3

    bare = bytes.fromhex(token.address[2:])
    made = to_checksum_address(Web3.keccak(encode([bare, nonce]))[12:])
    assert chain.web3.eth.get_code(made).hex() == "00" + people.buyer[2:].lower() + people.friend[2:].lower()
    transact(token.functions.mintBatch(made, 3, 2), people.artist)
    assert [read(token.functions.ownerOf(place)) for place in range(1, 5)] == [people.buyer, people.friend, made, made]


def test_an_airdrop_obeys_the_rules_of_a_batch(deploy, settings, transact, people, read, refused):
    token = deploy(settings)
    with refused("UnexpectedTokenId(expected 1, given 2)"):
        transact(token.functions.airdrop(2, [people.buyer]), people.artist)
    with refused("EmptyBatch()"):
        transact(token.functions.airdrop(1, []), people.artist)
    with refused("SupplyCapExceeded(remaining 24, requested 25)"):
        transact(token.functions.airdrop(1, [people.buyer] * 25), people.artist)
    with refused("ERC721InvalidReceiver"):
        transact(token.functions.airdrop(1, [people.buyer, NOBODY]), people.artist)
    transact(token.functions.airdrop(1, [people.buyer] * 24), people.artist)
    assert read(token.functions.balanceOf(people.buyer)) == 24


def test_a_list_that_no_contract_can_hold_is_refused(deploy, settings, transact, people, refused):
    token = deploy(replace(settings, max_supply=10_000))
    with refused("ListTooLong(owners 1229)"):
        transact(token.functions.airdrop(1, [people.buyer] * 1229), people.artist)
