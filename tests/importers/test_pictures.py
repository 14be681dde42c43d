"""Pictures from anywhere become images of a project."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collection.importers.pictures import ImportReport, import_folder, pending
from collection.pictures.files import encode_png, read_picture
from collection.store.files import Files
from collection.store.library import ImageLibrary
from collection.store.store import Store
from collection.store.thumbnails import SIDES, Thumbnails
from collection.values import Recipe, sha256_hex


def pixels(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[ImageLibrary]:
    folder = tmp_path / "project"
    folder.mkdir()
    store = Store(folder / "collection.db")
    yield ImageLibrary(store, Files(folder / "files"), Thumbnails(folder / "thumbs"))
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pictures, two of them one file, and two files that are none."""
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.png").write_bytes(encode_png(pixels(1)))
    (folder / "b.jpg").write_bytes(saved(Image.fromarray(pixels(2)), "JPEG"))
    (folder / "sub" / "c.gif").write_bytes(
        saved(Image.new("RGB", (8, 8), "red"), "GIF", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    )
    (folder / "sub" / "clear.png").write_bytes(saved(Image.new("RGBA", (8, 8), (1, 2, 3, 4)), "PNG"))
    (folder / "sub" / "same.png").write_bytes(encode_png(pixels(1)))
    (folder / "half.png").write_bytes(encode_png(pixels(3))[:100])
    (folder / "notes.txt").write_text("none")
    return folder


def test_every_picture_gets_a_number_and_every_other_file_a_reason(library: ImageLibrary, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    report = import_folder(library, folder, batch_size=2)
    assert report.imported == {"a.png": 1, "b.jpg": 2, "sub/c.gif": 3, "sub/clear.png": 4}
    assert [failure.what for failure in report.skipped] == ["half.png", "notes.txt"]
    assert [(failure.what, failure.why) for failure in report.known] == [("sub/same.png", "it is image 0001 already")]
    assert [failure.what for failure in report.noted] == ["sub/c.gif", "sub/clear.png"]
    assert sorted(folder.rglob("*")) == before


def test_originals_are_kept_and_published_files_are_png(library: ImageLibrary, folder: Path) -> None:
    report = import_folder(library, folder)
    assets = {asset.id: asset for asset in library.store.assets()}
    for name, number in report.imported.items():
        asset, source = assets[number], (folder / name).read_bytes()
        assert asset.recipe is None
        assert asset.generator["source"] == name
        assert asset.generator["source_sha256"] == sha256_hex(source)
        png = library.files.read(asset.file_sha256)
        assert read_picture(png).pixel_sha256 == asset.pixel_sha256
        assert (png == source) == name.endswith(".png")
        assert library.files.read(sha256_hex(source), asset.generator["source_suffix"]) == source
        assert all(library.thumbnails.path(asset.file_sha256, side).exists() for side in SIDES)


def test_a_second_import_does_only_the_rest(library: ImageLibrary, folder: Path) -> None:
    import_folder(library, folder)
    assert [path.name for path in pending(library, folder)] == ["half.png", "notes.txt"]
    (folder / "half.png").write_bytes(encode_png(pixels(3)))
    again = import_folder(library, folder)
    assert again.imported == {"half.png": 5}
    assert len(again.known) == 5


def test_what_mended_traits_could_not_tell_is_noted_as_at_the_first_import(
    library: ImageLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "told"
    folder.mkdir()
    (folder / "1.png").write_bytes(encode_png(pixels(5)))
    import_folder(library, folder)
    (folder / "1.json").write_text(
        '{"attributes": [{"trait_type": "Hat", "value": "cap"}, {"trait_type": "Age", "value": NaN}]}'
    )
    again = import_folder(library, folder)
    assert again.retold == {"1.png": 1}
    assert [(note.what, note.why) for note in again.noted] == [
        ("1.png", "its trait 'Age' left out: its value is no number (NaN)")
    ]


def test_a_stopped_import_keeps_its_batches_and_goes_on(library: ImageLibrary, folder: Path) -> None:
    def stop(done: int, _: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_folder(library, folder, batch_size=2, progress=stop)
    kept = {asset.id: asset.file_sha256 for asset in library.store.assets()}
    assert list(kept) == [1, 2]
    import_folder(library, folder)
    there = {asset.id: asset.file_sha256 for asset in library.store.assets()}
    assert kept.items() < there.items()
    assert len(there) == 4


def test_a_lost_file_comes_back_under_its_number(library: ImageLibrary, folder: Path) -> None:
    report = import_folder(library, folder)
    lost = [library.files.path(asset.file_sha256) for asset in library.store.assets()[:2]]
    for path in lost:
        path.unlink()
    assert {path.name for path in pending(library, folder)} == {"a.png", "b.jpg", "half.png", "notes.txt"}
    assert not import_folder(library, folder).imported
    assert all(path.exists() for path in lost)
    assert len(library.store.assets()) == len(report.imported)


def test_numbers_are_shared_with_recipes(library: ImageLibrary, folder: Path) -> None:
    library.store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(3)])
    assert min(import_folder(library, folder).imported.values()) == 4
    planned = library.store.add_recipes([Recipe("painter", "painter/1", 99, 8, 8)], "variations")
    assert planned[0].id == 8
    counts = library.store.counts()
    assert (counts["planned"], counts["generated"], counts["imported"]) == (4, 0, 4)


def test_what_a_file_says_of_its_making_is_a_claim(library: ImageLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    recipe = Recipe("painter", "painter/1", 7, 16, 12)
    (folder / "own.png").write_bytes(encode_png(pixels(1), recipe))
    import_folder(library, folder)
    (asset,) = library.store.assets()
    assert asset.recipe is None
    assert asset.generator["claims"]["recipe_sha256"] == recipe.sha256


def imported_traits(library: ImageLibrary, folder: Path, text: str | bytes) -> tuple[ImportReport, dict[str, str]]:
    folder.mkdir()
    (folder / "a.png").write_bytes(encode_png(pixels(1)))
    (folder / "a.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    report = import_folder(library, folder)
    return report, dict(library.store.assets()[0].features)


def test_token_metadata_beside_a_picture_tells_its_traits(library: ImageLibrary, tmp_path: Path) -> None:
    told = {
        "name": "Storm #1", "image": "ipfs://x", "attributes": [
            {"trait_type": "Sky", "value": "torn"}, {"trait_type": "Level", "value": 3}, {"value": "no name"},
            {"trait_type": "Sky", "value": "second"}, {"trait_type": "Wet", "value": True}, "nonsense",
        ],
    }  # fmt: skip
    report, traits = imported_traits(library, tmp_path / "x", json.dumps(told))
    assert traits == {"Sky": "torn, second", "Level": "3", "Wet": "true"}
    assert [failure.why for failure in report.noted] == [
        "its trait without a name left out: its value is 'no name'",
        "its trait without a name left out: its value is 'nonsense'",
    ]


def test_a_flat_object_tells_traits_but_for_the_prose(library: ImageLibrary, tmp_path: Path) -> None:
    _, traits = imported_traits(
        library, tmp_path / "x", '{"name": "Storm", "Sky": "torn", "Depth": 0.5, "more": {}, "none": null, "odd": NaN}'
    )
    assert traits == {"Sky": "torn", "Depth": "0.5"}


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe{}", b"[1]", b'{"attributes": 3}', b"[" * 100_000])
def test_bad_json_is_named_and_its_picture_imported(library: ImageLibrary, tmp_path: Path, text: bytes) -> None:
    report, traits = imported_traits(library, tmp_path / "x", text)
    assert report.imported == {"a.png": 1}
    assert traits == {}
    assert "a.json beside it tells no traits" in report.noted[0].why


def test_the_work_of_an_import_grows_with_its_files_and_not_faster(tmp_path: Path) -> None:
    """Counted, not timed: statements of the database, and entries of the report that are made."""
    from sqlalchemy import event

    def statements(count: int) -> int:
        project, folder = tmp_path / f"project{count}", tmp_path / f"pictures{count}"
        project.mkdir()
        folder.mkdir()
        for number in range(count):
            (folder / f"{number:03d}.png").write_bytes(encode_png(pixels(number)))
        store, found = Store(project / "collection.db"), []
        event.listen(store._engine, "after_cursor_execute", lambda *_: found.append(1))
        report = import_folder(
            ImageLibrary(store, Files(project / "files"), Thumbnails(project / "thumbs")), folder, batch_size=4
        )
        assert len(report.imported) == count
        return len(found)

    few, more, most = (statements(count) for count in (8, 16, 24))
    assert most - more == more - few


def test_the_report_of_an_import_is_added_to_and_never_made_anew(library: ImageLibrary, folder: Path) -> None:
    whole, parts = import_folder(library, folder), import_folder(library, folder, batch_size=1)
    assert sorted(failure.what for failure in parts.known) == sorted([*whole.imported, *(f.what for f in whole.known)])
    assert parts.skipped == whole.skipped


def imported(library: ImageLibrary) -> dict[str, dict[str, str]]:
    return {asset.generator["source"]: dict(asset.features) for asset in library.store.assets()}


def test_traits_that_were_mended_are_taken_at_the_next_import(library: ImageLibrary, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    for number in (1, 2, 3):
        (folder / f"{number}.png").write_bytes(encode_png(pixels(number)))
        (folder / f"{number}.json").write_text('{"Sky": "torn"}')
    (folder / "3.json").unlink()
    (folder / "same.png").write_bytes(encode_png(pixels(1)))
    (folder / "same.json").write_text('{"Sky": "another"}')
    import_folder(library, folder)
    assert not pending(library, folder)
    (folder / "2.json").write_text('{"Sky": "calm"}')
    (folder / "3.json").write_text('{"Sky": "grey"}')
    assert [path.name for path in pending(library, folder)] == ["2.png", "3.png"]
    report = import_folder(library, folder, batch_size=1)
    assert (report.imported, report.retold) == ({}, {"2.png": 2, "3.png": 3})
    assert imported(library) == {"1.png": {"Sky": "torn"}, "2.png": {"Sky": "calm"}, "3.png": {"Sky": "grey"}}
    assert not pending(library, folder)
    assert not import_folder(library, folder).retold
    (folder / "2.json").write_text("{")
    report = import_folder(library, folder)
    assert not report.retold
    assert [failure.what for failure in report.noted] == ["2.png"]
    assert imported(library)["2.png"] == {"Sky": "calm"}
    (folder / "2.json").write_text('{"attributes": []}')
    (folder / "3.json").unlink()  # nothing tells of it, and it keeps what was told
    assert import_folder(library, folder).retold == {"2.png": 2}
    assert imported(library) == {"1.png": {"Sky": "torn"}, "2.png": {}, "3.png": {"Sky": "grey"}}
    assert not pending(library, folder)


@pytest.mark.parametrize("batch_size", [1, 32])
def test_of_files_of_the_same_bytes_the_one_that_tells_traits_counts(
    library: ImageLibrary, tmp_path: Path, batch_size: int
) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    for name in ("a", "b", "c", "d"):
        (folder / f"{name}.png").write_bytes(encode_png(pixels(1)))
    for name, text in {"b": '{"Sky": "torn"}', "c": '{"Sky": "calm"}', "d": '{"Sky": "torn"}'}.items():
        (folder / f"{name}.json").write_text(text)
    report = import_folder(library, folder, batch_size=batch_size)
    assert list(imported(library).values()) == [{"Sky": "torn"}]
    assert [(failure.what, failure.why) for failure in report.noted] == [
        ("c.png", "its traits left out: image 0001, of the same bytes, has others")
    ]
    assert not pending(library, folder)
    assert not import_folder(library, folder, batch_size=batch_size).retold


def test_what_a_file_carries_and_nobody_reads_is_noted(library: ImageLibrary, tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    folder, chunk = tmp_path / "set", PngInfo()
    folder.mkdir()
    chunk.add_text("workflow", '{"nodes": [], "links": []}')
    (folder / "a.png").write_bytes(saved(Image.fromarray(pixels(1)), "PNG", pnginfo=chunk))
    chunk = PngInfo()
    chunk.add_text("collection", "{")
    (folder / "b.png").write_bytes(saved(Image.fromarray(pixels(2)), "PNG", pnginfo=chunk))
    report = import_folder(library, folder)
    assert [failure.why.split(":")[0] for failure in report.noted] == [
        "it carries a ComfyUI workflow, which is not read", "what it says of its making is not read",
    ]  # fmt: skip
    assert len(report.imported) == 2


def test_a_project_does_not_import_its_own_thumbnails_nor_those_of_a_disk(library: ImageLibrary, folder: Path) -> None:
    import_folder(library, folder)
    (folder / "@eaDir" / "a.png").mkdir(parents=True)
    (folder / "@eaDir" / "a.png" / "SYNOPHOTO_THUMB_M.png").write_bytes(encode_png(pixels(7)))
    assert not import_folder(library, folder).imported
    assert not import_folder(library, library.files.folder.parent).imported
