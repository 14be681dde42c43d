"""Damaged files: they are found and named, what can be mended is, and every dead end has a way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collection.errors import PinError, UnavailableError
from collection.project import Project, open_project
from collection.stages.doctor_project import look_at_project
from collection.stages.pipeline import PIPELINE, run_stages
from collection.stages.publish import FreezeStage, PinStage, VerifyStage
from collection.stages.repair import RepairStage, damaged
from collection.stages.sheet import SheetStage
from collection.stages.status import status_of

TOML = """\
title = "Worn"
supply = 2
candidates = 3
seed = "worn"

[image]
size = 64

[[series]]
prompt = "noon"
"""


@pytest.fixture(scope="module")
def _published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    (folder / "collection.toml").write_text(TOML)
    with open_project(folder) as project:
        assert all(report.complete for report in run_stages(project, PIPELINE))
    return folder


@pytest.fixture
def project(_published: Path, tmp_path: Path) -> Iterator[Project]:
    """A published project, its own for each test."""
    with open_project(Path(shutil.copytree(_published, tmp_path / "project"))) as opened:
        yield opened


def image_of(project: Project) -> Path:
    return project.files.path(project.store.tokens()[0].image_sha256)


def metadata_of(project: Project) -> Path:
    return project.files.path(project.store.tokens()[0].metadata_sha256, ".json")


def contract_of(project: Project) -> Path:
    frozen = project.store.frozen()
    assert frozen
    return project.files.path(frozen.contract_metadata_sha256, ".json")


def leaves_of(project: Project) -> Path:
    """A file of the proof that no token names."""
    [leaves] = project.files.folder.glob("*/*.txt")
    return leaves


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine.txt").write_text("mine")


def file_in_the_place_of_its_folder(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_text("mine")


@pytest.mark.parametrize("damage", [folder_in_its_place, file_in_the_place_of_its_folder])
def test_what_stands_in_the_way_moves_aside(project: Project, damage: Callable[[Path], None]) -> None:
    path = image_of(project)
    content = path.read_bytes()
    damage(path)
    assert not {check.what: check for check in look_at_project(project.folder)}["image files"].ok
    [report] = run_stages(project, [RepairStage()])
    assert report.complete, report.failures
    assert path.read_bytes() == content
    [aside] = project.files.folder.rglob("*.aside")
    assert "mine" in (aside / "mine.txt" if aside.is_dir() else aside).read_text()
    assert any(aside.name in note for note in report.notes)


DAMAGES: list[Callable[[Path], None]] = [Path.unlink, cut, flip]


@pytest.mark.parametrize("damage", DAMAGES, ids=["gone", "cut off", "changed"])
@pytest.mark.parametrize("car", [True, False], ids=["pinned", "CAR gone"])
def test_a_damaged_file_is_found_and_comes_back_as_it_was(
    project: Project, damage: Callable[[Path], None], car: bool
) -> None:
    """An image, the metadata of a token and that of the contract, one after the other; then all is as it was."""
    for path in (image_of(project), metadata_of(project), contract_of(project)):
        content = path.read_bytes()
        damage(path)
        if not car:
            shutil.rmtree(project.folder / "car")
            with pytest.raises(PinError) as caught:
                run_stages(project, [PinStage()])
            assert "doctor --repair" in str(caught.value.hint)
        checks = {check.what: check for check in look_at_project(project.folder)}
        assert not checks["image files"].ok
        assert checks["image files"].fix == "collection doctor --repair"
        [report] = run_stages(project, [RepairStage()])
        assert report.complete, report.failures
        assert path.read_bytes() == content
        assert damaged(project) == []
        assert all(report.complete for report in run_stages(project, [FreezeStage(), PinStage()]))
    assert run_stages(project, [VerifyStage()])[0].complete
    assert status_of(project).done
    assert RepairStage().pending(project) == 0


@pytest.mark.parametrize("damage", DAMAGES, ids=["gone", "cut off", "changed"])
@pytest.mark.parametrize("car", [True, False], ids=["pinned", "CAR gone"])
def test_a_damaged_file_of_the_proof_comes_back_as_it_was(
    project: Project, damage: Callable[[Path], None], car: bool
) -> None:
    path = leaves_of(project)
    content = path.read_bytes()
    damage(path)
    if not car:
        shutil.rmtree(project.folder / "car")
        with pytest.raises(UnavailableError) as caught:
            run_stages(project, [PinStage()])
        assert "doctor --repair" in str(caught.value.hint)
    [report] = run_stages(project, [RepairStage()])
    assert report.complete, report.failures
    assert path.read_bytes() == content
    assert all(report.complete for report in run_stages(project, [PinStage()]))
    assert status_of(project).done


def test_all_files_come_back_where_the_car_is_left(project: Project) -> None:
    shutil.rmtree(project.files.folder)
    assert FreezeStage().pending(project) == 2
    [report] = run_stages(project, [RepairStage()])
    assert report.complete, report.failures
    assert len(set(report.notes)) == len(report.notes)
    assert status_of(project).done
    assert all(report.complete for report in run_stages(project))


def test_a_lost_file_of_the_proof_is_pending_and_no_new_set_is_made_for_it(project: Project) -> None:
    frozen = project.store.frozen()
    shutil.rmtree(project.folder / "car")
    for path in (leaves_of(project), metadata_of(project)):
        path.unlink()
    assert status_of(project).next == "freeze"
    assert all(report.complete for report in run_stages(project, [FreezeStage(), PinStage(), VerifyStage()]))
    assert project.store.frozen() == frozen
    assert status_of(project).done


def test_a_changed_byte_of_the_car_is_mended(project: Project) -> None:
    [car] = (project.folder / "car").glob("*.car")
    content = car.read_bytes()
    flip(car)
    assert RepairStage().pending(project) == 1
    [report] = run_stages(project, [RepairStage()])
    assert report.complete
    assert car.read_bytes() == content
    assert run_stages(project, [VerifyStage()])[0].complete


def test_metadata_is_written_as_it_was_frozen_though_the_file_changed(project: Project) -> None:
    path = metadata_of(project)
    content = path.read_bytes()
    path.unlink()
    shutil.rmtree(project.folder / "car")
    (project.folder / "collection.toml").write_text(
        TOML.replace('"Worn"', '"Renamed"') + '[publish]\nlicense = "CC0"\n'
    )
    with open_project(project.folder) as changed:
        [report] = run_stages(changed, [RepairStage()])
    assert report.complete, report.failures
    assert path.read_bytes() == content


def test_what_nobody_has_any_more_is_named_with_a_way_on(project: Project, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    shutil.copy(image_of(project), tmp_path / "more" / "mine.png")
    from collection.stages.importing import ImportStage

    flip(tmp_path / "more" / "mine.png")
    (project.folder / "other").mkdir()
    from PIL import Image

    Image.new("RGB", (80, 80), "red").save(tmp_path / "more" / "mine.png")
    run_stages(project, [ImportStage(tmp_path / "more")])
    imported = project.store.imported()[0]
    project.files.path(imported.file_sha256).unlink()
    [report] = run_stages(project, [RepairStage()])
    assert not report.complete
    assert [failure.what for failure in report.failures] == [f"image {imported.label}"]
    assert "collection import" in report.failures[0].why


def test_a_sheet_names_what_it_cannot_show_and_draws_the_rest(project: Project) -> None:
    number = project.store.tokens()[0].asset.label
    path = image_of(project)
    path.write_bytes(path.read_bytes()[:200])
    [report] = run_stages(project, [SheetStage(everything=True)])
    assert not report.complete
    assert [failure.what.split()[0] for failure in report.failures] == [number]
    assert "doctor --repair" in str(report.hint)
    assert report.details["images"] == 2
    assert SheetStage(everything=True).pending(project) == 3, "it is not what it should be"
    run_stages(project, [RepairStage()])
    assert run_stages(project, [SheetStage(everything=True)])[0].complete
