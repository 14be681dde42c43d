"""Artists who share: who is owed what, the splitter on every chain, and what `verify` finds wrong with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from collection.chain import deploy, mint
from collection.chain.compiled import artifact
from collection.chain.splitter import Payee, SplitterContract, deploy_splitter, payees_of, refuse_missing_addresses
from collection.config.publishing import Artist
from collection.errors import ChainError

ANNA, BEN, CLEO = (
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
)
ARTISTS = [Artist(name="Anna", address=ANNA, share=60), Artist(name="Ben", address=BEN, share=40)]


@pytest.mark.parametrize(
    ("artists", "shares"),
    [
        ([], []),
        ([("A", ANNA, 100)], []),
        ([("A", ANNA, 60), ("B", None, 40)], []),
        ([("A", ANNA, 60), ("A again", ANNA.lower(), 40)], []),
        ([("A", ANNA, 60), ("B", BEN, 40)], [60_000_000, 40_000_000]),
        ([("A", ANNA, 33.33), ("B", BEN, 33.33), ("A's other name", ANNA.lower(), 33.34)], [66_670_000, 33_330_000]),
        ([("A", ANNA, 0.1), ("B", BEN, 99.9)], [100_000, 99_900_000]),
        ([("A", ANNA, 33.3333333), ("B", BEN, 66.6666667)], [33_333_333, 66_666_667]),
    ],
)
def test_shares_are_those_of_the_metadata(artists, shares):
    found = payees_of(Artist(name=name, address=address, share=share) for name, address, share in artists)
    assert [payee.shares for payee in found] == shares
    assert [payee.address for payee in found] == [ANNA, BEN][: len(found)]


def test_a_share_without_an_address_is_refused_by_name():
    with pytest.raises(ChainError, match='"Cleo" has a share of 10 % and no address'):
        refuse_missing_addresses([*ARTISTS, Artist(name="Cleo", share=10)])
    refuse_missing_addresses([Artist(name="Anna", address=ANNA, share=90), Artist(name="Cleo", share=10)])


@pytest.fixture
def project(make_project, tmp_path, request):
    made = make_project(tmp_path, 3, name=request.node.name)
    told = {"artists": [artist.model_dump(mode="json") for artist in ARTISTS]}
    frozen = replace(made.freeze, root_cid=made.freeze.root_cid + "-shared", settings=told)
    tokens = [(item.token_id, item.token_id, item.image_sha256, item.metadata_sha256) for item in made.store.tokens()]
    made.freeze = made.store.add_freeze(frozen, tokens, "inputs", {})
    return made


def minted(project, chain, account, receiver):
    settings = replace(project.settings(account), royalty_receiver=receiver)
    deploy.deploy(project.store, chain, account, settings)
    mint.mint(project.store, chain, account, CLEO)


def test_royalties_go_to_a_splitter_that_owes_the_shares(project, chain, account, prove):
    splitter, gas = deploy_splitter(project.store, chain, account, payees_of(ARTISTS))
    assert gas > 0
    again, gas = deploy_splitter(project.store, chain, account, payees_of(ARTISTS))
    assert (again.address, again.status, gas) == (splitter.address, "confirmed", 0)
    minted(project, chain, account, splitter.address)
    assert prove(project, chain).findings == ()
    contract = SplitterContract(chain, splitter.address)
    assert contract.payees() == (Payee(ANNA, 60_000_000), Payee(BEN, 40_000_000))
    sent = chain.web3.eth.send_transaction({"from": account.address, "to": splitter.address, "value": 1_000})
    chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    before = chain.web3.eth.get_balance(BEN)
    contract.release(account, BEN)
    assert chain.web3.eth.get_balance(BEN) == before + 400
    assert (contract.due(ANNA), contract.due(BEN)) == (600, 0)
    with pytest.raises(ChainError, match="NothingDue"):
        contract.release(account, BEN)


class TestFindings:
    """A wrong splitter is named as one, whatever the records of the project say of it."""

    @pytest.fixture
    def chain(self, embedded_chain):
        return embedded_chain

    def found(self, project, chain, prove):
        report = prove(project, chain)
        assert report.proven == 0
        (finding,) = report.findings
        return finding.what, finding.why

    @pytest.mark.parametrize("shares", [(59, 41), (40, 60)])
    def test_other_shares_than_the_metadata_s(self, project, chain, account, prove, shares):
        others = [replace_share(artist, share) for artist, share in zip(ARTISTS, shares, strict=True)]
        splitter, _ = deploy_splitter(project.store, chain, account, payees_of(others))
        minted(project, chain, account, splitter.address)
        what, why = self.found(project, chain, prove)
        assert what == "splitter"
        assert f"{shares[0]} % to {ANNA}" in why and f"the metadata says 60 % to {ANNA}" in why

    def test_another_account_in_it(self, project, chain, account, prove):
        others = [ARTISTS[0], ARTISTS[1].model_copy(update={"address": CLEO})]
        splitter, _ = deploy_splitter(project.store, chain, account, payees_of(others))
        minted(project, chain, account, splitter.address)
        assert self.found(project, chain, prove)[0] == "splitter"

    def test_another_contract_in_its_place(self, project, chain, account, prove):
        splitter, _ = deploy_splitter(project.store, chain, account, payees_of(ARTISTS))
        project.store.drop_companion(splitter.id)
        minted(project, chain, account, ANNA)
        project.store.add_companion(replace(splitter, address=ANNA, status="confirmed"))
        assert self.found(project, chain, prove)[0] == "splitter"

    def test_a_contract_that_pays_another_splitter_than_it_was_deployed_with(self, project, chain, account, prove):
        first, _ = deploy_splitter(project.store, chain, account, payees_of(ARTISTS))
        others = [replace_share(artist, 50) for artist in ARTISTS]
        second, _ = deploy_splitter(project.store, chain, account, payees_of(others))
        minted(project, chain, account, second.address)
        report = prove(project, chain, settings={"royalty_receiver": first.address})
        assert report.findings[0].what == "royalties"

    def test_a_look_alike_of_the_splitter_with_one_byte_changed(self, project, chain, account, prove):
        splitter, _ = deploy_splitter(project.store, chain, account, payees_of(ARTISTS))
        compiled = artifact("Splitter")
        changed = bytearray(bytes.fromhex(compiled.bytecode[2:]))
        changed[-1] ^= 1
        factory = chain.web3.eth.contract(abi=compiled.abi, bytecode=bytes(changed))
        argument = [(payee.address, payee.shares) for payee in payees_of(ARTISTS)]
        sent = factory.constructor(argument).transact({"from": account.address})
        other = chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["contractAddress"]
        project.store.drop_companion(splitter.id)
        project.store.add_companion(replace(splitter, address=other, status="confirmed"))
        minted(project, chain, account, other)
        assert self.found(project, chain, prove)[0] == "splitter"


def replace_share(artist, share):
    return artist.model_copy(update={"share": share})
