"""A hidden set from collection.toml to its reveal, as the commands do it: rehearsed, pinned here alone, drawn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from collection.chain.compiled import artifact
from collection.chain.contract import TokenContract
from collection.errors import ChainError, ConfigError, UsageError
from collection.project import Project, open_project
from collection.stages.gas import gas_of_project
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.published import is_hidden
from collection.stages.rehearse import RehearseStage
from collection.stages.reveal import HIDDEN, RevealStage
from collection.stages.verify_public import verify_public
from collection.store.review_records import Selection

# The first account of the mnemonic that the embedded chain shares with Anvil.
KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
TOML = """\
title = "Hidden"
supply = 4
seed = "hidden"
[image]
size = 64
[chain]
key = "env:REVEAL_KEY"
"""
REVEAL = '[reveal]\ndeadline = "2999-01-01T00:00Z"\n'


@pytest.fixture(scope="module")
def _frozen(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hidden")
    (folder / "collection.toml").write_text(TOML + REVEAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVEAL_KEY", KEY)
        with open_project(folder) as project:
            run_stages(project, (PlanStage(), GenerateStage(judged=False)))
            chosen = [asset.id for asset in project.store.assets()][:4]
            project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
            run_stages(project, (FreezeStage(),))
    return folder


@pytest.fixture
def project(_frozen, tmp_path, monkeypatch) -> Iterator[Project]:
    monkeypatch.setenv("REVEAL_KEY", KEY)
    with open_project(Path(shutil.copytree(_frozen, tmp_path / "project"))) as opened:
        yield opened


def run(project, *stages):
    return run_stages(project, stages)


def test_from_the_placeholder_to_the_proof(project):
    with pytest.raises(ChainError):
        run(project, RevealStage())
    planned, _ = gas_of_project(project)
    (rehearsed,) = run(project, RehearseStage())
    assert rehearsed.failures == [] and rehearsed.details["crawled"] == 4
    _, deployed, _, proven = run(project, PinStage(), DeployStage(), MintStage(next=3), VerifyStage(rerender=1))
    assert planned.steps[0].gas == pytest.approx(deployed.details["gas"], rel=0.02)
    assert HIDDEN in proven.notes
    with pytest.raises(ChainError, match=r"DrawTooEarly\(left 1"):
        run(project, RevealStage())
    run(project, MintStage())
    publication = publication_of(project)
    with publication.chain() as chain:
        contract = TokenContract(chain, publication.deployment().address, artifact("RevealToken"))
        (uri,) = set(contract.token_uris([1, 2, 3, 4]).values())
    assert uri.startswith("data:application/json;base64,")
    (revealed,) = run(project, RevealStage())
    assert "this machine" in revealed.notes[0]
    (again,) = run(project, RevealStage())
    assert again.details["offset"] == revealed.details["offset"] and "nothing to do" in again.line
    (proven,) = run(project, VerifyStage(rerender=2))
    assert (proven.failures, proven.details["rerendered"], proven.complete) == ([], 2, True)
    assert HIDDEN not in proven.notes


def test_anybody_proves_it_after_the_reveal(project):
    run(project, PinStage(), DeployStage(), MintStage(), RevealStage())
    address = publication_of(project).deployment().address
    car = next((project.folder / "car").glob("*.car"))
    report = verify_public(address, "embedded", folder=project.folder, car=car, sample=4)
    assert report.failures == [] and report.complete


def test_before_the_reveal_nothing_leaves_this_machine(project):
    publish = project.config.publish.model_copy(update={"storage": ("car", "kubo:/ip4/127.0.0.1/tcp/1")})
    project.config = project.config.model_copy(update={"publish": publish})
    publication = publication_of(project)
    assert [pinner.name for pinner in publication.pinners] == ["car"]
    run(project, PinStage(), DeployStage(), MintStage())
    (revealed,) = run(project, RevealStage())
    assert len(publication.pinners) == 2
    assert any("collection pin" in note for note in revealed.notes)


def test_a_set_that_goes_to_its_creator_needs_none(project):
    project.config = project.config.model_copy(update={"reveal": None})
    run(project, PinStage(), DeployStage(), MintStage())
    with pytest.raises(UsageError, match=r"goes to 0x\w+ first, so nobody .*: no reveal is needed"):
        run(project, RevealStage())


def test_a_contract_without_a_reveal_hides_nothing(project):
    reveal = project.config.reveal
    project.config = project.config.model_copy(update={"reveal": None})
    run(project, PinStage(), DeployStage())
    project.config = project.config.model_copy(update={"reveal": reveal})
    assert not is_hidden(project) and RevealStage().pending(project) == 0


@pytest.mark.parametrize(
    ("line", "word"), [('deadline = "tomorrow"', "deadline"), ("", "deadline"), ('placeholder = "x"', "placeholder")]
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path, line, word):
    (tmp_path / "collection.toml").write_text(f"{TOML}[reveal]\n{line}\n")
    with pytest.raises(ConfigError) as caught:
        open_project(tmp_path)
    assert word in str(caught.value.message)
