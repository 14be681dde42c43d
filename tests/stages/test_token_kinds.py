"""A set whose holders may burn, and whose transfers are asked of a validator, as the commands do it: planned, deployed,
burned, and proven with and without the project."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from collection.chain.compiled import artifact
from collection.chain.gas import gas_of
from collection.chain.transactions import carry_out
from collection.project import Project, open_project
from collection.stages.chain_state import chain_state
from collection.stages.gas import gas_of_project
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage, preview_plan
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.rehearse import RehearseStage
from collection.stages.verify_public import verify_public
from collection.store.review_records import Selection

# The first account of the mnemonic that the embedded chain shares with Anvil.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
VALIDATOR = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
"""An account of that chain: no contract, so that every transfer fails, which is told."""
TOML = f"""\
title = "Burnable"
supply = 4
seed = "burnable"
[image]
size = 64
[chain]
key = "env:BURN_KEY"
burnable = true
transfer_validator = "{VALIDATOR}"
"""
CONTRACT = artifact("BurnableValidatedToken")


@pytest.fixture
def project(tmp_path, monkeypatch) -> Iterator[Project]:
    monkeypatch.setenv("BURN_KEY", KEY)
    (tmp_path / "collection.toml").write_text(TOML)
    with open_project(tmp_path) as opened:
        run_stages(opened, (PlanStage(), GenerateStage(judged=False)))
        chosen = [asset.id for asset in opened.store.assets()][:4]
        opened.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
        run_stages(opened, (FreezeStage(), PinStage()))
        yield opened


def send(project, function, *arguments):
    publication = publication_of(project)
    with publication.chain() as chain:
        contract = chain.web3.eth.contract(address=publication.deployment().address, abi=CONTRACT.abi)
        call = contract.functions[function](*arguments)
        carry_out(chain, publication.account(chain), call, CONTRACT.abi, function)


def test_from_collection_toml_to_a_burned_token_that_is_no_finding(project, tmp_path):
    planned, _ = gas_of_project(project)
    (rehearsed,) = run_stages(project, (RehearseStage(),))
    assert rehearsed.failures == [] and rehearsed.details["crawled"] == 4
    deployed, _, proven = run_stages(project, (DeployStage(), MintStage(), VerifyStage(rerender=1)))
    assert planned.steps[0].gas == pytest.approx(deployed.details["gas"], rel=0.02)
    assert any(f"no contract at {VALIDATOR} on embedded" in note for note in deployed.notes)
    assert proven.complete and proven.details["burned"] == []
    known = publication_of(project).deployment()
    assert known.artifact_sha256 == CONTRACT.sha256 and known.settings["transfer_validator"] == VALIDATOR

    send(project, "burn", 2)
    (proven,) = run_stages(project, (VerifyStage(),))
    assert proven.failures == [] and proven.complete
    assert (proven.details["proven"], proven.details["burned"]) == (3, [2])
    assert "; 1 burned" in proven.line and "burned by their holders: token 2" in proven.notes
    assert VerifyStage().pending(project) == 0, "what was burned is not left to do"
    assert any(VALIDATOR in note for note in chain_state(project).notes)

    folder = tmp_path / "stranger"
    folder.mkdir()
    shutil.copy(project.folder / "chain.db", folder)
    car = next((project.folder / "car").glob("*.car"))
    public = verify_public(known.address, "embedded", folder=folder, car=car)
    assert public.failures == [] and public.complete
    assert (public.details["minted"], public.details["burned"], public.details["proven"]) == (4, 1, 3)
    assert public.line.startswith("3 of 4 minted tokens") and public.line.endswith("; 1 burned")
    assert "burned by their holders: token 2" in public.notes
    assert f"each transfer is asked of the validator {VALIDATOR}, which may refuse it" in public.notes
    assert not any("not minted yet" in note for note in public.notes)

    send(project, "setTransferValidator", "0x" + "00" * 20)
    (proven,) = run_stages(project, (VerifyStage(rerender=0),))
    [failure] = proven.failures
    assert (failure.what, failure.why.partition(":")[0]) == ("contract", "validator")
    assert f"asked of nobody; the contract was deployed with {VALIDATOR}" in failure.why


def test_the_plan_foretells_the_gas_of_the_kind(project):
    assert preview_plan(project).forecast.gas == gas_of(4, "BurnableValidatedToken") > gas_of(4) + 250_000


def test_a_contract_keeps_its_kind(project):
    run_stages(project, (DeployStage(),))
    chain = project.config.chain.model_copy(update={"burnable": False})
    project.config = project.config.model_copy(update={"chain": chain})
    (again,) = run_stages(project, (DeployStage(),))
    assert again.line.startswith("nothing to do")
    assert "it is a BurnableValidatedToken and stays one; collection.toml now asks for a ValidatedToken" in again.notes
