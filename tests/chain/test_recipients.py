"""Lists of owners: read, looked at, recorded, minted each once, and what `verify` compares with."""

from __future__ import annotations

import pytest

from collection.chain import deploy, mint
from collection.chain.compiled import artifact
from collection.chain.mint_batches import LIST_BATCH, next_batch
from collection.chain.recipients import Line, assigned, classify, read_list
from collection.errors import ChainError, UsageError

A, B, C = (
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
)
# Runtime code: answers onERC721Received with its selector; reverts; and an account that delegates (EIP-7702).
ACCEPTS, REJECTS = "63150b7a0260e01b60005260206000f3", "60006000fd"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"address,count\n{A},2\n{B},1\n", [Line(2, A, 2), Line(3, B)]),
        (f"\ufeffAddress, Token\r\n{A} , 7\r\n\r\n{B.lower()},3\r\n", [Line(2, A, token=7), Line(4, B, token=3)]),
        (f"{A}\n{A}\n", [Line(1, A), Line(2, A)]),
        (f"address,image\n{A},7\n{A},7", [Line(2, A, image=7), Line(3, A, image=7)]),
        (f"address\n{A}", [Line(2, A)]),
        ("alice.eth\n", [Line(1, "alice.eth")]),
    ],
)
def test_lists_are_read(text, lines):
    assert read_list(text, "list.csv") == lines


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no owners"),
        (f"address,price\n{A},1", "line 1: the columns are address, price"),
        (f"{A},1", "line 1: 2 values, where 1 are expected"),
        (f"address,count\n{A}", "line 2: 1 values"),
        (f"address,count\n{A},0", 'line 2: count is "0"'),
        (f"address,count\n{A},-1", 'count is "-1"'),
        (f"address,token\n{A},1.5", 'token is "1.5"'),
        (f"address,count\n{A[:-1]}9,1", "line 2: .* is no address"),
        ("address\n0x" + "00" * 20, "is no address that tokens can go to"),
        ("Alice.eth", 'line 1: "Alice.eth" is no address'),
    ],
)
def test_a_wrong_line_is_named(text, words):
    with pytest.raises(UsageError, match=words):
        read_list(text, "list.csv")


def test_tokens_are_given_out_in_order_and_each_once():
    counted = [Line(1, A, 2), Line(2, B, 1)]
    assert assigned(counted, [3, 4, 6, 7], [3, 4, 5, 6, 7], "list.csv") == {3: A, 4: A, 6: B}
    with pytest.raises(UsageError, match="gives out 3 tokens, and 2 are not given out yet"):
        assigned(counted, [3, 4], [3, 4], "list.csv")
    named = [Line(1, A, token=5), Line(2, B, token=3)]
    assert list(assigned(named, [3], [3, 5], "list.csv").items()) == [(3, B), (5, A)]
    with pytest.raises(UsageError, match="line 1: token 5 is minted already"):
        assigned(named, [], [3], "list.csv")
    with pytest.raises(UsageError, match="line 2: token 5 is named twice"):
        assigned([Line(1, A, token=5), Line(2, B, token=5)], [], [5], "list.csv")


def test_long_runs_are_minted_as_runs_and_the_rest_as_lists():
    to = {number: A if number <= 40 else f"0x{number:040x}" for number in range(1, 1001)}
    assert next_batch(range(1, 1001), to, 500) == list(range(1, 41))
    assert next_batch(range(41, 1001), to, 500) == list(range(41, 41 + LIST_BATCH))
    mixed = {1: A, 2: B, 3: B, **dict.fromkeys(range(4, 50), C)}
    assert next_batch(range(1, 50), mixed, 500) == [1, 2, 3]
    assert next_batch([1], mixed, 500) == [1]


@pytest.fixture
def project(make_project, tmp_path, request):
    return make_project(tmp_path, 12, name=request.node.name)


def install(chain, account, runtime):
    code = bytes.fromhex(runtime)
    loader = bytes.fromhex(f"60{len(code):02x}600c60003960{len(code):02x}6000f3")
    sent = chain.web3.eth.send_transaction({"from": account.address, "data": loader + code})
    return str(chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["contractAddress"])


def test_owners_are_told_apart_by_their_code(chain, account):
    accepts, rejects = install(chain, account, ACCEPTS), install(chain, account, REJECTS)
    token = install(chain, account, "00")
    kinds = classify(chain, [A, accepts, rejects, A], token, account.address)
    assert (kinds.accounts, kinds.contracts, kinds.refusing) == ([A], [accepts], [rejects])
    with pytest.raises(ChainError, match="own contract"):
        classify(chain, [token], token, account.address)


def test_an_account_that_delegates_is_an_account(anvil_place, first_account):
    """EIP-7702: its code is the delegation; whether it takes safe transfers depends on what it delegates to."""
    with anvil_place.open() as chain:
        account = first_account(chain)
        accounts = ["0x" + "a1" * 20, "0x" + "a2" * 20]
        for address, runtime in zip(accounts, (ACCEPTS, REJECTS), strict=True):
            code = "0xef0100" + install(chain, account, runtime)[2:]
            chain.web3.provider.make_request("anvil_setCode", [address, code])
        kinds = classify(chain, accounts, install(chain, account, "00"), account.address)
        assert ([each.lower() for each in kinds.delegated], [each.lower() for each in kinds.delegated_silent]) == (
            [accounts[0]],
            [accounts[1]],
        )


def test_a_plan_is_minted_to_its_owners_and_proven(project, chain, account, prove):
    store = project.store
    deploy.deploy(store, chain, account, project.settings(account))
    store.plan_recipients(project.freeze, {1: A, 2: B, 3: A, 5: C})
    first = mint.mint(store, chain, account, account.address, last=5)
    assert (first.tokens, first.transactions) == (5, 1)
    rest = mint.mint(store, chain, account, C)
    assert (rest.tokens, rest.transactions) == (7, 1)
    owners = {each.token_id: each.recipient for each in store.mints(store.deployments()[-1].id)}
    assert owners == {1: A, 2: B, 3: A, 4: account.address, 5: C, **dict.fromkeys(range(6, 13), C)}
    assert prove(project, chain).findings == ()
    assert mint.mint(store, chain, account, C).tokens == 0


def test_what_went_elsewhere_than_the_list_says_is_found(project, chain, account, prove):
    """Another program minted the tokens of the list to a stranger: what the chain says is not what was planned."""
    stranger = chain.web3.eth.accounts[5]
    project.store.plan_recipients(project.freeze, {1: A, 2: B})
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    token = chain.web3.eth.contract(address=address, abi=artifact().abi)
    sent = token.functions.mintBatch(stranger, 1, 2).transact({"from": account.address})
    chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    mint.mint(project.store, chain, account, C)
    report = prove(project, chain)
    assert [(finding.token_id, finding.what) for finding in report.findings] == [(1, "owner"), (2, "owner")]
    assert all(owner in finding.why for owner, finding in zip((A, B), report.findings, strict=True))


def test_the_contract_itself_on_a_list_is_refused(project, chain, account):
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    project.store.plan_recipients(project.freeze, {4: address})
    with pytest.raises(ChainError, match="the contract itself"):
        mint.mint(project.store, chain, account, A)
