"""Copies of a set's images from collection.toml to the proof, as the commands do it, on the embedded chain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collection.chain.editions import EditionsContract
from collection.errors import ChainError, ConfigError, UsageError
from collection.project import Project, open_project
from collection.stages.editions import EditionsStage
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import FreezeStage, PinStage
from collection.store.records import Selection

BUYER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
TOML = """\
title = "Copies"
supply = 3
seed = "copies"
[image]
size = 64
[editions]
copies = 5
mint = 2
"""


@pytest.fixture(scope="module")
def _frozen(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    (folder / "collection.toml").write_text(TOML)
    with open_project(folder) as project:
        run_stages(project, (PlanStage(), GenerateStage(judged=False)))
        chosen = [asset.id for asset in project.store.assets()][:3]
        project.store.replace_selection([Selection(number, number, "best") for number in chosen], "x", {})
        run_stages(project, (FreezeStage(), PinStage()))
    return folder


@pytest.fixture
def project(_frozen, tmp_path) -> Iterator[Project]:
    with open_project(Path(shutil.copytree(_frozen, tmp_path / "project"))) as opened:
        yield opened


def run(project, *stages):
    return run_stages(project, stages)[-1]


def test_a_limited_edition(project):
    with pytest.raises(ChainError, match=r"no embedded chain|no editions"):
        run(project, EditionsStage("mint"))
    deployed = run(project, EditionsStage("deploy"))
    assert deployed.details["gas"] > 0 and deployed.details["most"] == 5
    assert run(project, EditionsStage("deploy")).details["gas"] == 0, "it is there"
    assert run(project, EditionsStage("mint")).details["copies"] == {"1": 2, "2": 2, "3": 2}
    again = run(project, EditionsStage("mint"))
    assert again.details["gas"] == 0, "the second run has nothing to make"
    more = run(project, EditionsStage("mint", image=2, copies=5, to=BUYER))
    assert more.details["copies"] == {"1": 2, "2": 5, "3": 2}
    with pytest.raises(ChainError, match=r"EditionFull\(id 2, remaining 0, requested 1\)"):
        run(project, EditionsStage("mint", image=2, copies=6))
    proven = run(project, EditionsStage("verify"))
    assert (proven.details["proven"], proven.failures, proven.complete) == (3, [], True)
    assert run(project, EditionsStage("close")).details["closed"]
    with pytest.raises(ChainError, match="EditionsClosed"):
        run(project, EditionsStage("mint", image=1, copies=3))
    publication = publication_of(project)
    with publication.chain() as chain:
        contract = EditionsContract(chain, deployed.details["address"])
        assert contract.balance(BUYER, 2) == 3
        assert contract.uri(3) == f"ipfs://{project.store.frozen().metadata_cid}/3.json"


def test_what_differs_is_named(project):
    run(project, EditionsStage("deploy"))
    (known,) = project.store.companions(publication_of(project).network.chain_id, "editions")
    other = replace(known, settings={**known.settings, "copies": 6, "royalty_basis_points": 9})
    nowhere = replace(known, address=BUYER)
    for recorded, words in ((other, ("deployed with 6", "deployed with 9")), (nowhere, ("not the editions",))):
        (before,) = project.store.companions(known.chain_id, "editions")
        project.store.drop_companion(before.id)
        project.store.add_companion(recorded)
        report = run(project, EditionsStage("verify"))
        assert all(word in failure.why for word, failure in zip(words, report.failures, strict=True))
        assert not report.complete and report.details["proven"] == 0


def test_mistakes_are_told(project, tmp_path):
    run(project, EditionsStage("deploy"))
    with pytest.raises(UsageError, match="no image 4"):
        run(project, EditionsStage("mint", image=4))
    with pytest.raises(UsageError, match="no address"):
        run(project, EditionsStage("mint", to="0x1"))
    project.config = project.config.model_copy(update={"editions": None})
    with pytest.raises(UsageError, match=r"no \[editions\]"):
        run(project, EditionsStage())
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "collection.toml").write_text(TOML.replace("mint = 2", "mint = 6"))
    with pytest.raises(ConfigError, match=r"6 is more than copies = 5"):
        open_project(tmp_path / "wrong")
