"""Plain folders judged without a project, and projects compared with pictures elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from collection.config import Dedupe
from collection.curate.selection.criteria import SelectionCriteria
from collection.curate.selection.reasons import why
from collection.curate.selection.select import select
from collection.errors import UsageError
from collection.importers.pictures import import_folder
from collection.judge.duplicates.cross_collection import CrossCollectionReport, mark_duplicates_of
from collection.judge.duplicates.dedupe import dedupe, pending
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.score import Scorers, score
from collection.pictures.files import encode_png
from collection.project import Project, open_project
from collection.stages.dedupe import pictures_elsewhere
from collection.stages.judges import judges_of
from collection.stages.picture_folder import open_folder
from collection.values import Pixels

NAMES = ("astronaut", "coffee", "chelsea", "rocket", "brick", "coins")


@pytest.fixture(scope="module")
def scorers() -> Scorers:
    return Scorers(EfficientNetLite0())


@pytest.fixture(scope="module")
def art(photos: dict[str, Pixels]) -> dict[str, Image.Image]:
    return {name: Image.fromarray(photos[name]).resize((160, 160)) for name in NAMES}


@pytest.fixture
def folder(tmp_path: Path, art: dict[str, Image.Image]) -> Path:
    """Six unlike pictures; of two of them a copy each; and a broken file."""
    folder = tmp_path / "pictures"
    (folder / "copies").mkdir(parents=True)
    for name, image in art.items():
        image.save(folder / f"{name}.png")
    art["coffee"].filter(ImageFilter.GaussianBlur(2)).save(folder / "copies" / "coffee.jpg", quality=60)
    shutil.copy(folder / "rocket.png", folder / "copies" / "rocket.png")
    (folder / "broken.png").write_bytes(b"\x89PNG")
    return folder


@pytest.fixture
def project(tmp_path: Path, folder: Path, scorers: Scorers) -> Iterator[Project]:
    """A project into which the pictures were imported and scored."""
    home = tmp_path / "project"
    home.mkdir()
    (home / "collection.toml").write_text('title = "Found"\nsupply = 3\ncandidates = 0\nseed = 1\n')
    with open_project(home) as project:
        import_folder(project.library, folder)
        score(project.store, project.files, scorers)
        yield project


def test_a_folder_has_the_scores_that_a_project_would_give(project: Project, folder: Path, scorers: Scorers) -> None:
    with open_folder(folder, scorers) as opened:
        found = opened.scores()
        assert [failure.what for failure in opened.skipped] == ["broken.png"]
    values = {(item.file_sha256, item.metric): item.value for item in project.store.scores()}
    for asset in project.store.assets():
        of_file = {metric: values[asset.file_sha256, metric] for metric in scorers.metrics}
        assert found[asset.generator["source"]] == of_file
    assert len(found) == 8, "equal files are both listed"
    assert found["rocket.png"] == found["copies/rocket.png"]
    assert list(found) == sorted(found, key=lambda name: Path(name).parts)


def test_a_folder_s_copies_are_found_and_the_best_is_kept(folder: Path, scorers: Scorers) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with open_folder(folder, scorers) as opened:
        groups = opened.copies().groups
    members = {
        frozenset([representative, *(copy.name for copy in copies)]) for representative, copies in groups.items()
    }
    assert members == {
        frozenset(["coffee.png", "copies/coffee.jpg"]),
        frozenset(["rocket.png", "copies/rocket.png"]),
    }
    whys = {copy.name: copy.why for copies in groups.values() for copy in copies}
    assert "bytes" in whys.values()
    assert "coffee.png" in groups, "and not its JPEG"
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_thresholds_of_a_folder_are_those_asked_for(folder: Path, scorers: Scorers) -> None:
    with open_folder(folder, scorers, Dedupe(phash_distance=0, cosine=1.0)) as opened:
        assert set(opened.copies().groups) <= {"rocket.png", "copies/rocket.png", "coffee.png", "copies/coffee.jpg"}
        everything = {copy.name for copies in opened.copies().groups.values() for copy in copies}
        assert everything & {"rocket.png", "copies/rocket.png"}


def test_an_empty_folder_has_nothing_and_says_nothing_wrong(tmp_path: Path, scorers: Scorers) -> None:
    with open_folder(tmp_path, scorers) as opened:
        assert (opened.scores(), opened.copies().groups, opened.skipped) == ({}, {}, ())


# Against


@pytest.fixture
def published(tmp_path: Path, art: dict[str, Image.Image]) -> Path:
    """Elsewhere: a smaller copy of the astronaut, and a picture that is in no project."""
    place = tmp_path / "published"
    place.mkdir()
    art["astronaut"].resize((96, 96)).save(place / "old.png")
    (place / "noise.png").write_bytes(
        encode_png(np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    )
    return place


def numbers(project: Project) -> dict[str, int]:
    return {str(asset.generator["source"]): asset.id for asset in project.store.assets()}


def compared_with(project: Project, place: Path) -> CrossCollectionReport:
    with pictures_elsewhere(project, place) as others:
        return mark_duplicates_of(project.store, judges_of(project).duplicate_thresholds, others)


def test_what_was_published_elsewhere_is_set_aside_and_stays_so(project: Project, published: Path) -> None:
    report = compared_with(project, published)
    assert (report.compared, report.others, len(report.duplicates)) == (7, 2, 1)
    astronaut = numbers(project)["astronaut.png"]
    for _ in (1, 2):
        dedupe(project.store, judges_of(project).duplicate_thresholds, judges_of(project).ranking())
        (item,) = [item for item in project.store.duplicates() if item.why == "against"]
        assert (item.asset_id, item.representative_id) == (astronaut, None)
        assert item.elsewhere.startswith(f"old.png in {published}")
        assert 0 <= item.distance < 0.1
        assert len(project.store.duplicates()) == 2, "the copy within the project, too"
    wanted = SelectionCriteria(6, judges_of(project).ranking_metrics)
    assert select(project.store, wanted).selected == 5
    assert "not chosen: set aside as a near-duplicate of old.png" in why(project.store, astronaut, wanted)


def test_comparing_again_replaces_what_was_found_at_that_place_only(project: Project, published: Path) -> None:
    dedupe(project.store, judges_of(project).duplicate_thresholds, judges_of(project).ranking())
    assert not pending(project.store, judges_of(project).duplicate_thresholds, judges_of(project).ranking())
    compared_with(project, published)
    assert pending(project.store, judges_of(project).duplicate_thresholds, judges_of(project).ranking()), (
        "who keeps may have changed"
    )
    (published / "old.png").rename(published.parent / "old.png")
    elsewhere = published.parent / "more"
    elsewhere.mkdir()
    compared_with(project, elsewhere)
    assert len(project.store.against()) == 1
    compared_with(project, published)
    assert project.store.against() == []


def test_another_project_is_compared_by_its_own_scores(
    project: Project, published: Path, tmp_path: Path, scorers: Scorers
) -> None:
    home = tmp_path / "earlier"
    home.mkdir()
    (home / "collection.toml").write_text('title = "Earlier"\nsupply = 1\ncandidates = 0\nseed = 1\n')
    with open_project(home) as earlier:
        import_folder(earlier.library, published)
        with pytest.raises(UsageError, match="was scored by"):
            compared_with(project, home)
        score(earlier.store, earlier.files, scorers)
    report = compared_with(project, home)
    assert [twin.representative.split(" (")[0] for twin in report.duplicates] == [f"0002 in {home}"]
    with pytest.raises(UsageError, match="itself"):
        compared_with(project, project.folder)


def test_blocks_change_nothing(project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from collection.judge.duplicates import neighbours

    whole = compared_with(project, folder).duplicates
    assert len(whole) == 7
    assert all("(the same pixels)" in twin.representative for twin in whole)
    monkeypatch.setattr(neighbours, "QUERIES", 1)
    monkeypatch.setattr(neighbours, "COLUMNS", 1)
    assert compared_with(project, folder).duplicates == whole
