"""One suite of deploy, mint and verify for every chain."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from collection.chain import deploy, mint
from collection.chain.compiled import artifact
from collection.chain.contract import TokenContract, TokenSettings
from collection.chain.freeze_metadata import freeze_metadata
from collection.chain.transactions import Account, find_account
from collection.errors import ChainError, PublishError
from collection.store.store import Store
from collection.verify.expected import expected_state
from collection.verify.verify import verify

RECIPIENT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"  # the second account of Anvil's mnemonic


@pytest.fixture
def project(make_project, tmp_path, request):
    return make_project(tmp_path, 10, name=request.node.name)


def test_from_frozen_to_proven(project, chain, account, prove):
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
    assert contract.token_uris([10, 2]) == {
        number: f"ipfs://{project.freeze.metadata_cid}/{number}.json" for number in (10, 2)
    }

    report = prove(project, chain)
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


def test_a_signed_transaction_does_the_same_as_the_node_s_own(project, chain, account, prove, monkeypatch):
    monkeypatch.setenv("ARTIST_KEY", KEY)
    signer = find_account(chain, "env:ARTIST_KEY")
    gift = {"from": account.address, "to": signer.address, "value": 10**18}
    chain.web3.eth.wait_for_transaction_receipt(chain.web3.eth.send_transaction(gift), poll_latency=0.01)
    deployed = deploy.deploy(project.store, chain, signer, project.settings(signer))
    mint.mint(project.store, chain, signer, RECIPIENT)
    assert TokenContract(chain, deployed.address).owner() == signer.address
    assert prove(project, chain).proven == 10


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


def test_batches_stay_under_the_gas_that_a_transaction_may_use(
    make_project, tmp_path, chain, account, request, monkeypatch
):
    """1,000 tokens need about 2 million gas: they do not fit into transactions of 1.2 million."""
    project = make_project(tmp_path, 1000, name=request.node.name)
    deploy.deploy(project.store, chain, account, project.settings(account))
    monkeypatch.setattr(type(chain), "gas_limit", lambda self: 1_200_000)
    report = mint.mint(project.store, chain, account, RECIPIENT, batch=1000)
    assert report.tokens == 1000
    assert report.transactions == 2
    heaviest = max(
        chain.web3.eth.get_transaction(each)["gas"]
        for each in {mint.tx_hash for mint in project.store.mints(project.store.deployments()[0].id)}
    )
    assert 1_000_000 < heaviest <= 1_200_000


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


OTHER = np.zeros((2, 5, 3), np.uint8)
"""Pixels of no picture."""


class TestFindings:
    """Each thing that can be wrong has a finding of its own name."""

    @pytest.fixture
    def minted(self, project, chain, account):
        deploy.deploy(project.store, chain, account, project.settings(account))
        mint.mint(project.store, chain, account, RECIPIENT)
        return project

    @pytest.fixture
    def found(self, minted, chain, prove):
        def look(**changes):
            report = prove(minted, chain, **changes)
            return [(finding.token_id, finding.what) for finding in report.findings], report

        return look

    def test_each_unreadable_file_costs_one_token(self, minted, found):
        images, metadata = minted.freeze.images_cid, minted.freeze.metadata_cid
        minted.content[f"ipfs://{metadata}/2.json"] = b"{}"
        del minted.content[f"ipfs://{images}/3.png"]
        findings, report = found(rerender=lambda metadata: OTHER)
        assert findings == [(1, "rendering"), (2, "metadata"), (3, "image"), (7, "rendering")]
        assert (report.proven, report.rerendered) == (6, 0)
        assert minted.store.counts()["verified"] == 6

    def test_one_bad_rendering_leaves_the_others_proven(self, minted, found):
        findings, report = found(rerender=lambda metadata: OTHER, sample=(7,))
        assert findings == [(7, "rendering")]
        assert (report.proven, report.rerendered) == (9, 0)
        assert minted.store.counts()["verified"] == 9

    def test_a_recipe_that_is_missing_costs_one_token(self, minted, found):
        def rerender(metadata):
            raise PublishError("its metadata carries no recipe")

        findings, report = found(rerender=rerender, sample=(7,))
        assert (findings, report.proven) == ([(7, "rendering")], 9)

    @pytest.mark.parametrize("name", ["name", "symbol", "provenance", "contract_uri", "owner"])
    def test_a_contract_that_differs_proves_nothing(self, minted, found, account, name):
        findings, report = found(settings={name: RECIPIENT if name == "owner" else "other"})
        assert findings == [(None, "uri" if name == "contract_uri" else name)]
        assert report.proven == 0

    @pytest.mark.parametrize(
        "settings", [{"royalty_basis_points": 499}, {"royalty_receiver": RECIPIENT}], ids=["percent", "receiver"]
    )
    def test_other_royalties_than_were_deployed(self, found, settings):
        assert found(settings=settings)[0] == [(None, "royalties")]

    def test_supply(self, found):
        assert found(settings={"max_supply": 11})[0] == [(None, "supply")]

    def test_an_owner_who_was_given_up_is_no_finding(self, minted, found, chain, account):
        token = chain.web3.eth.contract(address=minted.store.deployments()[0].address, abi=artifact().abi)
        for call in (token.functions.freezeMetadata(), token.functions.renounceOwnership()):
            sent = call.transact({"from": account.address})
            chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        findings, report = found()
        assert (findings, report.proven) == ([], 10)

    def test_token_uri(self, minted, found):
        elsewhere = "ipfs://elsewhere/"
        minted.content |= {
            uri.replace(f"ipfs://{minted.freeze.metadata_cid}/", elsewhere): data
            for uri, data in minted.content.items()
        }
        findings, _ = found(settings={"base_uri": elsewhere})
        assert findings == [(None, "uri"), *((token_id, "uri") for token_id in range(1, 11))]

    def test_owner(self, minted, found, account):
        known = minted.store.deployments()[0]
        tx_hash = minted.store.mints(known.id)[0].tx_hash
        minted.store.record_mints(known.id, [mint.Mint(4, account.address, tx_hash, "confirmed")])
        assert found()[0] == [(4, "owner")]

    def test_a_receipt_that_is_not_that_of_the_token(self, minted, found):
        """Of a transaction that nobody knows, and of one that minted other tokens."""
        known = minted.store.deployments()[0]
        deployed = [mint.Mint(3, RECIPIENT, known.tx_hash, "confirmed")]
        minted.store.record_mints(known.id, [mint.Mint(2, RECIPIENT, "0x" + "11" * 32, "confirmed"), *deployed])
        findings, report = found()
        assert (findings, report.proven) == ([(2, "receipt"), (3, "receipt")], 8)

    def test_a_contract_of_another_deployer(self, minted, found, chain):
        """A look-alike with the same settings and tokens, put into the records in place of the true one."""
        stranger = Account(chain.web3.eth.accounts[4])
        known = minted.store.deployments()[0]
        settings = minted.settings(Account(known.deployer))
        compiled = artifact()
        factory = chain.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
        sent = factory.constructor(settings.as_argument()).transact({"from": stranger.address})
        receipt = chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        minted.store.drop_deployment(known.id)
        minted.store.add_deployment(replace(known, address=receipt["contractAddress"]))
        findings, report = found()
        assert findings[0] == (None, "address")
        assert report.proven == 0

    def test_a_creation_that_is_not_on_record(self, minted, found):
        """A transaction that nobody knows, and one that created nothing, in place of the one that did."""
        known = minted.store.deployments()[0]
        forged = ["0x" + "11" * 32, minted.store.mints(known.id)[0].tx_hash]
        for tx_hash in forged:
            minted.store.update_deployment(known.id, tx_hash=tx_hash, status="confirmed")
            findings, report = found()
            assert (findings, report.proven) == ([(None, "receipt")], 0)

    def test_a_contract_of_a_version_that_is_not_known(self, minted, found):
        known = minted.store.deployments()[0]
        minted.store.add_deployment(replace(known, artifact_sha256="00" * 32))
        findings, report = found()
        assert (findings, report.proven) == ([(None, "code")], 0)
        assert "a newer one may" in report.findings[0].why

    def test_metadata_that_can_be_moved_is_told_and_freezing_it_ends_that(self, minted, found, chain, account):
        assert found()[1].metadata_frozen is False
        first = freeze_metadata(minted.store, chain, account)
        assert first.gas > 0
        assert freeze_metadata(minted.store, chain, account).gas == 0
        assert found()[1].metadata_frozen is True
        token = TokenContract(chain, first.address)
        assert token.metadata_frozen()

    def test_metadata_that_was_frozen_once_must_stay_so(self, minted, found):
        minted.store.record_metadata_frozen(minted.store.deployments()[0], frozen=True)
        findings, report = found()
        assert (findings, report.proven) == ([(None, "frozen")], 0)

    def test_metadata_that_lies_elsewhere_is_not_frozen_for_ever(self, minted, chain, account):
        token = chain.web3.eth.contract(address=minted.store.deployments()[0].address, abi=artifact().abi)
        sent = token.functions.setBaseURI("ipfs://elsewhere/").transact({"from": account.address})
        chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        with pytest.raises(ChainError, match="ipfs://elsewhere/"):
            freeze_metadata(minted.store, chain, account)

    def test_each_storage_is_read_and_named(self, minted, found):
        emptied = replace(minted, content={**minted.content, f"ipfs://{minted.freeze.images_cid}/6.png": b"x"})
        sources = [minted.source("whole"), emptied.source("worn")]
        findings, report = found(sources=sources, unreadable={"gone": "cannot be reached"})
        assert findings == [(None, "storage"), (6, "image")]
        assert [finding.why.split(":")[0] for finding in report.findings] == ["gone", "worn"]
        assert (report.proven, report.sources) == (9, ("whole", "worn"))

    def test_no_storage_proves_nothing(self, found):
        findings, report = found(sources=[], unreadable={"car": "is damaged"})
        assert (findings, report.proven, report.rerendered) == ([(None, "storage")], 0, 0)

    def test_tokens_that_were_never_minted_are_open_again(self, minted, found, project, chain):
        known = minted.store.deployments()[0]
        minted.store.record_mints(known.id, [mint.Mint(11, RECIPIENT, None, "confirmed")])
        found()
        assert minted.store.mints(known.id)[-1].status == "intended"


def test_what_another_program_minted_to_a_stranger_is_found(project, chain, account, prove):
    """The recipient comes from the records of this project, not from the chain."""
    stranger = chain.web3.eth.accounts[5]
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    token = chain.web3.eth.contract(address=address, abi=artifact().abi)
    sent = token.functions.mintBatch(stranger, 1, 3).transact({"from": account.address})
    chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    assert mint.mint(project.store, chain, account, RECIPIENT).tokens == 7
    report = prove(project, chain)
    assert [(finding.token_id, finding.what) for finding in report.findings] == [(n, "owner") for n in (1, 2, 3)]
    assert all(stranger in finding.why and RECIPIENT in finding.why for finding in report.findings)
    assert report.proven == 7


def test_an_earlier_frozen_set_is_proven_after_a_new_one(project, chain, account, prove, make_project, tmp_path):
    deploy.deploy(project.store, chain, account, project.settings(account))
    mint.mint(project.store, chain, account, RECIPIENT)
    again = make_project(tmp_path, 12, name="again")
    assert deploy.pending(again.store, chain.id)
    assert prove(project, chain).proven == 10
    deploy.deploy(again.store, chain, account, again.settings(account))
    mint.mint(again.store, chain, account, RECIPIENT)
    both = replace(project, content=project.content | again.content)
    first, second = (
        verify(both.store, chain, expected_state(both.store, each), [both.source()], lambda _: "")
        for each in both.store.deployments()
    )
    assert (first.proven, first.findings, second.proven, second.findings) == (10, (), 12, ())


def test_a_deployment_of_an_older_version_is_proven_without_what_it_did_not_record(project, chain, account, prove):
    deploy.deploy(project.store, chain, account, project.settings(account))
    mint.mint(project.store, chain, account, RECIPIENT)
    known = project.store.deployments()[0]
    project.store.drop_deployment(known.id)
    old = project.store.add_deployment(replace(known, settings=None, block=None))
    project.store.record_mints(old.id, [mint.Mint(n, RECIPIENT, None, "confirmed") for n in range(1, 11)])
    assert (prove(project, chain).findings, prove(project, chain).proven) == ((), 10)


def test_a_deployment_keeps_what_it_was_told_and_where_it_is(project, chain, account):
    settings = project.settings(account)
    known = chain.web3.eth.block_number
    deploy.deploy(project.store, chain, account, settings)
    kept = project.store.deployments()[0]
    assert TokenSettings(**kept.settings) == settings
    assert kept.block == known + 1


def test_a_token_that_was_given_away_is_proven_as_before(project, chain, account, prove):
    first_holder, second_holder = chain.web3.eth.accounts[2:4]
    address = deploy.deploy(project.store, chain, account, project.settings(account)).address
    mint.mint(project.store, chain, account, first_holder)
    token = chain.web3.eth.contract(address=address, abi=artifact().abi)
    gift = token.functions.transferFrom(first_holder, second_holder, 4).transact({"from": first_holder})
    chain.web3.eth.wait_for_transaction_receipt(gift, poll_latency=0.01)
    contract = TokenContract(chain, address)
    assert contract.owners_of([4, 5]) == {4: second_holder, 5: first_holder}
    assert contract.minted_to([4, 5], 0) == {4: first_holder, 5: first_holder}
    assert prove(project, chain).findings == ()
