"""Metrics that other packages add: some that work, and some that are each wrong in a way of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from collection.judge.catalogue import better, failures, metrics
from collection.judge.score import ScoreReport, pending, score
from collection.judge.scorer_factory import build_scorers
from collection.project import Project, open_project
from collection.stages.judges import judges_of
from collection.values import Pixels

Install = Callable[[str], Path]
CONFIG = 'title = "Metrics"\nsupply = 2\ncandidates = 0\nseed = 1\n'
BROKEN = {
    "pixels-raise": "raised ZeroDivisionError: one divided by nothing",
    "pixels-nan": "gave nan",
    "pixels-lie": "gave 1.5, outside its range of 0 to 1",
    "pixels-text": "raised ValueError",
    "vectors-raise": "raised ZeroDivisionError",
    "vectors-count": "gave (5,), where (4,) was due",
    "vectors-nan": "no number for 4 images: it gave nan",
    "vectors-lie": "no number for 2 images: it gave 2, outside its range of 0 to 1",
    "set-raise": "raised ZeroDivisionError",
    "set-count": "gave (5,), where (4,) was due",
    "set-lie": "no number for 4 images: it gave -1, outside its range of 0 to 1",
    "set-parts": "gave ndarray and no mapping",
}
UNUSABLE = {
    "no-import": "RuntimeError: no license for this machine",
    "no-metric": "Metric was expected, not int",
    "no-work": "it does not say how it is computed",
    "other-name": 'its entry point is called "other-name", but the metric "sound"',
    "same-issue": 'another metric has the issue "blurred" already',
    "no-range": "the range of no-range ends before it begins: 1 to 0",
}


@pytest.fixture
def folder(tmp_path: Path, photos: dict[str, Pixels]) -> Path:
    """A folder of four pictures, the last as cold as can be."""
    made = tmp_path / "pictures"
    made.mkdir()
    small = [np.asarray(Image.fromarray(pixels).resize((72, 72))) for pixels in list(photos.values())[:3]]
    for number, pixels in enumerate(small):
        Image.fromarray(pixels).save(made / f"{number}.png")
    cold = small[0].copy()
    cold[..., 0] //= 16
    Image.fromarray(cold).save(made / "cold.png")
    return made


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Iterator[Project]:
    """A project into which the pictures were imported."""
    from collection.importers.pictures import import_folder

    home = tmp_path / "home"
    home.mkdir()
    (home / "collection.toml").write_text(CONFIG)
    with open_project(home) as project:
        import_folder(project.library, folder)
        yield project


def scored(project: Project) -> ScoreReport:
    scorers = build_scorers(project.config.score, project.folder)
    report = score(project.store, project.files, scorers)
    assert not report.failed
    return report


def values(project: Project, metric: str) -> list[float | None]:
    found = {item.file_sha256: item.value for item in project.store.scores() if item.metric == metric}
    return [found.get(asset.file_sha256) for asset in project.store.assets()]


def test_a_package_s_metrics_are_in_the_catalogue(third_party: Install) -> None:
    assert "warmth" not in metrics()
    third_party("metric")
    assert {"warmth", "first-feature", "crowding", "blend-share"} <= set(metrics())
    assert [better(name) for name in ("warmth", "first-feature", "crowding", "blend-share:ink")] == [
        "neither", "higher", "lower", "neither",
    ]  # fmt: skip
    assert metrics()["warmth"].as_json()["issue"] == {"name": "cold", "side": "under", "threshold": 0.2}


def test_they_are_computed_of_pixels_of_vectors_and_of_the_set(third_party: Install, home: Project) -> None:
    before = scored(home)
    assert "warmth" not in before.ranges
    quality, vectors = values(home, "quality"), home.store.embeddings(judges_of(home).model)[1]
    third_party("metric")
    report = scored(home)
    assert report.scored == 4, "all lack the new numbers"
    assert report.notes == before.notes
    assert {"warmth", "first-feature", "crowding"} <= set(report.ranges)
    pixels = [np.asarray(Image.open(home.files.path(asset.file_sha256))) for asset in home.store.assets()]
    means = [picture.reshape(-1, 3).mean(axis=0) for picture in pixels]
    assert values(home, "warmth") == pytest.approx([float(red / (red + blue)) for red, _, blue in means])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert values(home, "first-feature") == pytest.approx(unit[:, 0].tolist(), abs=1e-6)
    near = ((unit @ unit.T >= 0.9).sum(axis=1) - 1) / 3
    assert values(home, "crowding") == pytest.approx(near.tolist())
    assert values(home, "quality") == quality
    models = {item.metric: item.model for item in home.store.scores()}
    assert models["warmth"] == "warmth/1"
    assert models["crowding"] == f"crowding/1|{judges_of(home).model}"
    assert models["novelty"] == f"whole-set/1|{judges_of(home).model}"
    assert scored(home).scored == 0


def test_numbers_of_the_set_go_with_their_package(
    third_party: Install, home: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = third_party("metric")
    scored(home)
    assert None not in values(home, "crowding")
    monkeypatch.setattr("sys.path", [path for path in sys.path if path != str(place)])
    scored(home)
    assert values(home, "crowding") == [None] * 4


def test_broken_metrics_are_named_and_the_rest_is_scored(third_party: Install, home: Project) -> None:
    third_party("broken_metrics")
    report = scored(home)
    for name, why in BROKEN.items():
        (note,) = (note for note in report.notes if note.startswith((f"the metric {name} ", f"the metric {name}:")))
        assert why in note
    assert len(report.notes) == len(BROKEN)
    assert values(home, "sound") == [0.5] * 4
    assert None not in [*values(home, "quality"), *values(home, "novelty")]
    assert values(home, "vectors-lie") == [0.0, 1.0, None, None], "what is within the range is kept"
    assert all(values(home, name) == [None] * 4 for name in BROKEN if name != "vectors-lie")
    assert {asset.id for asset in pending(home.store, judges_of(home).scorers)} == {1, 2, 3, 4}, "they are tried again"


def test_unusable_metrics_are_listed_and_add_nothing(third_party: Install) -> None:
    third_party("broken_metrics")
    named = {failure.what.removeprefix("metric "): failure.why for failure in failures()}
    assert set(named) == set(UNUSABLE)
    for name, why in UNUSABLE.items():
        assert why in named[name]
        assert name not in metrics()
    assert "sound" in metrics()
