"""Another contract may lie where a record says that ours is: an address follows from account and nonce alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collection.chain import deploy, mint
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.networks import Network
from collection.chain.splitter import UNITS, Payee, SplitterContract, deploy_splitter, known_splitter
from collection.chain.token_kind import BARE
from collection.chain.transactions import Account
from collection.errors import ChainError

ANNA, BEN = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


@pytest.fixture
def anew(embedded: Any, elsewhere: Callable[..., Any], tmp_path: Path) -> Iterator[Callable[[], Chain]]:
    """Opens an embedded chain without a block: the same accounts, whose next nonce is 0."""
    opened: list[Chain] = []

    def begun() -> Chain:
        (folder := tmp_path / f"chain{len(opened)}").mkdir()
        opened.append(elsewhere(embedded, folder=folder).open())
        return opened[-1]

    yield begun
    for chain in opened:
        chain.close()


@pytest.fixture
def two(make_project: Callable[..., Any], tmp_path: Path) -> tuple[Any, Any]:
    """Two projects, whose sets differ as two versions of one do: only where they lie is different."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    return make_project(tmp_path / "ours", 4, "ours"), make_project(tmp_path / "theirs", 4, "theirs")


def put(project: Any, chain: Chain, account: Account) -> str:
    return deploy.deploy(project.store, chain, account, project.settings(account)).address


def test_on_a_chain_that_began_anew_nothing_is_minted_into_the_contract_of_another(
    two: Any, anew: Callable[[], Chain], first_account: Callable[[Chain], Account], prove: Callable[..., Any]
) -> None:
    ours, theirs = two
    before, now = anew(), anew()
    account = first_account(before)
    assert put(ours, before, account) == put(theirs, now, account), "the contracts must lie at one address"
    with pytest.raises(ChainError, match="no contract on embedded") as caught:
        mint.mint(ours.store, now, account, BEN)
    assert caught.value.hint == "collection deploy"
    address = put(ours, now, account)
    mint.mint(ours.store, now, account, BEN)
    assert prove(ours, now).proven == 4
    other = TokenContract(now, put(theirs, now, account))
    assert (other.next_token_id(), other.address == address) == (1, False)


def test_a_run_that_was_stopped_before_it_sent_does_not_take_the_contract_that_came_there_for_its_own(
    two: Any, anew: Callable[[], Chain], first_account: Callable[[Chain], Account], prove: Callable[..., Any]
) -> None:
    ours, theirs = two
    chain = anew()
    account = first_account(chain)
    chain.network = Network("custom", chain.id, "custom")  # not one that forgives
    settings = ours.settings(account)
    intent = ours.store.add_deployment(deploy._intent(ours.store, chain, account, settings, BARE, 0))
    assert put(theirs, chain, account) == intent.address
    assert put(ours, chain, account) != intent.address
    mint.mint(ours.store, chain, account, BEN)
    assert prove(ours, chain).proven == 4


def test_a_run_that_was_stopped_after_it_sent_knows_its_contract_without_the_receipt(
    two: Any, anew: Callable[[], Chain], first_account: Callable[[Chain], Account]
) -> None:
    ours, _ = two
    chain = anew()
    account = first_account(chain)
    address = put(ours, chain, account)
    (known,) = ours.store.deployments()
    ours.store.update_deployment(known.id, tx_hash=None, status="intended")
    assert put(ours, chain, account) == address
    assert chain.web3.eth.get_transaction_count(account.address) == 1


def test_a_node_of_another_chain_with_the_same_id_is_refused(
    two: Any, anew: Callable[[], Chain], first_account: Callable[[Chain], Account]
) -> None:
    ours, theirs = two
    before, now = anew(), anew()
    account = first_account(before)
    put(ours, before, account)
    put(theirs, now, account)
    now.network = Network("custom", now.id, "custom")
    with pytest.raises(ChainError, match="is not that of the frozen set"):
        mint.mint(ours.store, now, account, BEN)
    with pytest.raises(ChainError, match="now has another one there"):
        put(ours, now, account)
    assert TokenContract(now, theirs.store.deployments()[0].address).next_token_id() == 1


def test_royalties_are_not_sent_to_the_splitter_of_other_artists(
    two: Any, anew: Callable[[], Chain], first_account: Callable[[Chain], Account]
) -> None:
    ours, theirs = two
    before, now = anew(), anew()
    account = first_account(before)
    halves, most = [Payee(ANNA, 50 * UNITS), Payee(BEN, 50 * UNITS)], [Payee(ANNA, 90 * UNITS), Payee(BEN, 10 * UNITS)]
    known, _ = deploy_splitter(ours.store, before, account, halves)
    other, _ = deploy_splitter(theirs.store, now, account, most)
    assert known.address == other.address
    assert known_splitter(ours.store, now, halves) is None
    again, gas = deploy_splitter(ours.store, now, account, halves)
    assert gas and SplitterContract(now, again.address).payees() == tuple(halves)
    ours.store.update_companion(again.id, tx_hash=None, status="intended")
    assert deploy_splitter(ours.store, now, account, halves)[0].address == again.address, "its own without a receipt"
