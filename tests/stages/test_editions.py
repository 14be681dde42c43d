"""Copies of a set's images from collection.toml to the proof, as the commands do it, on the embedded chain."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collection.chain.copies import CopyPlan
from collection.chain.editions import EditionsContract
from collection.config.selling import Reveal
from collection.errors import ChainError, ConfigError, PublishError, UsageError
from collection.project import Project, open_project
from collection.stages.airdrop import AirdropStage, forget
from collection.stages.editions import EditionsStage
from collection.stages.gas import gas_of_project
from collection.stages.generate import GenerateStage
from collection.stages.pipeline import pipeline, run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import DeployStage, FreezeStage, MintStage, PinStage, VerifyStage
from collection.stages.rehearse import RehearseStage
from collection.stages.verify_public import verify_public
from collection.store.review_records import Selection
from collection.values import Failure

BUYER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
FRIEND = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
STRANGER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906"
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


def test_who_gets_copies_is_planned_and_proven(project, tmp_path):
    """A list is minted in its order, once; a run that stops goes on; who got a copy that nobody planned is told."""
    run(project, EditionsStage("run"))
    assert EditionsStage("run").pending(project) == 0
    (known,) = project.store.companions(publication_of(project).network.chain_id, "editions")
    file = tmp_path / "friends.csv"
    file.write_text(f"address,image\n{BUYER},3\n{FRIEND},3\n{BUYER},1\n")
    assert AirdropStage(file).pending(project) == 3
    given = run(project, AirdropStage(file))
    assert (given.details["minted"], given.details["editions"]) == (3, known.address)
    again = run(project, AirdropStage(file))
    assert (again.details["minted"], AirdropStage(file).pending(project)) == (0, 0)
    publication = publication_of(project)

    def balances(image, *owners):
        with publication.chain() as chain:
            return [EditionsContract(chain, known.address).balance(owner, image) for owner in owners]

    assert balances(3, FRIEND, BUYER) == [1, 1]
    plan = CopyPlan(project.store, known.address)
    plan.add({2: [(FRIEND, 1), (BUYER, 2)]})  # as a run that was killed before it sent anything
    (missing,) = run(project, EditionsStage("verify")).failures
    assert (missing.what, missing.why) == ("copies of image 2", "supply: 3 of its planned copies were never minted")
    assert EditionsStage("run").pending(project) == 1
    assert run(project, EditionsStage("mint")).details["copies"] == {"1": 3, "2": 5, "3": 4}
    assert balances(2, FRIEND, BUYER) == [1, 2]
    assert run(project, EditionsStage("verify")).complete
    with publication.chain() as chain:
        account, contract = publication.account(chain), EditionsContract(chain, known.address)
        contract.carry_out(account, contract.minting(1, 3, [(STRANGER, 1)]), "mint behind its back")
    assert run(project, EditionsStage()).details["copies"]["1"] == 4
    (wrong,) = run(project, EditionsStage("verify")).failures
    assert wrong == Failure(
        "copies of image 1", f"owner: copy 4 was minted to {STRANGER}, not to anybody that this project knows"
    )


def test_lists_of_copies_that_cannot_be_meant_are_refused(project, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(f"address,image\n{BUYER},2\n")
    with pytest.raises(ChainError, match="no embedded chain"):
        run(project, AirdropStage(file))
    run(project, EditionsStage("deploy"))
    with pytest.raises(UsageError, match="ERC-1155 refuses"):
        run(project, AirdropStage(file, anyway=True))
    file.write_text(f"address,image\n{BUYER},4\n")
    with pytest.raises(UsageError, match=r"list.csv, line 2: the frozen set has no image 4"):
        run(project, AirdropStage(file))
    file.write_text("address,image\n" + f"{BUYER},1\n" * 6)
    with pytest.raises(ChainError, match=r"EditionFull\(id 1, remaining 5, requested 6\)"):
        run(project, AirdropStage(file))
    file.write_text(f"address,image\n{_editions(project)},1\n")
    with pytest.raises(ChainError, match="can never be moved"):
        run(project, AirdropStage(file))
    assert CopyPlan(project.store, _editions(project)).planned(1) == 0, "what is refused is not planned"
    CopyPlan(project.store, _editions(project)).add({1: [(BUYER, 2)]}, "a list")
    assert forget(project).details["copies"] == 2
    project.config = project.config.model_copy(update={"editions": None})
    with pytest.raises(UsageError, match=r"no \[editions\]"):
        run(project, AirdropStage(file))


def test_a_list_of_copies_that_was_changed_when_it_was_half_minted_gives_nothing_twice(project, tmp_path):
    run(project, EditionsStage("deploy"))
    (tmp_path / "whole.csv").write_text(f"address,image\n{BUYER},1\n{FRIEND},1\n")
    run(project, AirdropStage(tmp_path / "whole.csv"))
    CopyPlan(project.store, _editions(project)).add({1: [(BUYER, 1)]}, "a list that was stopped")
    changed = tmp_path / "changed.csv"
    changed.write_text(f"address,image\n{BUYER},1\n{FRIEND},2\n")
    with pytest.raises(UsageError, match=r"changed.csv is not the list that was begun, with 1 copy planned and"):
        run(project, AirdropStage(changed))
    assert run(project, EditionsStage()).details["copies"] == {"1": 2, "2": 0, "3": 0}
    assert forget(project).details["copies"] == 1
    assert run(project, AirdropStage(changed)).details["minted"] == 2


def _editions(project):
    return project.store.companions(publication_of(project).network.chain_id, "editions")[-1].address


def test_copies_are_part_of_the_whole_launch(project, tmp_path):
    """`gas` tells them beforehand, `rehearse` tries them, `run` makes them, `verify` proves them."""
    planned, _ = gas_of_project(project)
    assert [(step.what, step.times) for step in planned.steps] == [
        ("deploy the contract", 1), ("mint 3 to one owner", 1), ("deploy the editions", 1),
        ("mint copies of an image", 3),
    ]  # fmt: skip
    rehearsed = run(project, RehearseStage())
    assert rehearsed.failures == []
    assert [step["what"] for step in rehearsed.details["steps"]].count("editions") == 1
    assert rehearsed.details["gas"] == pytest.approx(planned.gas, rel=0.02)
    names = [stage.name for stage in pipeline(project)]
    assert names[names.index("mint") :] == ["mint", "editions", "verify", "sheet"]
    run(project, DeployStage(), MintStage())
    made = run(project, EditionsStage("run"))
    assert made.details["gas"] == pytest.approx(sum(s.times * s.gas for s in planned.steps[2:]), rel=0.02)
    proven = run(project, VerifyStage(rerender=0))
    assert proven.complete and proven.details["editions"] == made.details["address"]
    assert gas_of_project(project)[0].steps == []
    with pytest.raises(ChainError, match="no contract of tokens, but one beside them"):
        run(project, VerifyStage(made.details["address"]))
    assert EditionsStage("run").pending(project) == 0
    CopyPlan(project.store, made.details["address"]).add({1: [(BUYER, 1)]})
    (left,) = gas_of_project(project)[0].steps
    assert (left.what, left.times) == ("mint copies of an image", 1)
    assert [failure.what for failure in run(project, VerifyStage(rerender=0)).failures] == ["copies of image 1"]


def test_copies_of_a_hidden_set_come_after_its_reveal(project):
    reveal = Reveal(deadline="2999-01-01T00:00Z")
    project.config = project.config.model_copy(update={"reveal": reveal})
    assert "editions" not in [stage.name for stage in pipeline(project)]
    for stage in (EditionsStage("run"), EditionsStage("deploy")):
        with pytest.raises(PublishError, match="not revealed yet: its copies would show"):
            run(project, stage)


def test_anybody_proves_copies_from_the_address(project):
    """As for tokens: a CAR file and the chain, no record; what differs is a finding."""
    made = run(project, EditionsStage("mint", image=2)) if _deploy(project) else None
    assert made is not None
    car = next((project.folder / "car").glob("*.car"))
    address = made.details["address"]
    report = verify_public(address, "embedded", folder=project.folder, car=car, sample=1)
    assert (report.failures, report.complete, report.details["minted"]) == ([], True, 1)
    assert report.details["grades"] == {"2": "made again byte for byte"}
    assert any("2 copies of 1 image exist, at most 5 of each" in note for note in report.notes)
    assert any("the metadata is frozen" in note for note in report.notes)
    car.write_bytes(car.read_bytes().replace(b"IEND", b"IENE"))
    spoilt = verify_public(address, "embedded", folder=project.folder, car=car)
    assert [failure.what for failure in spoilt.failures] == ["token 2"]


def _deploy(project):
    return run(project, EditionsStage("deploy")).details["gas"] > 0


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
