"""Contracts that can do more than a bare token, on every chain: burned tokens, and a validator that is asked first."""

from __future__ import annotations

import itertools

import pytest

from collection.chain import deploy, mint
from collection.chain.compiled import TOKENS, artifact, recognised_token
from collection.chain.contract import TokenContract
from collection.chain.gas_plan import Wanted, plan_gas
from collection.chain.networks import find_network
from collection.chain.source_services.subjects import subject_of
from collection.chain.standard_json import standard_json
from collection.chain.token_kind import BARE, TokenKind, missing_validator
from collection.chain.transactions import carry_out
from collection.errors import ChainError

COUNT = 7
ALLOWS, REFUSES = "00", "60006000fd"
"""Code of validators: one stops without a word, the other reverts."""


@pytest.fixture
def project(make_project, tmp_path, request):
    return make_project(tmp_path, COUNT, name=request.node.name)


@pytest.fixture
def install(chain, account):
    """Put runtime code (hex) at a new address."""

    def installed(runtime):
        code = bytes.fromhex(runtime)
        loader = bytes.fromhex(f"60{len(code):02x}600c60003960{len(code):02x}6000f3")
        sent = chain.web3.eth.send_transaction({"from": account.address, "data": loader + code})
        return str(chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["contractAddress"])

    return installed


@pytest.fixture
def launch(project, chain, account):
    """Deploys a contract of a kind and mints the set to the account; returns the contract."""

    def launched(kind):
        report = deploy.deploy(project.store, chain, account, project.settings(account), kind)
        mint.mint(project.store, chain, account, account.address)
        return TokenContract(chain, report.address, kind.artifact)

    return launched


def send(contract, account, function, *arguments):
    made = contract.chain.web3.eth.contract(address=contract.address, abi=contract.artifact.abi)
    return carry_out(contract.chain, account, made.functions[function](*arguments), contract.artifact.abi, function)


def test_a_burned_token_is_gone_and_verify_does_not_cry_wolf(project, chain, account, launch, install, prove):
    refusing = install(REFUSES)
    contract = launch(TokenKind(burnable=True, validator=refusing))
    assert contract.is_genuine() and contract.validator() == refusing and contract.burned(range(1, COUNT + 1)) == []
    assert (prove(project, chain).findings, prove(project, chain).proven) == ((), COUNT)
    for token_id in (3, COUNT):
        send(contract, account, "burn", token_id)
    assert contract.burned(range(1, COUNT + 1)) == [3, COUNT]
    report = prove(project, chain)
    assert (report.findings, report.proven, report.burned) == ((), COUNT - 2, (3, COUNT))
    with pytest.raises(ChainError):
        send(contract, account, "transferFrom", account.address, chain.web3.eth.accounts[2], 1)
    send(contract, account, "setTransferValidator", install(ALLOWS))
    send(contract, account, "transferFrom", account.address, chain.web3.eth.accounts[2], 1)
    [finding] = prove(project, chain).findings
    assert (finding.what, refusing in finding.why) == ("validator", True)
    assert f"transfers are asked of {contract.validator()}" in finding.why


class TestEmbedded:
    """What does not depend on the chain is tried on one."""

    @pytest.fixture
    def chain(self, embedded_chain):
        return embedded_chain

    def test_each_kind_is_a_contract_of_its_own_and_recognised(self, install):
        validator, names = install(ALLOWS), set()
        for burnable, asked in itertools.product((False, True), (None, validator)):
            compiled = TokenKind(burnable=burnable, validator=asked).artifact
            assert recognised_token(compiled.deployed) == compiled
            assert compiled.has("burn") == burnable and compiled.has("setTransferValidator") == (asked is not None)
            names.add(compiled.name)
        assert names | {"RevealToken"} == set(TOKENS)
        assert BARE.artifact == artifact() and BARE.arguments() == [] and BARE.recorded() == {}

    def test_a_burned_token_with_a_wrong_first_owner_is_named(self, project, chain, account, launch, royalties, prove):
        contract = launch(TokenKind(burnable=True))
        [deployment] = project.store.deployments()
        send(contract, account, "burn", 2)
        minted = {each.token_id: each for each in project.store.mints(deployment.id)}
        wrong = [type(minted[2])(2, royalties, minted[2].tx_hash, "confirmed")]
        project.store.record_mints(deployment.id, wrong)
        [finding] = prove(project, chain).findings
        assert (finding.token_id, finding.what) == (2, "owner")
        assert finding.why == f"it was burned and was minted to {account.address}, not to {royalties}"

    def test_a_burned_token_is_proven_by_logs_where_its_transaction_is_not_on_record(
        self, project, chain, account, launch, prove
    ):
        contract = launch(TokenKind(burnable=True))
        [deployment] = project.store.deployments()
        send(contract, account, "burn", 2)
        project.store.record_mints(
            deployment.id,
            [
                type(each)(each.token_id, each.recipient, None, "confirmed")
                for each in project.store.mints(deployment.id)
            ],
        )
        report = prove(project, chain)
        assert (report.findings, report.burned) == ((), (2,))

    def test_the_plan_of_gas_is_of_the_kind_that_is_deployed(self, project, chain, account, install):
        settings, kind = project.settings(account), TokenKind(burnable=True, validator=install(ALLOWS))
        plans = [
            plan_gas(chain, account.address, Wanted(settings, (), None, {}, freeze=False, kind=each))
            for each in (BARE, kind)
        ]
        bare, more = (plan.steps[0].gas for plan in plans)
        report = deploy.deploy(project.store, chain, account, settings, kind)
        assert more > bare + 200_000 and abs(report.gas - more) < 1_000

    def test_the_source_of_each_kind_is_published_with_its_arguments(self, project, chain, launch, install):
        validator = install(ALLOWS)
        launch(TokenKind(burnable=True, validator=validator))
        subject = subject_of(chain, project.store.deployments()[-1])
        assert subject.compiled.name == "BurnableValidatedToken"
        assert validator[2:].lower() in subject.arguments
        assert "src/TransferValidation.sol" in standard_json(subject.compiled)["sources"]

    def test_a_validator_that_is_not_there_is_told_here_and_refused_elsewhere(self, chain, account, monkeypatch):
        kind = TokenKind(validator=account.address)
        assert f"no contract at {account.address} on embedded" in missing_validator(chain, kind)
        assert missing_validator(chain, BARE) is None
        monkeypatch.setattr(chain, "network", find_network("sepolia"))
        with pytest.raises(ChainError, match="every transfer would fail"):
            missing_validator(chain, kind)
