"""What becomes of a transaction on its way: another takes its place, the account is poor, nobody agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from collection.chain import deploy, mint
from collection.chain.bids import Bids
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.freeze_metadata import freeze_metadata
from collection.chain.networks import NETWORKS, Network
from collection.chain.transactions import Account, find_account, prepared, send
from collection.errors import ChainError, UsageError
from collection.store.publication_records import Mint

RECIPIENT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


@pytest.fixture
def node(start_node: Callable[..., str], tmp_path: Any, anvil_place: Any, elsewhere: Callable[..., Any]) -> Any:
    """An Anvil of its own, whose mining can be stopped."""
    return elsewhere(anvil_place, rpc=start_node("anvil"))


@pytest.fixture
def chain(node: Any) -> Iterator[Chain]:
    with node.open() as opened:
        yield opened


@pytest.fixture
def project(make_project: Callable[..., Any], tmp_path: Any) -> Any:
    return make_project(tmp_path, 6)


def ask(chain: Chain, method: str, *parameters: Any) -> Any:
    return chain.ask_all([(method, list(parameters))])[0]


def in_the_way(chain: Chain, account: Account, work: Callable[[], Any], data: dict[str, Any]) -> list[Any]:
    """Do `work` while another transaction of the account takes the place of the first that it sends."""
    ask(chain, "evm_setAutomine", False)
    nonce, done = chain.web3.eth.get_transaction_count(account.address), list[Any]()

    def run() -> None:
        try:
            done.append(work())
        except ChainError as error:
            done.append(error)

    thread = Thread(target=run)
    thread.start()
    while chain.web3.eth.get_transaction_count(account.address, "pending") == nonce:
        assert thread.is_alive()
    dear = {"maxFeePerGas": hex(10**12), "maxPriorityFeePerGas": hex(10**11)}
    ask(chain, "eth_sendTransaction", {"from": account.address, "nonce": hex(nonce), **dear, **data})
    ask(chain, "evm_setAutomine", True)
    ask(chain, "evm_mine")
    thread.join(60)
    return done


def test_another_transaction_in_its_place_is_seen_and_the_batch_sent_again(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account], prove: Callable[..., Any]
) -> None:
    account = first_account(chain)
    deploy.deploy(project.store, chain, account, project.settings(account))
    gift = {"to": RECIPIENT, "value": hex(1)}
    (report,) = in_the_way(chain, account, lambda: mint.mint(project.store, chain, account, RECIPIENT, batch=3), gift)
    assert (report.tokens, report.transactions) == (6, 2)
    assert prove(project, chain).findings == ()


def test_the_same_minting_with_a_higher_fee_is_not_done_twice(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account], prove: Callable[..., Any]
) -> None:
    account = first_account(chain)
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    call = TokenContract(chain, address).mint_batch(RECIPIENT, 1, 6)
    same = {"to": address, "data": call._encode_transaction_data(), "gas": hex(1_000_000)}
    (report,) = in_the_way(chain, account, lambda: mint.mint(project.store, chain, account, RECIPIENT), same)
    assert report.tokens == 0
    assert prove(project, chain).findings == (), "a hash that was never mined is not on record"


def test_a_deployment_that_was_replaced_is_told_and_done_by_the_next_run(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account], prove: Callable[..., Any]
) -> None:
    account = first_account(chain)
    settings = project.settings(account)
    gift = {"to": RECIPIENT, "value": hex(1)}
    (error,) = in_the_way(chain, account, lambda: deploy.deploy(project.store, chain, account, settings), gift)
    assert "took the place" in error.message
    deploy.deploy(project.store, chain, account, settings)
    mint.mint(project.store, chain, account, RECIPIENT)
    assert prove(project, chain).findings == ()


def test_a_transaction_counts_once_enough_blocks_hold_it_and_not_where_they_are_taken_back(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account], prove: Callable[..., Any]
) -> None:
    account = first_account(chain)
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    contract, done = TokenContract(chain, address), list[Any]()
    chain.confirmations = 3
    thread = Thread(target=lambda: done.append(mint.mint(project.store, chain, account, RECIPIENT)))
    thread.start()
    while contract.next_token_id() == 1:
        assert thread.is_alive()
    ask(chain, "anvil_reorg", 1, [])
    assert contract.next_token_id() == 1 and thread.is_alive(), "one block held it, and is gone"
    while thread.is_alive():
        ask(chain, "evm_mine")
        thread.join(0.1)
    assert [report.tokens for report in done] == [6]
    assert contract.next_token_id() == 7 and prove(project, chain).findings == ()
    [tx_hash] = {each.tx_hash for each in project.store.mints(project.store.deployments()[0].id)}
    assert chain.web3.eth.block_number - chain.web3.eth.get_transaction_receipt(tx_hash)["blockNumber"] >= 2


def test_a_poor_account_is_told_what_it_has_and_what_it_takes(
    project: Any, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTIST_KEY", "0x" + "77" * 32)
    poor = find_account(chain, "env:ARTIST_KEY")
    ask(chain, "anvil_setBalance", poor.address, hex(10**12))
    chain.network = Network("sepolia", chain.id, "test")
    with pytest.raises(ChainError) as caught:
        deploy.deploy(project.store, chain, poor, project.settings(poor))
    assert f"{poor.address} has 0.000001 ETH on sepolia" in caught.value.message
    assert "up to 0.0" in caught.value.message
    assert "faucet" in str(caught.value.hint)


def test_nothing_is_sent_to_a_main_network_before_somebody_agreed(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account]
) -> None:
    account = first_account(chain)
    local, main = chain.network, Network("ethereum-mainnet", chain.id, "main")
    chain.network = main
    with pytest.raises(UsageError, match="ethereum-mainnet is a main network") as caught:
        deploy.deploy(project.store, chain, account, project.settings(account))
    assert caught.value.hint == "--yes-mainnet ethereum-mainnet agrees to that"
    assert project.store.deployments() == []
    chain.network = local
    deploy.deploy(project.store, chain, account, project.settings(account))
    chain.network = main
    for work in (
        lambda: mint.mint(project.store, chain, account, RECIPIENT),
        lambda: freeze_metadata(project.store, chain, account),
    ):
        with pytest.raises(UsageError, match="nothing was sent"):
            work()
    assert chain.web3.eth.get_transaction_count(account.address) == 1
    asked: list[Network] = []
    chain.consent = asked.append
    mint.mint(project.store, chain, account, RECIPIENT)
    assert asked == [main]


@pytest.mark.parametrize("network", [item for item in NETWORKS.values() if item.kind != "main"], ids=lambda n: n.name)
def test_other_networks_need_no_word(chain: Chain, network: Network) -> None:
    chain.network = network
    chain.ask_before_sending()


def test_tokens_are_not_sent_to_their_own_contract(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account]
) -> None:
    account = first_account(chain)
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    with pytest.raises(ChainError, match="the contract itself"):
        mint.mint(project.store, chain, account, address)


def test_not_the_owner_is_told_whose_key_is_needed(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account]
) -> None:
    deploy.deploy(project.store, chain, first_account(chain), project.settings(first_account(chain)))
    with pytest.raises(ChainError) as caught:
        mint.mint(project.store, chain, Account(chain.web3.eth.accounts[3]), RECIPIENT)
    assert "chain.key" in str(caught.value.hint)


@pytest.fixture(params=["node", "key"])
def sender(request: pytest.FixtureRequest, chain: Chain, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account whose transactions the node signs, and one whose key is here."""
    if request.param == "node":
        return find_account(chain, None)
    monkeypatch.setenv("ARTIST_KEY", "0x" + "77" * 32)
    found = find_account(chain, "env:ARTIST_KEY")
    ask(chain, "anvil_setBalance", found.address, hex(10**20))
    return found


def dear_blocks(chain: Chain, base_fee: int, until: Callable[[], bool]) -> int:
    """Make blocks of one base fee until something is so; returns how many there were."""
    for count in range(2_000):
        if until():
            return count
        ask(chain, "anvil_setNextBlockBaseFeePerGas", hex(base_fee))
        ask(chain, "evm_mine")
    raise AssertionError("it never was")


def test_what_waits_because_gas_became_dearer_is_outbid(
    project: Any, chain: Chain, node: Any, sender: Account, prove: Callable[..., Any]
) -> None:
    deploy.deploy(project.store, chain, sender, project.settings(sender))
    ask(chain, "evm_setAutomine", False)
    ask(chain, "anvil_setNextBlockBaseFeePerGas", hex(10**9))
    ask(chain, "evm_mine")
    done = list[Any]()

    def run() -> None:
        with node.open() as own:
            done.append(mint.mint(project.store, own, sender, RECIPIENT))

    thread = Thread(target=run)
    thread.start()
    nonce = chain.web3.eth.get_transaction_count(sender.address)
    while chain.web3.eth.get_transaction_count(sender.address, "pending") == nonce:
        assert thread.is_alive()
    dear_blocks(chain, 5 * 10**9, lambda: not thread.is_alive())
    (report,) = done
    assert (report.tokens, report.transactions) == (6, 1)
    assert chain.web3.eth.get_transaction_count(sender.address) == nonce + 1
    (mined,) = {record.tx_hash for record in project.store.mints(project.store.deployments()[0].id)}
    assert chain.web3.eth.get_transaction(mined)["maxFeePerGas"] >= 5 * 10**9
    assert prove(project, chain).findings == ()


def test_what_a_killed_run_left_waiting_is_outbid_by_the_next_one(
    project: Any, chain: Chain, node: Any, sender: Account
) -> None:
    deploy.deploy(project.store, chain, sender, project.settings(sender))
    ask(chain, "evm_setAutomine", False)
    (known,) = project.store.deployments()
    call = TokenContract(chain, known.address).mint_batch(RECIPIENT, 1, 6)
    nonce = chain.web3.eth.get_transaction_count(sender.address)
    left = send(chain, sender, prepared(chain, sender, call, (), "mint", nonce))
    project.store.record_mints(known.id, [Mint(number, RECIPIENT, left, "intended") for number in range(1, 7)])
    offered = chain.web3.eth.get_transaction(left)["maxFeePerGas"]
    thread = Thread(target=mint_in, args=(node, project, sender))
    thread.start()
    dear_blocks(chain, 2 * offered, lambda: not thread.is_alive())
    assert TokenContract(chain, known.address).next_token_id() == 7
    assert chain.web3.eth.get_transaction_count(sender.address) == nonce + 1


def mint_in(node: Any, project: Any, account: Account) -> None:
    with node.open() as own:
        mint.mint(project.store, own, account, RECIPIENT)


def test_nothing_is_outbid_that_is_not_ours_not_due_or_too_dear(
    project: Any, chain: Chain, first_account: Callable[[Chain], Account]
) -> None:
    account = first_account(chain)
    ask(chain, "evm_setAutomine", False)
    gift = {
        "from": account.address, "to": RECIPIENT, "value": 1, "gas": 21_000, "data": "0x", "chainId": chain.id,
        "nonce": chain.web3.eth.get_transaction_count(account.address),
        "maxFeePerGas": 3 * 10**9, "maxPriorityFeePerGas": 1,
    }  # fmt: skip
    waiting = send(chain, account, gift)
    stranger = Account(chain.web3.eth.accounts[1])
    bids, others = Bids(chain, account, waiting, gift), Bids(chain, stranger, waiting, gift)
    dear_blocks(chain, 4 * 10**9, iter([False, True]).__next__)
    assert (bids.raised(), others.raised()) == (None, None), "one dear block is none"
    dear_blocks(chain, 4 * 10**9, iter([False, False, False, True]).__next__)
    assert others.raised() is None, "it is another's"
    assert (second := bids.raised()) is not None
    assert chain.web3.eth.get_transaction(second)["nonce"] == gift["nonce"]
    dear_blocks(chain, 10**11, iter([False] * 4 + [True]).__next__)
    assert bids.raised() is None, "it would be more than four times what was offered"
