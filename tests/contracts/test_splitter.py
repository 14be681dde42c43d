"""What the splitter promises, on a real EVM."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

NATIVE = "0x" + "00" * 20


@pytest.fixture
def pay(chain, people):
    def paid(to, value):
        sent = chain.web3.eth.send_transaction({"from": people.stranger, "to": to, "value": value})
        assert chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["status"] == 1

    return paid


def test_payees_and_shares_are_those_of_the_deployment(place, people, read):
    payees = [(people.buyer, 60), (people.friend, 40)]
    splitter = place("Splitter", payees)
    assert [tuple(each) for each in read(splitter.functions.payees())] == payees
    assert read(splitter.functions.totalShares()) == 100
    writes = {each["name"] for each in splitter.abi if each["type"] == "function" and each["stateMutability"] != "view"}
    assert writes == {"release"}, "nothing can change a share"


@pytest.mark.parametrize(
    ("shares", "error"),
    [
        ([], "NoPayees()"),
        ([(NATIVE, 1)], f"InvalidPayee(account {NATIVE})"),
        ([("buyer", 0)], "InvalidPayee"),
        ([("buyer", 1), ("buyer", 2)], "InvalidPayee"),
    ],
)
def test_what_could_not_be_paid_is_refused(place, people, refused, shares, error):
    with refused(error):
        place("Splitter", [(getattr(people, name, name), share) for name, share in shares])


def test_each_takes_their_share_whoever_asks_and_whenever(place, people, read, pay, transact, chain, refused):
    splitter = place("Splitter", [(people.buyer, 60), (people.friend, 40)])
    functions = splitter.functions
    pay(splitter.address, 1000)
    before = chain.web3.eth.get_balance(people.buyer)
    receipt = transact(functions.release(people.buyer, NATIVE), people.stranger)
    (event,) = splitter.events.Released().process_receipt(receipt)
    assert dict(event.args) == {"account": people.buyer, "currency": NATIVE, "amount": 600}
    assert chain.web3.eth.get_balance(people.buyer) == before + 600
    pay(splitter.address, 500)
    assert read(functions.due(people.buyer, NATIVE)) == 300
    assert read(functions.due(people.friend, NATIVE)) == 600
    assert read(functions.due(people.artist, NATIVE)) == 0
    with refused("NothingDue"):
        transact(functions.release(people.artist, NATIVE), people.artist)
    transact(functions.release(people.friend, NATIVE), people.stranger)
    assert read(functions.released(people.friend, NATIVE)) == 600


def test_a_payment_that_brings_2300_gas_is_taken(place, people, chain):
    splitter = place("Splitter", [(people.buyer, 1), (people.friend, 2)])
    sent = chain.web3.eth.send_transaction({"from": people.artist, "to": splitter.address, "value": 7, "gas": 23_300})
    assert chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["gasUsed"] <= 23_300


@pytest.mark.parametrize("kind", ["Coin", "MuteCoin"])
def test_tokens_are_shared_each_currency_for_itself(place, helpers, people, read, transact, pay, kind):
    splitter, coin = place("Splitter", [(people.buyer, 3), (people.friend, 1)]), place(helpers[kind])
    pay(splitter.address, 8)
    transact(coin.functions.mint(splitter.address, 101), people.stranger)
    transact(splitter.functions.release(people.buyer, coin.address), people.buyer)
    transact(splitter.functions.release(people.friend, coin.address), people.friend)
    held = [read(coin.functions.balanceOf(each)) for each in (people.buyer, people.friend, splitter.address)]
    assert held == [75, 25, 1]
    assert read(splitter.functions.due(people.buyer, NATIVE)) == 6


def test_who_refuses_payment_holds_up_nobody(place, helpers, people, transact, pay, refused, read):
    greedy = place(helpers["Greedy"])
    splitter = place("Splitter", [(greedy.address, 1), (people.friend, 1)])
    pay(splitter.address, 100)
    transact(greedy.functions.refuse(True), people.stranger)
    with refused(f"PaymentRefused(account {greedy.address.lower()})"):
        transact(splitter.functions.release(greedy.address, NATIVE), people.artist)
    transact(splitter.functions.release(people.friend, NATIVE), people.artist)
    assert read(splitter.functions.due(greedy.address, NATIVE)) == 50


def test_who_is_paid_and_asks_again_gets_no_more(place, helpers, people, transact, pay, read, chain):
    greedy = place(helpers["Greedy"])
    splitter = place("Splitter", [(greedy.address, 1), (people.friend, 1)])
    pay(splitter.address, 100)
    release = splitter.encode_abi("release", [greedy.address, NATIVE])
    transact(greedy.functions.plan(splitter.address, release, 0, 3), people.stranger)
    transact(splitter.functions.release(greedy.address, NATIVE), people.stranger, gas=2_000_000)
    assert read(greedy.functions.left()) == 2, "it did ask again"
    assert read(greedy.functions.succeeded()) == 0
    assert chain.web3.eth.get_balance(greedy.address) == 50


@hypothesis_settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    shares=st.lists(st.integers(1, 10**8), min_size=2, max_size=3),
    steps=st.lists(st.tuples(st.integers(0, 10**18), st.integers(0, 2)), max_size=6),
)
def test_nobody_gets_more_than_their_share_and_all_of_it_is_paid(
    place, people, pay, transact, read, chain, shares, steps
):
    accounts = [people.buyer, people.friend, people.artist][: len(shares)]
    splitter = place("Splitter", list(zip(accounts, shares, strict=True)))
    functions, came = splitter.functions, 0
    for value, place_of in steps:
        came += value
        pay(splitter.address, value)
        if place_of < len(accounts) and read(functions.due(accounts[place_of], NATIVE)):
            transact(functions.release(accounts[place_of], NATIVE), people.stranger)
            for account, share in zip(accounts, shares, strict=True):
                owed = read(functions.due(account, NATIVE)) + read(functions.released(account, NATIVE))
                assert owed == came * share // sum(shares)
    for account in accounts:
        if read(functions.due(account, NATIVE)):
            transact(functions.release(account, NATIVE), people.stranger)
    assert chain.web3.eth.get_balance(splitter.address) < len(accounts)
