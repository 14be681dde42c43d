"""One suite of deploy, mint and verify for every chain."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from collection.chain import deploy, mint
from collection.chain.contract import TokenContract, artifact
from collection.chain.transactions import Account, find_account
from collection.errors import ChainError
from collection.store.store import Store
from collection.verify import verify

RECIPIENT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"  # the second account of Anvil's mnemonic


@pytest.fixture
def project(make_project, tmp_path, request):
    return make_project(tmp_path, 10, name=request.node.name)


@pytest.fixture
def chain(place):
    with place.open() as opened:
        yield opened


@pytest.fixture
def account(chain, first_account):
    return first_account(chain)


def test_from_frozen_to_proven(project, chain, account, make_evidence):
    store = project.store
    assert deploy.pending(store, chain.id)
    deployed = deploy.deploy(store, chain, account, project.settings(account))
    assert deployed.gas > 0
    assert not deploy.pending(store, chain.id)

    assert mint.pending(store, chain.id) == list(range(1, 11))
    seen = []
    minted = mint.mint(store, chain, account, RECIPIENT, batch=4, progress=lambda *step: seen.append(step))
    assert (minted.tokens, minted.transactions) == (10, 3)
    assert seen == [(4, 10), (8, 10), (10, 10)]
    assert mint.pending(store, chain.id) == []

    contract = TokenContract(chain, deployed.address)
    assert {contract.owner_of(token_id) for token_id in range(1, 11)} == {RECIPIENT}
    assert contract.next_token_id() == 11
    assert contract.token_uri(10) == f"ipfs://{project.freeze.metadata_cid}/10.json"

    report = verify.verify(store, chain, make_evidence(project, account))
    assert report.findings == ()
    assert (report.tokens, report.proven, report.rerendered) == (10, 10, 2)
    assert store.counts()["minted"] == 10
    assert store.counts()["verified"] == 10


def test_a_second_run_does_nothing(project, chain, account):
    first = deploy.deploy(project.store, chain, account, project.settings(account))
    mint.mint(project.store, chain, account, RECIPIENT)
    nonce = chain.web3.eth.get_transaction_count(account.address)
    again = deploy.deploy(project.store, chain, account, project.settings(account))
    assert (again.address, again.gas) == (first.address, 0)
    assert mint.mint(project.store, chain, account, RECIPIENT) == mint.MintReport(0, 0, 0)
    assert chain.web3.eth.get_transaction_count(account.address) == nonce


def test_the_world_is_read_back_when_the_store_knows_only_intents(project, chain, account):
    """As after a kill between sending and the receipt: the store lost what the chain knows."""
    store = project.store
    first = deploy.deploy(store, chain, account, project.settings(account))
    mint.mint(store, chain, account, RECIPIENT, batch=5)
    known = store.deployment(chain.id, project.freeze.root_cid)
    store.update_deployment(known.id, tx_hash=None, status="intended")
    store.record_mints(known.id, [mint.Mint(token_id, RECIPIENT, None, "intended") for token_id in range(3, 11)])

    assert deploy.deploy(store, chain, account, project.settings(account)).address == first.address
    assert mint.mint(store, chain, account, RECIPIENT).tokens == 0
    assert Counter(each.status for each in store.mints(known.id)) == {"confirmed": 10}


def test_a_signed_transaction_does_the_same_as_the_node_s_own(project, chain, account, make_evidence, monkeypatch):
    monkeypatch.setenv("ARTIST_KEY", KEY)
    signer = find_account(chain, "env:ARTIST_KEY")
    gift = {"from": account.address, "to": signer.address, "value": 10**18}
    chain.web3.eth.wait_for_transaction_receipt(chain.web3.eth.send_transaction(gift), poll_latency=0.01)
    deployed = deploy.deploy(project.store, chain, signer, project.settings(signer))
    mint.mint(project.store, chain, signer, RECIPIENT)
    assert TokenContract(chain, deployed.address).owner() == signer.address
    assert verify.verify(project.store, chain, make_evidence(project, signer)).proven == 10


def test_only_the_owner_s_account_mints_and_the_reason_is_told(project, chain, account):
    deploy.deploy(project.store, chain, account, project.settings(account))
    stranger = Account(chain.web3.eth.accounts[3])
    with pytest.raises(ChainError, match=rf"OwnableUnauthorizedAccount\(account {stranger.address.lower()}\)"):
        mint.mint(project.store, chain, stranger, RECIPIENT)
    assert len(mint.pending(project.store, chain.id)) == 10


def test_a_poor_account_is_told_so(project, chain, monkeypatch):
    monkeypatch.setenv("ARTIST_KEY", "0x" + "77" * 32)
    poor = find_account(chain, "env:ARTIST_KEY")
    with pytest.raises(ChainError, match=r"(?i)afford|funds"):
        deploy.deploy(project.store, chain, poor, project.settings(poor))


def test_batches_stay_under_the_gas_that_a_transaction_may_use(make_project, tmp_path, chain, account, request):
    """1,000 tokens need about 25 million gas: under no cap of 2**24 do they fit into one transaction."""
    project = make_project(tmp_path, 1000, name=request.node.name)
    deploy.deploy(project.store, chain, account, project.settings(account))
    report = mint.mint(project.store, chain, account, RECIPIENT, batch=1000)
    assert report.tokens == 1000
    assert report.transactions == 2
    heaviest = max(
        chain.web3.eth.get_transaction(each)["gas"]
        for each in {mint.tx_hash for mint in project.store.mints(project.store.deployments()[0].id)}
    )
    assert heaviest <= 2**24


def test_mint_without_a_contract_names_the_stage_before_it(project, chain, account):
    with pytest.raises(ChainError) as caught:
        mint.mint(project.store, chain, account, RECIPIENT)
    assert caught.value.hint == "collection deploy"


def test_nothing_frozen_names_the_stage_before_it(chain, account, tmp_path, make_project):
    empty = make_project(tmp_path, 0, name="empty")
    (tmp_path / "fresh").mkdir()
    store = Store(tmp_path / "fresh" / "collection.db")
    with pytest.raises(ChainError) as caught:
        deploy.deploy(store, chain, account, empty.settings(account))
    store.close()
    assert caught.value.hint == "collection freeze"


class TestFindings:
    """Each thing that can be wrong has a finding of its own name."""

    @pytest.fixture
    def minted(self, project, chain, account):
        deploy.deploy(project.store, chain, account, project.settings(account))
        mint.mint(project.store, chain, account, RECIPIENT)
        return project

    @pytest.fixture
    def found(self, minted, chain, account, make_evidence):
        def look(**changes):
            report = verify.verify(minted.store, chain, make_evidence(minted, account, **changes))
            return [(finding.token_id, finding.what) for finding in report.findings], report

        return look

    def test_content(self, minted, found):
        images, metadata = minted.freeze.images_cid, minted.freeze.metadata_cid
        minted.content[f"ipfs://{metadata}/2.json"] = b"{}"
        del minted.content[f"ipfs://{images}/3.png"]
        findings, report = found(rerender=lambda metadata: "other")
        assert findings[1:] == [(1, "rendering"), (2, "metadata"), (3, "image"), (7, "rendering")]
        assert findings[0] == (None, "provenance"), "it is hashed anew from the images that could be read"
        assert (report.proven, report.rerendered) == (0, 0)
        assert minted.store.counts()["verified"] == 0

    def test_one_bad_rendering_leaves_the_others_proven(self, minted, found):
        findings, report = found(rerender=lambda metadata: "other", sample=(7,))
        assert findings == [(7, "rendering")]
        assert (report.proven, report.rerendered) == (9, 0)
        assert minted.store.counts()["verified"] == 9

    def test_chain(self, minted, found, account):
        settings = replace(
            minted.settings(account), royalty_basis_points=499, max_supply=11, contract_uri="ipfs://elsewhere"
        )
        findings, report = found(settings=settings, provenance=lambda images: "00" * 32)
        assert Counter(what for _, what in findings) == {"supply": 1, "provenance": 1, "royalties": 1, "uri": 1}
        assert report.proven == 0

    def test_token_uri(self, minted, found, account):
        elsewhere = "ipfs://elsewhere/"
        minted.content |= {
            uri.replace(f"ipfs://{minted.freeze.metadata_cid}/", elsewhere): data
            for uri, data in minted.content.items()
        }
        findings, _ = found(settings=replace(minted.settings(account), base_uri=elsewhere))
        assert findings == [(token_id, "uri") for token_id in range(1, 11)]

    def test_owner(self, minted, found, account):
        known = minted.store.deployments()[0]
        minted.store.record_mints(known.id, [mint.Mint(4, account.address, None, "confirmed")])
        assert found()[0] == [(4, "owner")]


def test_a_token_that_was_given_away_is_proven_as_before(project, chain, account, make_evidence):
    first_holder, second_holder = chain.web3.eth.accounts[2:4]
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    mint.mint(project.store, chain, account, first_holder)
    token = chain.web3.eth.contract(address=address, abi=artifact().abi)
    gift = token.functions.transferFrom(first_holder, second_holder, 4).transact({"from": first_holder})
    chain.web3.eth.wait_for_transaction_receipt(gift, poll_latency=0.01)
    contract = TokenContract(chain, address)
    assert (contract.owner_of(4), contract.minted_to(4)) == (second_holder, first_holder)
    assert verify.verify(project.store, chain, make_evidence(project, account)).findings == ()
