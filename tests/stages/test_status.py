"""Status, the dry run of everything and the exit code of a run agree with each other and with what is there."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from collection.chain.connection import open_chain
from collection.chain.contract import TokenContract
from collection.chain.networks import NETWORKS
from collection.errors import CollectionError
from collection.pictures.files import pixel_sha256
from collection.project import Project, open_project
from collection.stages.dedupe import DedupeStage
from collection.stages.derive import BreedStage, RerollStage, TopUpStage
from collection.stages.generate import GenerateStage
from collection.stages.importing import ImportStage
from collection.stages.pipeline import PIPELINE, Stage, outlook, run_stages
from collection.stages.plan import PlanStage
from collection.stages.publication import publication_of
from collection.stages.publish import (
    DeployStage,
    FreezeMetadataStage,
    FreezeStage,
    MintStage,
    PinStage,
    VerifyStage,
)
from collection.stages.score import ScoreStage
from collection.stages.select import SelectStage
from collection.stages.sheet import SheetStage
from collection.stages.status import Status, status_of
from collection.values import sha256_hex

TOML = """\
title = "{title}"
supply = {supply}
candidates = {candidates}
seed = "{seed}"
{top}
[image]
size = 64

[[series]]
prompt = "noon"

[publish]
storage = {storage}

[chain]
network = "{network}"
{chain}
"""
FIRST = {
    "title": "First", "supply": 2, "candidates": 4, "seed": "walk", "storage": '["car"]', "network": "embedded",
    "top": "", "chain": "",
}  # fmt: skip
AWAY = '["kubo:/ip4/127.0.0.1/tcp/9", "car"]'


class Walker:
    """Somebody who types commands at random in one project, each in a new process as it were."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = dict(FIRST)
        self.write()

    def write(self, **changes: object) -> None:
        self.settings |= changes
        (self.folder / "collection.toml").write_text(TOML.format(**self.settings))

    def do(self, *stages: Stage) -> bool:
        """Whether the command would end with 0."""
        with open_project(self.folder) as project:
            try:
                return all(report.complete for report in run_stages(project, stages))
            except CollectionError:
                return False

    def look(self) -> Status:
        with open_project(self.folder) as project:
            return status_of(project)


@pytest.fixture(scope="module")
def _published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    walker = Walker(tmp_path_factory.mktemp("published"))
    assert walker.do(*PIPELINE)
    assert check(walker).done
    return walker.folder


@pytest.fixture
def published(_published: Path, tmp_path: Path) -> Walker:
    """A project of which all is done, its own for each test."""
    return Walker(Path(shutil.copytree(_published, tmp_path / "project")))


def there(project: Project) -> list[str]:
    """What is missing of a finished project, by its files and the chain alone; the stages are not asked."""
    store, files, wrong = project.store, project.files, []
    for item in store.planned():
        asset = store.asset(item.id)
        if asset is None or not files.path(asset.file_sha256).exists():
            wrong.append(f"image {item.id}")
    tokens, frozen = store.tokens(), store.frozen()
    if frozen is None or len(tokens) != project.config.supply:
        return [*wrong, "tokens"]
    for token in tokens:
        if sha256_hex(files.read(token.metadata_sha256, ".json")) != token.metadata_sha256:
            wrong.append(f"metadata {token.token_id}")
        if pixel_sha256_of(files.path(token.image_sha256)) != token.asset.pixel_sha256:
            wrong.append(f"picture {token.token_id}")
    if {token.asset.id for token in tokens} != {item.asset_id for item in store.selection()}:
        wrong.append("the chosen are not the tokens")
    for name in project.config.publish.storage:
        if name != "car" or not (project.folder / "car" / f"{frozen.root_cid}.car").exists():
            wrong.append(name)
    publication = publication_of(project)
    with publication.chain() as chain:
        known = store.deployment(chain.id, frozen.root_cid)
        if known is None or not chain.has_code(known.address):
            return [*wrong, "contract"]
        contract = TokenContract(chain, known.address)
        if contract.name() != project.config.title:
            wrong.append("the title on the chain")
        if contract.next_token_id() != len(tokens) + 1:
            wrong.append("tokens on the chain")
    return wrong


def pixel_sha256_of(path: Path) -> str:
    import numpy as np

    return pixel_sha256(np.asarray(Image.open(path).convert("RGB")))


def check(walker: Walker) -> Status:
    """What is said agrees."""
    with open_project(walker.folder) as project:
        status, ahead = status_of(project), outlook(project)
        assert status.pending == {item.name: item.pending for item in ahead}
        assert list(status.outlook) == ahead
        if status.done:
            assert all(item.done for item in ahead)
            assert status.next is None
            assert not there(project)
            assert all(status.counts[name] == goal for name, goal in status.goals.items())
        else:
            assert status.next or status.why or status.differs
        for item in ahead:
            if item.before:
                assert str(item) != "nothing to do", "more may follow"
    return status


def steps(walker: Walker, chance: random.Random, elsewhere: Path) -> dict[str, Callable[[], object]]:
    """What somebody may do, by name."""

    def remove(pattern: str) -> None:
        found = sorted(walker.folder.glob(pattern))
        if found:
            chance.choice(found).unlink()

    return {
        "plan anew": lambda: walker.do(PlanStage(yes=True)),
        **{stage.name: (lambda stage=stage: walker.do(stage)) for stage in (
            PlanStage(), GenerateStage(), GenerateStage(limit=1, judged=False), ScoreStage(), DedupeStage(),
            SelectStage(), FreezeStage(), PinStage(), DeployStage(), MintStage(), VerifyStage(), SheetStage(),
            TopUpStage(), FreezeMetadataStage(),
        )},
        "run": lambda: walker.do(*PIPELINE),
        "again": lambda: walker.do(FreezeStage(again=True)),
        "reroll": lambda: walker.do(RerollStage([chance.randint(1, 5)])),
        "breed": lambda: walker.do(BreedStage(1, 2, 1)),
        "reject": lambda: walker.do(SelectStage(reject=[chance.randint(1, 5)])),
        "import": lambda: walker.do(ImportStage(elsewhere)),
        "title": lambda: walker.write(title=chance.choice(["First", "Second"])),
        "seed": lambda: walker.write(seed=chance.choice(["walk", "run"])),
        "supply": lambda: walker.write(supply=chance.choice([2, 1, 3])),
        "network": lambda: walker.write(network=chance.choice(["embedded", "embedded", "anvil"])),
        "storage": lambda: walker.write(storage=chance.choice(['["car"]', '["car"]', AWAY])),
        "lose an image": lambda: remove("files/*/*.png"),
        "lose metadata": lambda: remove("files/*/*.json"),
        "lose the CAR": lambda: remove("car/*.car"),
        "lose the chain": lambda: remove("chain.db"),
        "lose the sheet": lambda: remove("sheet.png"),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_what_is_said_agrees_after_any_commands(seed: int, published: Walker, tmp_path: Path) -> None:
    """From a finished project, commands, edits and losses at random; then the way out that status names is gone."""
    chance = random.Random(seed)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Image.linear_gradient("L").convert("RGB").save(elsewhere / "one.png")
    moves = steps(published, chance, elsewhere)
    said: list[str] = []
    for _ in range(10):
        name = chance.choice(sorted(moves))
        ended = moves[name]()
        said.append(f"{name} {ended}")
        status = check(published)
        if name == "run":
            assert ended == (status.next is None and status.why is None), (said, status)
    published.write(**FIRST)
    said += ["-- back to the first configuration"]
    follow(published, said)


def follow(walker: Walker, said: list[str]) -> None:
    """Do what status names until all is done, as a person would."""
    for _ in range(20):
        status = check(walker)
        if status.next is None:
            break
        if status.next == "top-up":
            if not walker.do(TopUpStage()) or not status_again(walker):
                walker.write(candidates=int(walker.settings["candidates"]) + 2)
            continue
        if status.next == "select" and status.why:  # no recipe is left to vary: the maker asks for more images
            walker.write(candidates=int(walker.settings["candidates"]) + 2)
            continue
        agreed = {"plan": PlanStage(yes=True), "freeze": FreezeStage(again=True)} if status.why else {}
        stage = agreed.get(status.next) or next(item for item in PIPELINE if item.name == status.next)
        said.append(stage.name)
        assert walker.do(stage), (said, status)
    assert check(walker).done


def status_again(walker: Walker) -> bool:
    """Whether there is something to make."""
    return walker.look().pending["generate"] > 0


CHANGES = {
    "title": {"title": "Second"},
    "symbol": {"top": 'symbol = "SYM"'},
    "description": {"top": 'description = "words"'},
    "artist": {"top": 'artists = [{ name = "Anna" }]'},
    "seed": {"seed": "run"},
    "supply lowered": {"supply": 1},
    "supply raised": {"supply": 3},
    "candidates": {"candidates": 6},
    "storage": {"storage": AWAY},
    "license": {"storage": '["car"]\nlicense = "CC0-1.0"'},
    "another network": {"network": "anvil"},
    "thresholds": {"chain": "[dedupe]\ncosine = 0.5"},
    "diversity": {"chain": "[select]\ndiversity = 0.9"},
    "more re-rendered": {"chain": "[verify]\nrerender = 9"},
    "royalties": {"chain": "[royalties]\npercent = 9"},
    "recipient": {"chain": 'recipient = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"'},
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_file_is_not_called_done(published: Walker, changed: dict[str, object]) -> None:
    published.write(**changed)
    status = check(published)
    assert not status.done
    assert status.next or status.differs
    ended, after = published.do(*PIPELINE), check(published)
    assert ended == (after.next is None and after.why is None), after
    published.write(**FIRST)
    assert published.do(*PIPELINE), "a change can be taken back"
    assert check(published).done


@pytest.mark.parametrize(
    ("pattern", "stage"),
    [("files/*/*.png", "generate"), ("files/*/*.json", "freeze"), ("car/*.car", "pin"), ("chain.db", "deploy"),
     ("sheet.png", "sheet")],
)  # fmt: skip
def test_a_file_that_is_gone_is_pending_and_comes_back(published: Walker, pattern: str, stage: str) -> None:
    for path in published.folder.glob(pattern):
        path.unlink()
    assert check(published).next == stage
    published.do(VerifyStage())  # whatever is typed in between
    assert not check(published).done
    assert published.do(*PIPELINE)
    assert check(published).done


def test_a_chain_that_began_anew_under_the_same_file_is_seen_by_whoever_asks_it(published: Walker) -> None:
    """A second project's chain in the place of the first: the contract is not there."""
    (published.folder / "chain.db").unlink()
    with open_chain(NETWORKS["embedded"], published.folder):
        pass
    assert not published.do(VerifyStage())
    assert check(published).next == "deploy"
    assert published.do(*PIPELINE)
    assert check(published).done


def test_nothing_is_scored_before_it_was(tmp_path: Path) -> None:
    walker = Walker(tmp_path)
    assert all(item.before == "plan" for item in walker.look().outlook[1:])
    assert walker.do(PlanStage(), GenerateStage(judged=False))
    status = check(walker)
    assert (status.counts["generated"], status.counts["scored"], status.next) == (4, 0, "score")


def test_images_of_one_file_are_counted_each(tmp_path: Path) -> None:
    walker, folder = Walker(tmp_path), tmp_path / "pictures"
    walker.write(candidates=0)
    folder.mkdir()
    for name in ("a.bmp", "b.tif", "c.png"):
        Image.new("RGB", (8, 8), "red").save(folder / name)
    assert walker.do(ImportStage(folder))
    status = walker.look()
    assert status.counts["imported"] == 3
    assert status.counts["scored"] == 0
    assert status.as_json()["pending"]["score"] == 3
    with open_project(tmp_path) as project:
        assert ScoreStage().run(project).details["scored"] == 3
    assert walker.look().counts["scored"] == 3


def test_what_could_not_score_an_image_is_refused_before_one_is_made(tmp_path: Path) -> None:
    walker = Walker(tmp_path)
    walker.write(
        chain='[score]\nheads = ["aestetic"]\npreference = ["pikscore"]\nreferences = ["gone"]\nsafety = "my.onnx"'
    )
    assert not walker.do(PlanStage())
    status = walker.look()
    assert (status.next, status.counts["planned"]) == ("plan", 0)
    for word in (
        'score.heads: "aestetic"',
        'score.preference: "pikscore"',
        "did you mean pickscore?",
        "gone",
        "my.onnx",
    ):
        assert word in str(status.why)
    (tmp_path / "gone").mkdir()
    walker.write(chain='[score]\nheads = ["laion-v1"]\npreference = ["pickscore"]\nreferences = ["gone"]')
    assert walker.do(PlanStage()), "nothing is fetched or loaded to plan"


def test_a_failed_pin_is_not_called_pinned(published: Walker) -> None:
    published.write(storage=AWAY)
    assert not published.do(PinStage())
    status = check(published)
    assert (status.counts["pinned"], status.next) == (0, "pin")
    assert [failure.what for _, failure in status.failures] == ["kubo:/ip4/127.0.0.1/tcp/9"]
    published.write(storage='["car"]')
    assert check(published).done
    assert published.look().failures == [], "a storage that is no longer asked for does not count"


def test_a_selection_that_changed_after_the_contract_stands_is_told_with_its_ways_out(published: Walker) -> None:
    with open_project(published.folder) as project:
        chosen = project.store.selection()[0].asset_id
    assert published.do(SelectStage(reject=[chosen]))
    status = check(published)
    assert status.next == "freeze"
    assert "has a contract at" in str(status.why)
    assert "--again" in str(status.hint)
    assert not published.do(*PIPELINE), "a run ends with 1, as status says"
    assert published.do(SelectStage(free=[chosen]))
    assert published.do(SelectStage())
    assert check(published).done
