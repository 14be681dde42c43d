"""The gas plan: what is told before is what is paid after, on every chain, and who cannot pay is told at the start."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from eth_abi.abi import decode
from eth_utils.crypto import keccak

from collection.chain import deploy, mint
from collection.chain.fees import Price, data_fee, rules_of
from collection.chain.freeze_metadata import freeze_metadata
from collection.chain.gas_plan import GasPlan, Step, Wanted, plan_gas, refuse_poor
from collection.chain.networks import find_network
from collection.chain.simulation import Call
from collection.chain.splitter import Payee, deploy_splitter
from collection.errors import ChainError

A, B = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
ESTIMATE = "gasEstimateL1Component(address,bool,bytes)"
PAYEES = (Payee(A, 60_000_000), Payee(B, 40_000_000))


@pytest.fixture
def project(make_project, tmp_path, request):
    return make_project(tmp_path, 60, name=request.node.name)


def test_what_was_told_is_what_is_paid(project, chain, account):
    store, settings = project.store, project.settings(account)
    fresh = [f"0x{number:040x}" for number in range(0xABC000, 0xABC020)]
    store.plan_recipients(project.freeze, dict(enumerate(fresh, start=1)))
    to = mint.planned_owners(store, A)
    plan = plan_gas(chain, account.address, Wanted(settings, PAYEES, None, to, freeze=True))
    told = {step.what: step.gas for step in plan.steps}
    assert list(told) == [
        "deploy the splitter", "deploy the contract", "mint 32 to 32 owners", "mint 28 to one owner",
        "freeze the metadata",
    ]  # fmt: skip
    assert chain.web3.eth.get_transaction_count(account.address) == chain.web3.eth.get_transaction_count(
        account.address, "pending"
    )
    splitter, paid = deploy_splitter(store, chain, account, PAYEES)
    spent = [paid] if paid else [told["deploy the splitter"]]  # another test's splitter serves
    deployed = deploy.deploy(store, chain, account, replace(settings, royalty_receiver=splitter.address))
    lists = mint.mint(store, chain, account, A, last=32)

    # what is left is planned from where the chain stands
    rest = Wanted(settings, (), deployed.address, dict.fromkeys(range(33, 61), A), freeze=True)
    again = plan_gas(chain, account.address, rest)
    assert [step.what for step in again.steps] == ["mint 28 to one owner", "freeze the metadata"]
    run = mint.mint(store, chain, account, A)
    spent += [deployed.gas, lists.gas, run.gas, freeze_metadata(store, chain, account).gas]
    for step, gas in zip(plan.steps, spent, strict=True):
        assert step.gas == pytest.approx(gas, rel=0.02), step.what
    assert [step.gas for step in again.steps] == pytest.approx(spent[-2:], rel=0.02)
    done = Wanted(settings, (), deployed.address, {}, freeze=False)
    assert plan_gas(chain, account.address, done).total == 0


def test_batches_that_are_alike_are_tried_once(embedded, first_account, project):
    with embedded.open() as chain:
        account = first_account(chain)
        to = dict.fromkeys(range(1, 1801), A)
        wanted = Wanted(project.settings(account), (), None, to, freeze=False)
        wanted = replace(wanted, settings=replace(wanted.settings, max_supply=1800))
        plan = plan_gas(chain, account.address, wanted)
        assert [(step.what, step.times) for step in plan.steps] == [
            ("deploy the contract", 1), ("mint 500 to one owner", 1), ("mint 500 to one owner", 2),
            ("mint 300 to one owner", 1),
        ]  # fmt: skip
        assert plan.steps[1].gas > plan.steps[2].gas
        assert chain.web3.eth.block_number == 0, "nothing was sent"


def test_what_is_needed_covers_every_step_at_its_highest_price():
    price = Price(now=10, most=20)
    plan = GasPlan([Step("deploy", 1, 1_000_000, 0), Step("mint", 3, 100_000, 7)], price, "", None)
    assert plan.total == 10_000_000 + 3 * 1_000_007
    assert plan.needed == 1_100_000 * 20, "the first step alone wants its whole limit at the highest price"
    small_first = GasPlan([Step("a", 1, 10, 0), Step("b", 1, 1000, 0)], price, "", None)
    assert small_first.needed == 100 + 1_100 * 20
    assert GasPlan([], price, "", None).needed == 0


def test_an_account_that_cannot_pay_the_whole_is_told_what_is_missing(project, chain, first_account):
    account, poor = first_account(chain), "0x" + "77" * 20
    wanted = Wanted(project.settings(account), (), None, dict.fromkeys(range(1, 61), A), freeze=False)
    plan = plan_gas(chain, account.address, wanted)
    with pytest.raises(ChainError, match=r"all that is left to do \(2 transactions\) takes up to .* are missing"):
        refuse_poor(chain, poor, plan)
    refuse_poor(chain, account.address, plan)


def test_what_a_chain_above_another_takes_for_data(monkeypatch):
    """By the oracle of OP Stack, by Arbitrum's node; on a chain that has neither, nothing answers."""
    calls, oracle = [], {"there": False}
    answers = {"0x49948e0e": f"0x{123:064x}", "0x77d488a2": f"0x{500:064x}{20:064x}{7:064x}"}

    def ask(chain, method, call, block):
        calls.append((call["to"], call["data"][:10], call["data"][10:]))
        return answers.get(call["data"][:10], "0x")

    monkeypatch.setattr("collection.chain.fees.ask", ask)
    chain = SimpleNamespace(network=find_network("arbitrum-sepolia"), has_code=lambda address: oracle["there"])
    create, send = Call("deploy", None, "0x6001"), Call("mint", A, "0x6002")
    assert [data_fee(chain, each) for each in (create, send)] == [500 * 20] * 2
    assert {to for to, _, _ in calls} == {"0x00000000000000000000000000000000000000C8"}
    assert [decode(["address", "bool", "bytes"], bytes.fromhex(data)) for _, _, data in calls] == [
        ("0x" + "00" * 20, True, b"\x60\x01"), (A.lower(), False, b"\x60\x02"),
    ]  # fmt: skip
    assert all(selector == "0x" + keccak(text=ESTIMATE)[:4].hex() for _, selector, _ in calls)
    oracle["there"] = True
    assert data_fee(chain, send) == 123
    oracle["there"], answers["0x77d488a2"] = False, "0x"
    assert data_fee(chain, send) == 0
    assert data_fee(SimpleNamespace(network=find_network("anvil")), send) == 0


def test_the_fork_is_told_where_a_node_answers(embedded, monkeypatch):
    answer = {
        "current": {"activationTime": 1, "forkId": "0x0929e24e", "precompiles": {"P256VERIFY": "0x", "ECREC": "0x"}},
        "next": {"activationTime": 1_790_000_000, "forkId": "0x12345678", "precompiles": {"KZG_POINT_EVALUATION": ""}},
    }
    with embedded.open() as chain:
        assert rules_of(chain) is None, "this one does not answer"
        monkeypatch.setattr("collection.chain.fees.ask", lambda *asked: answer)
        assert rules_of(chain) == (
            "rules of fork 0x0929e24e (Osaka or later); from 2026-09-21 14:13 UTC on those of fork 0x12345678 "
            "(Cancun or later)"
        )
        monkeypatch.setattr("collection.chain.fees.ask", lambda *asked: {"current": None})
        assert rules_of(chain) is None
