"""What a sale promises, on a real EVM: phases, lists, vouchers, and buyers who call back."""

from __future__ import annotations

import pytest
from eth_account import Account

from collection.chain.allowlist import Allowlist, Entry
from collection.chain.sale import Terms, Voucher, typed_voucher

NATIVE = "0x" + "00" * 20
DAY = 86_400
SIGNER = Account.from_key("0x" + "5a" * 32)


@pytest.fixture
def now(chain):
    return chain.web3.eth.get_block("latest")["timestamp"]


@pytest.fixture
def open_sale(token, place, people, transact, chain):
    """Deploys a sale of these phases and lets it own the collection."""

    def opened(*phases, owner=people.artist):
        sale = place("Sale", token.address, owner, people.friend, [each.as_argument() for each in phases])
        transact(token.functions.transferOwnership(sale.address), people.artist)
        if owner == people.artist:
            transact(sale.functions.acceptToken(), owner)
        return sale

    return opened


def public(**changes):
    return Terms(**{"start": 0, "end": 0, "price": 10, "per_account": 0, "supply": 0, "root": b"", **changes})


def test_anybody_buys_the_next_tokens_at_the_price(open_sale, token, transact, read, people, refused, chain):
    sale = open_sale(public())
    receipt = transact(sale.functions.buy(0, 2), people.buyer, 20)
    (event,) = sale.events.Sold().process_receipt(receipt)
    assert dict(event.args) == {"recipient": people.buyer, "firstTokenId": 1, "quantity": 2, "paid": 20}
    assert [read(token.functions.ownerOf(each)) for each in (1, 2)] == [people.buyer] * 2
    for value in (0, 19, 21):
        with refused(f"WrongPayment(expected 20, given {value})"):
            transact(sale.functions.buy(0, 2), people.buyer, value)
    with refused("NoQuantity()"):
        transact(sale.functions.buy(0, 0), people.buyer)
    with refused("UnknownPhase(phase 1)"):
        transact(sale.functions.buy(1, 1), people.buyer, 10)
    with refused("SupplyCapExceeded"):
        transact(sale.functions.buy(0, 23), people.buyer, 230)
    before = chain.web3.eth.get_balance(people.friend)
    transact(sale.functions.withdraw(), people.stranger)
    assert chain.web3.eth.get_balance(people.friend) == before + 20


def test_a_phase_sells_in_its_time_and_within_its_limits(open_sale, transact, people, refused, now, read):
    sale = open_sale(
        public(start=now + DAY), public(end=now), public(per_account=2, supply=3), public(end=now + DAY, price=0)
    )
    buy = sale.functions.buy
    for phase in (0, 1):
        with refused(f"PhaseClosed(phase {phase})"):
            transact(buy(phase, 1), people.buyer, 10)
    transact(buy(2, 2), people.buyer, 20)
    with refused("AccountLimitExceeded(remaining 0, requested 1)"):
        transact(buy(2, 1), people.buyer, 10)
    with refused("PhaseLimitExceeded(remaining 1, requested 2)"):
        transact(buy(2, 2), people.stranger, 20)
    transact(buy(2, 1), people.stranger, 10)
    transact(buy(3, 1), people.buyer)
    assert [read(sale.functions.sold(phase)) for phase in range(4)] == [0, 0, 3, 1]
    assert read(sale.functions.bought(2, people.buyer)) == 2


def test_who_is_on_the_list_buys_once_by_a_proof(open_sale, transact, people, refused, read):
    listed = Allowlist([Entry(people.buyer, 3), Entry(people.stranger, 1), Entry(people.artist, 1)])
    other = Allowlist([Entry(people.friend, 9)])
    sale = open_sale(public(root=listed.root), public())
    claim = sale.functions.claim
    line = listed.line(people.buyer)
    with refused("WrongPhase(phase 0)"):
        transact(sale.functions.buy(0, 1), people.buyer, 10)
    with refused("WrongPhase(phase 1)"):
        transact(claim(1, line.index, 3, 1, line.proof), people.buyer, 10)
    for account, proof in ((people.friend, line.proof), (people.friend, other.line(people.friend).proof)):
        with refused("NotListed"):
            transact(claim(0, line.index, 3, 1, proof), account, 10)
    with refused("NotListed"):
        transact(claim(0, line.index, 4, 4, line.proof), people.buyer, 40)
    with refused("AccountLimitExceeded(remaining 3, requested 4)"):
        transact(claim(0, line.index, 3, 4, line.proof), people.buyer, 40)
    transact(claim(0, line.index, 3, 2, line.proof), people.buyer, 20)
    assert read(sale.functions.claimed(0, line.index)) and not read(sale.functions.claimed(1, line.index))
    with refused(f"AlreadyUsed(number {line.index})"):
        transact(claim(0, line.index, 3, 1, line.proof), people.buyer, 10)
    line = listed.line(people.stranger)
    transact(claim(0, line.index, 1, 1, line.proof), people.stranger, 10)


@pytest.fixture
def signed(chain):
    def made(sale, signer=SIGNER, chain_id=None, **changes):
        told = {"recipient": NATIVE, "quantity": 1, "price": 7, "deadline": 2**40, "nonce": 0, **changes}
        voucher = Voucher(**told)
        data = typed_voucher(chain_id or chain.id, sale.address, voucher)
        signature = Account.sign_typed_data(signer.key, full_message=data).signature
        return sale.functions.redeem(voucher.as_argument(), bytes(signature))

    return made


@pytest.fixture
def by_voucher(open_sale, chain, people):
    """A sale whose owner's key is known."""
    chain.web3.eth.send_transaction({"from": people.artist, "to": SIGNER.address, "value": 10**18})
    sale = open_sale(owner=SIGNER.address)
    told = {"from": SIGNER.address, "nonce": chain.web3.eth.get_transaction_count(SIGNER.address)}
    accept = sale.functions.acceptToken().build_transaction(told)
    chain.web3.eth.send_raw_transaction(SIGNER.sign_transaction(accept).raw_transaction)
    return sale


def test_a_voucher_is_good_once_until_its_deadline(by_voucher, transact, people, refused, signed, token, read, now):
    sale = by_voucher
    terms = {"recipient": people.buyer, "quantity": 2, "nonce": 5}
    transact(signed(sale, **terms), people.stranger, 14)
    assert read(token.functions.ownerOf(2)) == people.buyer
    assert read(sale.functions.redeemed(5)) and not read(sale.functions.redeemed(4))
    with refused("AlreadyUsed(number 5)"):
        transact(signed(sale, **terms), people.stranger, 14)
    with refused("VoucherExpired"):
        transact(signed(sale, recipient=people.buyer, deadline=now - 1), people.stranger, 7)
    with refused("WrongPayment(expected 7, given 6)"):
        transact(signed(sale, recipient=people.buyer), people.stranger, 6)
    other = Account.from_key("0x" + "5b" * 32)
    for forged in ({"signer": other}, {"chain_id": 1}):
        with refused("InvalidSignature()"):
            transact(signed(sale, recipient=people.buyer, **forged), people.buyer, 7)
    changed = signed(sale, recipient=people.buyer).args[1]
    dearer = Voucher(people.buyer, 1, 1, 2**40, 0).as_argument()
    with refused("InvalidSignature()"):
        transact(sale.functions.redeem(dearer, changed), people.buyer, 1)
    with refused("InvalidSignature()"):
        transact(
            sale.functions.redeem(Voucher(people.buyer, 1, 7, 2**40, 0).as_argument(), b"\0" * 65), people.buyer, 7
        )


def test_only_the_owner_steers_and_can_have_the_collection_back(open_sale, transact, people, refused, token, read):
    sale = open_sale(public())
    calls = {
        "setPhase": (0, public().as_argument()), "voidVoucher": (1,), "pause": (), "unpause": (), "acceptToken": (),
        "returnToken": (), "renounceOwnership": (),
    }  # fmt: skip
    for name, arguments in calls.items():
        with refused("OwnableUnauthorizedAccount"):
            transact(sale.functions[name](*arguments), people.stranger)
    with refused("OwnableInvalidOwner"):
        transact(sale.functions.renounceOwnership(), people.artist)
    transact(sale.functions.pause(), people.artist)
    with refused("EnforcedPause()"):
        transact(sale.functions.buy(0, 1), people.buyer, 10)
    transact(sale.functions.unpause(), people.artist)
    transact(sale.functions.setPhase(0, public(price=5).as_argument()), people.artist)
    transact(sale.functions.setPhase(1, public(price=6).as_argument()), people.artist)
    with refused("UnknownPhase(phase 3)"):
        transact(sale.functions.setPhase(3, public().as_argument()), people.artist)
    with refused("InvalidPhase(phase 2)"):
        transact(sale.functions.setPhase(2, public(start=5, end=5).as_argument()), people.artist)
    assert [each[2] for each in read(sale.functions.phases())] == [5, 6]
    transact(sale.functions.buy(0, 1), people.buyer, 5)
    transact(sale.functions.returnToken(), people.artist)
    transact(token.functions.acceptOwnership(), people.artist)
    assert read(token.functions.owner()) == people.artist
    with refused("OwnableUnauthorizedAccount"):
        transact(sale.functions.buy(0, 1), people.buyer, 5)


def test_a_voucher_that_was_made_void_is_void(open_sale, transact, people, refused, signed):
    sale = open_sale(public())
    transact(sale.functions.voidVoucher(3), people.artist)
    with refused("AlreadyUsed(number 3)"):
        transact(sale.functions.voidVoucher(3), people.artist)


class TestCallbacks:
    """A contract that buys, and buys again from within onERC721Received."""

    @pytest.fixture
    def greedy(self, helpers, place):
        return place(helpers["Greedy"])

    @pytest.fixture
    def buys(self, transact, people, greedy, read):
        def bought(sale, data, value):
            transact(greedy.functions.plan(sale.address, data, value, 5), people.stranger)
            transact(greedy.functions.act(sale.address, data, value), people.stranger, 100, gas=3_000_000)
            assert read(greedy.functions.left()) < 5, "it did call back"

        return bought

    def test_no_more_than_an_account_may(self, greedy, open_sale, buys, read, token):
        sale = open_sale(public(per_account=2))
        buys(sale, sale.encode_abi("buy", [0, 1]), 10)
        assert read(greedy.functions.succeeded()) == 1
        assert read(token.functions.balanceOf(greedy.address)) == read(sale.functions.bought(0, greedy.address)) == 2

    def test_no_more_than_a_phase_sells(self, greedy, open_sale, buys, read, token):
        sale = open_sale(public(supply=3))
        buys(sale, sale.encode_abi("buy", [0, 1]), 10)
        assert read(token.functions.balanceOf(greedy.address)) == 3
        assert [read(token.functions.ownerOf(each)) for each in (1, 2, 3)] == [greedy.address] * 3

    def test_no_line_of_a_list_twice(self, greedy, open_sale, buys, people, read, token):
        listed = Allowlist([Entry(greedy.address, 2), Entry(people.buyer, 2)])
        sale, line = open_sale(public(root=listed.root)), listed.line(greedy.address)
        data = sale.encode_abi("claim", [0, line.index, 2, 1, line.proof])
        buys(sale, data, 10)
        assert (read(greedy.functions.succeeded()), read(token.functions.balanceOf(greedy.address))) == (0, 1)

    def test_no_voucher_twice(self, greedy, by_voucher, buys, read, signed, token):
        call = signed(by_voucher, recipient=greedy.address)
        data = by_voucher.encode_abi("redeem", [*call.args])
        buys(by_voucher, data, 7)
        assert (read(greedy.functions.succeeded()), read(token.functions.balanceOf(greedy.address))) == (0, 1)

    def test_a_contract_that_takes_no_tokens_gets_none(self, by_voucher, transact, people, refused, install, signed):
        deaf = install("60006000fd")
        with refused("ERC721InvalidReceiver"):
            transact(signed(by_voucher, recipient=deaf), people.stranger, 7)


def test_gas_of_a_sale_is_near_that_of_the_mint(open_sale, transact, people):
    """What a buyer pays beyond minting: the first purchase of a phase writes two slots, later ones one or none."""
    sale = open_sale(public())
    transact(sale.functions.buy(0, 2), people.buyer, 20)
    assert transact(sale.functions.buy(0, 2), people.buyer, 20)["gasUsed"] < 75_000
