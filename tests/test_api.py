"""The Python API, as a notebook uses it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import collection
from collection import CollectionError, Recipe
from collection.project import open_project

STAGES = ["plan", "generate", "score", "dedupe", "select", "freeze", "pin", "deploy", "mint", "verify", "sheet"]
TINY = """\
title = "Tiny <b>"
supply = 3
candidates = 6
seed = "tiny"

[image]
size = 64

[styles.woodblock]
[styles.ink]

[[series]]
name = "day"
prompt = "noon"
blend = { woodblock = 1, ink = 2 }

[verify]
rerender = 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "collection.toml").write_text(TINY)
    return tmp_path / "tiny"


def test_the_names_are_there_and_cost_nothing_until_they_are_used() -> None:
    script = """
import sys, collection
assert set(collection.__all__) <= set(dir(collection))
heavy = {"torch", "numpy", "pydantic", "sqlmodel", "PIL", "web3"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
for name in collection.__all__:
    getattr(collection, name)
assert not {"torch", "diffusers", "web3", "open_clip"} & set(sys.modules)
print(len(collection.__all__), hasattr(collection, "nonsense"))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == f"{len(collection.__all__)} False\n", done.stderr


def test_a_notebook_goes_the_whole_way(folder: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    with collection.open(str(folder)) as tiny:
        assert tiny.status.next == "plan"
        assert (tiny.plan().details["planned"], tiny.status.next) == (6, "generate")
        assert tiny.generate(limit=2).details["pending"] == 4
        assert tiny.generate(progress=lambda done, total: heard.append(("generate", done, total))).complete
        assert heard[-1] == ("generate", 4, 4)
        assert tiny.score().details["pending"] == 0
        tiny.dedupe()

        images = tiny.images("sort:-quality")
        assert sorted(images.numbers) == [1, 2, 3, 4, 5, 6]
        qualities = [image.scores["quality"] for image in images]
        assert qualities == sorted(qualities, reverse=True)
        worst, best = images[-1], images[0]
        assert isinstance(best.recipe, Recipe)
        with Image.open(best.path) as picture:
            assert picture.size == (best.width, best.height) == (64, 64)

        report = tiny.select(lock=[worst], reject=[best.number])
        assert (report.details["selected"], report.complete) == (3, True)
        chosen = tiny.selection()
        assert worst.number in chosen.numbers
        assert best.number not in chosen.numbers
        assert all(image.selected for image in chosen)
        assert "locked by curator" in tiny.why(worst)
        assert tiny.undo().details["undone"]
        tiny.select()
        assert "locked" not in tiny.why(worst)

        done = tiny.run(progress=lambda *told: heard.append(told))
        assert [report.stage for report in done] == STAGES
        assert all(report.complete for report in done)
        assert {stage for stage, _, _ in heard} >= {"freeze", "mint", "verify"}
        assert (tiny.status.next, tiny.verify().details["proven"]) == (None, 3)
        assert tiny.sheet(folder / "some.png", images="id:1-2").details["images"] == 2

        assert tiny.freeze_diff().line == "nothing would change"
        tiny.unfreeze()
        (version,) = tiny.frozen_versions().details["versions"]
        assert (version["version"], version["current"]) == (1, False)
        assert tiny.freeze_diff().line == "nothing is frozen yet: 3 tokens would be"
        tiny.bring_back(1)
        assert (tiny.status.next, tiny.verify().details["proven"]) == (None, 3)
    assert [report.line for report in collection.run(folder)][4].startswith("nothing to do"), "it begins where it was"


def test_images_and_reports_show_themselves_in_a_notebook(folder: Path) -> None:
    with collection.open(folder) as tiny:
        tiny.plan()
        tiny.generate()
        images = tiny.images()
        first, wall = images[0], images[:2]._repr_html_()
        assert first._repr_png_().startswith(b"\x89PNG")
        assert len(re.findall(r'<img src="data:image/(?:webp|png);base64,[\w+/=]+"', wall)) == 2
        assert "0001" in wall
        assert "0003" not in wall
        assert (len(images), images[:2].numbers, repr(images[:2])) == (6, [1, 2], "<2 images: 0001, 0002>")
        first.thumbnail.unlink()
        assert "data:image/png" in first._repr_html_(), "a thumbnail that is gone is no loss"
        assert "&lt;" in collection.Report("plan", "<b>")._repr_html_()
        with pytest.raises(CollectionError, match="there is no image 99"):
            tiny.image(99)


def test_one_works_in_a_project_at_a_time(folder: Path) -> None:
    with open_project(folder) as other, other.working(), collection.open(folder) as tiny:
        with pytest.raises(CollectionError, match="another collection command"):
            tiny.plan()
        assert tiny.images().numbers == [], "readers need no leave"


def test_new_begins_with_a_sample_and_overwrites_nothing(tmp_path: Path) -> None:
    with collection.new(str(tmp_path / "mine"), sample="quotas") as mine:
        assert mine.config.supply == 12
        assert mine.folder == tmp_path / "mine"
    with pytest.raises(CollectionError, match="is there already"):
        collection.new(tmp_path / "mine")
    with pytest.raises(CollectionError, match="no sample 'nope'"):
        collection.new(tmp_path / "other", sample="nope")
    with pytest.raises(CollectionError, match=r"no collection\.toml"):
        collection.open(tmp_path / "other")


def test_a_plain_folder_is_scored_and_deduped(tmp_path: Path) -> None:
    ramp = Image.linear_gradient("L").convert("RGB").resize((96, 96))
    (tmp_path / "found").mkdir()
    noise = Image.effect_noise((96, 96), 90).convert("RGB")
    for name, picture in {"a.png": ramp, "b.png": ramp, "c.png": noise}.items():
        picture.save(tmp_path / "found" / name)
    (tmp_path / "found" / "d.txt").write_text("no picture")
    found = collection.score_folder(str(tmp_path / "found"))
    assert [picture.name for picture in found.pictures] == ["a.png", "b.png", "c.png"]
    assert found.pictures[0].scores == found.pictures[1].scores
    assert [failure.what for failure in found.looked.skipped] == ["d.txt"]
    moved = collection.dedupe_folder(tmp_path / "found", move_to=str(tmp_path / "copies"))
    assert [(representative, copy.name) for representative, copy in moved.copies] == [("a.png", "b.png")]
    assert sorted(path.name for path in (tmp_path / "copies").iterdir()) == ["b.png"]


def test_the_readme_s_notebook_runs(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (repository / "README.md").read_text(), re.S)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), names)
    assert (tmp_path / "light" / "sheet.png").is_file()
