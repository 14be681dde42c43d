"""What the token contract promises, on a real EVM."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

# Runtime code of two receivers: one answers onERC721Received with its selector, the other reverts.
ACCEPTS = "63150b7a0260e01b60005260206000f3"
REJECTS = "60006000fd"
NOBODY = "0x" + "00" * 20


def mint(token, transact, people, first, quantity, to=None):
    return transact(token.functions.mintBatch(to or people.buyer, first, quantity), people.artist)


def test_everything_is_set_by_the_constructor(token, read, people, settings):
    functions = token.functions
    assert read(functions.name()) == settings.name
    assert read(functions.symbol()) == settings.symbol
    assert read(functions.owner()) == people.artist
    assert read(functions.maxSupply()) == 24
    assert read(functions.totalSupply()) == 0
    assert read(functions.nextTokenId()) == 1
    assert read(functions.baseURI()) == settings.base_uri
    assert read(functions.contractURI()) == settings.contract_uri
    assert read(functions.provenanceHash()).hex() == settings.provenance
    assert read(functions.metadataFrozen()) is False


@pytest.mark.parametrize(
    ("interface", "supported"),
    [
        ("01ffc9a7", True),  # ERC-165
        ("80ac58cd", True),  # ERC-721
        ("5b5e139f", True),  # ERC-721 metadata
        ("2a55205a", True),  # ERC-2981
        ("49064906", True),  # ERC-4906
        ("780e9d63", False),  # ERC-721 enumerable
        ("d9b67a26", False),  # ERC-1155
        ("ffffffff", False),  # ERC-165: must be false
    ],
)
def test_interfaces(token, read, interface, supported):
    assert read(token.functions.supportsInterface(bytes.fromhex(interface))) is supported


def test_a_batch_gets_consecutive_ids_and_one_transfer_event_each(token, transact, read, people):
    receipt = mint(token, transact, people, 1, 5)
    events = token.events.Transfer().process_receipt(receipt)
    assert [(event.args["from"], event.args.to, event.args.tokenId) for event in events] == [
        (NOBODY, people.buyer, token_id) for token_id in range(1, 6)
    ]
    assert read(token.functions.balanceOf(people.buyer)) == 5
    assert read(token.functions.totalSupply()) == 5
    assert read(token.functions.ownerOf(5)) == people.buyer
    assert read(token.functions.tokenURI(5)) == "ipfs://metadata/5.json"


def test_a_token_that_does_not_exist_has_no_owner_and_no_uri(token, read, refused):
    for call in (token.functions.ownerOf(1), token.functions.tokenURI(1)):
        with refused("ERC721NonexistentToken(tokenId 1)"):
            read(call)


def test_the_same_batch_twice_is_refused(token, transact, people, refused):
    mint(token, transact, people, 1, 3)
    with refused("UnexpectedTokenId(expected 4, given 1)"):
        mint(token, transact, people, 1, 3)
    with refused("UnexpectedTokenId(expected 4, given 5)"):
        mint(token, transact, people, 5, 1)
    mint(token, transact, people, 4, 1)


def test_the_cap_holds(token, transact, people, read, refused):
    mint(token, transact, people, 1, 23)
    with refused("SupplyCapExceeded(remaining 1, requested 2)"):
        mint(token, transact, people, 24, 2)
    mint(token, transact, people, 24, 1)
    with refused("SupplyCapExceeded(remaining 0, requested 1)"):
        mint(token, transact, people, 25, 1)
    assert read(token.functions.totalSupply()) == 24


def test_a_quantity_that_would_overflow_is_refused(token, transact, people, refused):
    with refused("SupplyCapExceeded"):
        mint(token, transact, people, 1, 2**256 - 1)


def test_an_empty_batch_is_refused(token, transact, people, refused):
    with refused("EmptyBatch()"):
        mint(token, transact, people, 1, 0)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("mintBatch", (NOBODY, 1, 1)),
        ("airdrop", (1, [NOBODY])),
        ("renounceOwnership", ()),
        ("setBaseURI", ("ipfs://other/",)),
        ("setContractURI", ("ipfs://other",)),
        ("freezeMetadata", ()),
    ],
)
def test_only_the_owner_may(token, transact, people, refused, function, arguments):
    with refused(f"OwnableUnauthorizedAccount(account {people.stranger.lower()})"):
        transact(token.functions[function](*arguments), people.stranger)


def test_the_contract_changes_hands_in_two_steps(token, transact, people, read, refused):
    transact(token.functions.transferOwnership(people.friend), people.artist)
    assert read(token.functions.owner()) == people.artist
    with refused("OwnableUnauthorizedAccount"):
        transact(token.functions.acceptOwnership(), people.stranger)
    transact(token.functions.acceptOwnership(), people.friend)
    assert read(token.functions.owner()) == people.friend


def test_ownership_is_renounced_only_when_nothing_is_left_to_do(deploy, settings, transact, people, read, refused):
    token = deploy(replace(settings, max_supply=2))
    renounce = token.functions.renounceOwnership()
    with refused("OwnershipStillNeeded()"):
        transact(renounce, people.artist)
    mint(token, transact, people, 1, 2)
    with refused("OwnershipStillNeeded()"):
        transact(renounce, people.artist)
    transact(token.functions.freezeMetadata(), people.artist)
    transact(renounce, people.artist)
    assert read(token.functions.owner()) == NOBODY


def test_a_supply_beyond_32_bits_is_refused(deploy, settings, refused):
    with refused("SupplyTooLarge(maxSupply 4294967295)"):
        deploy(replace(settings, max_supply=2**32 - 1))
    deploy(replace(settings, max_supply=2**32 - 2))


def test_transfers_need_the_owner_or_an_approval(token, transact, people, read, refused):
    mint(token, transact, people, 1, 3)
    move = token.functions.transferFrom
    with refused("ERC721InsufficientApproval"):
        transact(move(people.buyer, people.stranger, 1), people.stranger)
    transact(move(people.buyer, people.stranger, 1), people.buyer)
    transact(token.functions.approve(people.friend, 2), people.buyer)
    assert read(token.functions.getApproved(2)) == people.friend
    transact(move(people.buyer, people.stranger, 2), people.friend)
    assert read(token.functions.getApproved(2)) == NOBODY
    transact(token.functions.setApprovalForAll(people.friend, True), people.buyer)
    transact(move(people.buyer, people.stranger, 3), people.friend)
    assert [read(token.functions.ownerOf(each)) for each in (1, 2, 3)] == [people.stranger] * 3
    assert read(token.functions.balanceOf(people.buyer)) == 0


def test_tokens_are_not_sent_to_nobody(token, transact, people, refused):
    with refused("ERC721InvalidReceiver"):
        mint(token, transact, people, 1, 1, to=NOBODY)
    mint(token, transact, people, 1, 1)
    with refused("ERC721InvalidReceiver"):
        transact(token.functions.transferFrom(people.buyer, NOBODY, 1), people.buyer)


def test_a_safe_transfer_asks_the_receiving_contract(token, transact, people, read, install, refused):
    mint(token, transact, people, 1, 1)
    safe = token.functions["safeTransferFrom(address,address,uint256)"]
    with refused("ERC721InvalidReceiver"):
        transact(safe(people.buyer, install(REJECTS), 1), people.buyer)
    accepting = install(ACCEPTS)
    transact(safe(people.buyer, accepting, 1), people.buyer)
    assert read(token.functions.ownerOf(1)) == accepting


@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(price=st.integers(0, 10**30))
def test_royalties_are_the_basis_points_of_the_price_rounded_down(token, read, people, price):
    assert read(token.functions.royaltyInfo(1, price)) == [people.friend, price * 500 // 10_000]


def test_royalties_over_the_price_are_refused(deploy, settings, refused):
    with refused("ERC2981InvalidDefaultRoyalty"):
        deploy(replace(settings, royalty_basis_points=10_001))


def test_metadata_can_move_until_it_is_frozen(token, transact, people, read, refused):
    mint(token, transact, people, 1, 1)
    moved = transact(token.functions.setBaseURI("ipfs://other/"), people.artist)
    (event,) = token.events.BatchMetadataUpdate().process_receipt(moved)
    assert (event.args["_fromTokenId"], event.args["_toTokenId"]) == (1, 2**256 - 1)
    assert read(token.functions.tokenURI(1)) == "ipfs://other/1.json"
    described = transact(token.functions.setContractURI("ipfs://described"), people.artist)
    assert len(token.events.ContractURIUpdated().process_receipt(described)) == 1

    frozen = transact(token.functions.freezeMetadata(), people.artist)
    assert len(token.events.MetadataFrozen().process_receipt(frozen)) == 1
    assert read(token.functions.metadataFrozen()) is True
    for call in (
        token.functions.setBaseURI("ipfs://x/"),
        token.functions.setContractURI("ipfs://x"),
        token.functions.freezeMetadata(),
    ):
        with refused("MetadataLocked()"):
            transact(call, people.artist)
    assert read(token.functions.tokenURI(1)) == "ipfs://other/1.json"
    assert read(token.functions.contractURI()) == "ipfs://described"


@hypothesis_settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(quantities=st.lists(st.integers(1, 6), min_size=1, max_size=5))
def test_any_sequence_of_batches_keeps_supply_balance_and_next_id_in_step(
    deploy, settings, transact, people, read, quantities
):
    token = deploy(replace(settings, max_supply=30))
    minted = 0
    for quantity in quantities:
        mint(token, transact, people, minted + 1, quantity)
        minted += quantity
        assert read(token.functions.totalSupply()) == minted
        assert read(token.functions.nextTokenId()) == minted + 1
        assert read(token.functions.balanceOf(people.buyer)) == minted
    assert {read(token.functions.ownerOf(each)) for each in range(1, minted + 1)} == {people.buyer}
