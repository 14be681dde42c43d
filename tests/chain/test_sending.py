"""What becomes of a transaction on its way: another takes its place, the account is poor, nobody agreed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from collection.chain import deploy, mint
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.freeze_metadata import freeze_metadata
from collection.chain.networks import NETWORKS, Network
from collection.chain.transactions import Account, find_account
from collection.errors import ChainError, UsageError

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
    for send in (
        lambda: mint.mint(project.store, chain, account, RECIPIENT),
        lambda: freeze_metadata(project.store, chain, account),
    ):
        with pytest.raises(UsageError, match="nothing was sent"):
            send()
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
