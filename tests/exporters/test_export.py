"""Export: what each target takes, checked by its rules; what it would not take is named, and nothing is written."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from collection.errors import MetadataError, PluginError, PublishError, UnknownPluginError, UsageError
from collection.exporters.exporter import EXPORTERS
from collection.exporters.folders import table
from collection.exporters.opensea import OPENSEA
from collection.project import open_project
from collection.publish.model import TokenMetadata
from collection.publish.traits import Trait
from collection.stages.export_set import export_set, export_targets
from collection.stages.publish import FreezeStage
from collection.store.publication_records import Deployment
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.unixfs import Car, directory_cid

TOML = """\
title = "{title}"
supply = 3
candidates = 0
seed = "hats"
description = "All, \\"with\\" commas"

[publish]
animation_url = "ipfs://bafya/{{id}}.mp4"
{publish}

[publish.traits]
level = {{ type = "level", max = 9 }}
"""
HATS = ["cap", "crown, golden", 'top "hat"']
Exported = Callable[..., Path]


def _freeze(folder: Path) -> list[str]:
    with open_project(folder) as project:
        return list(FreezeStage().run(project).notes)


@pytest.fixture
def exported(tmp_path: Path) -> Exported:
    """Freezes three imported tokens and exports them; returns the folder."""

    def export(target: str, title: str = "Hats", publish: str = "", **traits: str) -> Path:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        (folder / "collection.toml").write_text(TOML.format(title=title, publish=publish))
        with open_project(folder) as project:
            if not project.store.assets():
                features = [{"Hat": hat, "Level": str(place), **traits} for place, hat in enumerate(HATS)]
                project.store.add_imported(
                    [
                        Asset(0, None, project.files.add(b"picture %d" % n), f"{n:064x}", 8, 8, 9, features=told)
                        for n, told in enumerate(features)
                    ]
                )
                numbers = [asset.id for asset in project.store.assets()]
                project.store.replace_selection([Selection(number, number, "best") for number in numbers], "x", {})
            FreezeStage(again=True).run(project)
            export_set(project, target, tmp_path / target)
        return tmp_path / target

    return export


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_what_is_published(exported: Exported, tmp_path: Path) -> None:
    folder = exported("folder")
    each = {name.format(number) for number in (1, 2, 3) for name in ("images/{}.png", "metadata/{}.json")}
    assert names(folder) == {"collection.json", "traits.csv", *each}
    with open_project(tmp_path / "project") as project:
        frozen = project.store.frozen()
        assert frozen
        for name, cid in {"images": frozen.images_cid, "metadata": frozen.metadata_cid}.items():
            assert directory_cid({path.name: path for path in (folder / name).iterdir()}) == cid
    rows = [*csv.DictReader((folder / "traits.csv").read_text().splitlines())]
    assert {row["Hat"] for row in rows} == set(HATS)
    assert [row["token"] for row in rows] == ["1", "2", "3"]


def test_a_hidden_set_is_exported_after_its_reveal(exported: Exported, tmp_path: Path) -> None:
    """As for the gallery; only the placeholder, which tells nothing, may be had before."""
    exported("folder", publish='featured_image = "ipfs://bafy/cover.png"')
    with (tmp_path / "project" / "collection.toml").open("a") as file:
        file.write('[reveal]\ndeadline = "2027-01-01T00:00Z"\n[chain]\nnetwork = "anvil"\n')
    with open_project(tmp_path / "project") as project:
        for target in sorted(set(EXPORTERS.names) - {"placeholder"}):
            with pytest.raises(PublishError, match=f"not revealed yet: an export for {target} would show"):
                export_set(project, target, tmp_path / "hidden")
        assert not (tmp_path / "hidden").exists()
        export_set(project, "placeholder", tmp_path / "blank")
        frozen = project.store.frozen()
        assert frozen
        contract = "0x" + "ab" * 20
        project.store.add_deployment(
            Deployment(
                0, "anvil", 31337, contract, "0x" + "cd" * 20, 0, "a", frozen.root_cid, "0x1", "confirmed",
                {"placeholder_uri": "ipfs://x"},
            )
        )  # fmt: skip
        with pytest.raises(PublishError, match="not revealed yet"):
            export_set(project, "folder", tmp_path / "hidden")
        project.store.record_stage("reveal", contract, {"offset": 2, "block": 5})
        assert "token 1 shows document 3 since the reveal" in export_set(project, "folder", tmp_path / "shown").notes[0]


def test_the_manifest_of_an_opensea_drop(exported: Exported) -> None:
    folder = exported("opensea")
    rows = [*csv.DictReader((folder / "manifest.csv").read_text().splitlines())]
    assert list(rows[0]) == [
        "tokenID", "name", "description", "file_name", "animation_url", "attributes[Hat]", "attributes[Level]",
    ]  # fmt: skip
    assert {row["file_name"] for row in rows} == {path.name for path in (folder / "media").iterdir()}
    assert {row["attributes[Hat]"] for row in rows} == set(HATS)
    assert {row["description"] for row in rows} == {'All, "with" commas'}


def test_the_assets_of_a_candy_machine(exported: Exported) -> None:
    """By the rules of Sugar's validator: 0 to n-1 without a gap, pairs, texts, lengths."""
    assets = exported("metaplex") / "assets"
    stems = ["0", "1", "2", "collection"]
    assert names(assets) == {f"{stem}{suffix}" for stem in stems for suffix in (".json", ".png")}
    for stem in stems:
        value = json.loads((assets / f"{stem}.json").read_text())
        assert value["image"] == value["properties"]["files"][0]["uri"] == f"{stem}.png"
        assert len(value["name"]) <= 32
        assert len(value["symbol"]) <= 10
        assert all(isinstance(item["value"], str) for item in value.get("attributes", []))
    assert json.loads((assets / "0.json").read_text())["name"] == "Hats #1"


def test_the_batch_of_thirdweb(exported: Exported) -> None:
    folder = exported("thirdweb")
    listed = json.loads((folder / "metadata.json").read_text())
    assert names(folder) == {"metadata.json", *(value["image"] for value in listed)}
    assert [value["image"] for value in listed] == ["0.png", "1.png", "2.png"]
    assert {"trait_type": "Level", "value": 0, "max_value": 9} in [value["attributes"][1] for value in listed]
    assert "properties" not in listed[0]


def test_the_build_folder_of_hashlips(exported: Exported) -> None:
    build = exported("hashlips") / "build"
    listed = json.loads((build / "json" / "_metadata.json").read_text())
    assert [value["edition"] for value in listed] == [1, 2, 3]
    for value in listed:
        number = value["edition"]
        assert json.loads((build / "json" / f"{number}.json").read_text()) == value
        assert value["image"].endswith(f"/{number}.png")
        assert (build / "images" / f"{number}.png").is_file()
        assert all(isinstance(item["value"], str) for item in value["attributes"])
    assert len({value["dna"] for value in listed}) == 3


def test_metadata_as_erc_1155_names_it(exported: Exported) -> None:
    folder = exported("erc1155")
    uri = (folder / "uri.txt").read_text().strip()
    for number in (1, 2, 3):
        value = json.loads((folder / "metadata" / f"{number:064x}.json").read_text())
        assert (value["name"], value["decimals"]) == (f"Hats #{number}", 0)
    cid = directory_cid({path.name: path for path in (folder / "metadata").iterdir()})
    assert uri == f"ipfs://{cid}/{{id}}.json"


def test_a_placeholder_shows_nothing_of_a_token(exported: Exported) -> None:
    with pytest.raises(MetadataError, match="featured_image"):
        exported("placeholder")
    folder = exported("placeholder", publish='featured_image = "ipfs://bafyf"')
    assert names(folder) == {"collection.json", *(f"metadata/{number}.json" for number in (1, 2, 3))}
    for number in (1, 2, 3):
        assert json.loads((folder / "metadata" / f"{number}.json").read_text()) == {
            "name": f"Hats #{number}", "description": 'All, "with" commas', "image": "ipfs://bafyf", "attributes": [],
        }  # fmt: skip


def test_a_car_file_needs_no_pinning(exported: Exported) -> None:
    (path,) = exported("car").iterdir()
    with Car(path) as car:
        assert path.name == f"{car.root}.car"
        assert car.verify() > 6
        assert set(car.listing()) == {"images", "metadata", "proof", "collection.json"}


@pytest.mark.parametrize(
    ("target", "change", "found"),
    [
        ("metaplex", {"title": "x" * 33}, "token 1: name has 36 characters; Metaplex takes at most 32"),
        ("metaplex", {"title": "x" * 33}, "collection.toml: title has 33 characters"),
        ("metaplex", {"publish": f'external_url = "https://a.example/{"x" * 200}"'}, "token 3: external_url has 218"),
        ("opensea", {"A[0]": "x"}, "trait 'A[0]': OpenSea's columns"),
        ("erc1155", {f"t{place}": "x" for place in range(40)}, "token 2: it has 42 traits"),
    ],
)
def test_what_a_target_would_not_take_is_named(
    exported: Exported, tmp_path: Path, target: str, change: dict[str, str], found: str
) -> None:
    with pytest.raises(MetadataError) as caught:
        exported(target, **change)
    assert any(problem.message.startswith(found) for problem in caught.value.problems)
    assert not (tmp_path / target).exists()


def test_a_trait_that_is_told_twice_is_named_or_written_whole(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"picture")
    metadata = TokenMetadata(1, "Gale", "ipfs://x/1.png", traits=(Trait("Hat", "cap"), Trait("Hat", "crown")))
    token: Any = SimpleNamespace(token_id=1, image=tmp_path / "1.png", metadata=metadata)
    published: Any = SimpleNamespace(tokens=[token], trait_names=["Hat"])
    assert list(OPENSEA.problems(published)) == [
        "token 1: two of its traits are called 'Hat'; a manifest has one column for each name"
    ]
    assert table(published).decode() == 'token,name,Hat\r\n1,Gale,"cap, crown"\r\n'


def test_a_folder_that_holds_something_is_left_alone(exported: Exported, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        exported("folder")
    assert names(tmp_path / "folder") == {"mine.txt"}


def test_an_empty_folder_is_filled_and_nothing_is_left_beside_it(exported: Exported, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "collection.json" in names(exported("folder"))
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "project"}


def test_nothing_frozen_is_nothing_to_export(tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_text(TOML.format(title="Hats", publish=""))
    with open_project(tmp_path) as project, pytest.raises(PublishError, match="nothing is frozen"):
        export_set(project, "folder", tmp_path / "out")


def test_an_unknown_target_names_the_nearest(exported: Exported) -> None:
    with pytest.raises(UnknownPluginError, match="did you mean opensea"):
        exported("open-sea")


def test_a_package_adds_a_target(exported: Exported, third_party: Callable[[str], Any], tmp_path: Path) -> None:
    third_party("exporter")
    folder = exported("postcards")
    assert (folder / "captions.txt").read_text() == "Hats #1\nHats #2\nHats #3\n"
    assert (folder / "cards" / "3.png").read_bytes().startswith(b"picture")
    purposes, report = export_targets()
    assert list(purposes)[: len(EXPORTERS.builtins)] == list(EXPORTERS.builtins)
    assert purposes["postcards"] == "postcards: captions.txt and the pictures"
    assert [failure.what for failure in report.failures] == ["export target number"]
    shutil.rmtree(folder)
    with pytest.raises(MetadataError, match="does not fit on a card"):
        exported("postcards", title="A very long name of hats")


@pytest.mark.parametrize(("target", "found"), [("falling", "RuntimeError: no printer"), ("escaping", "outside")])
def test_a_broken_target_of_a_package_costs_only_itself(
    exported: Exported, third_party: Callable[[str], Any], tmp_path: Path, target: str, found: str
) -> None:
    third_party("exporter")
    with pytest.raises(PluginError, match=found):
        exported(target)
    assert {path.name for path in tmp_path.iterdir()} == {"project"}


def test_what_a_target_would_not_take_is_named_before_anything_is_frozen(exported: Exported, tmp_path: Path) -> None:
    wanted = 'targets = ["metaplex", "thirdweb", "opensea"]'
    with pytest.raises(MetadataError) as caught:
        exported("metaplex", "A title that is longer than thirty-two letters", wanted, **{"a[b]": "c"})
    said = str(caught.value)
    for line in (
        "token 3: name has 49 characters; Metaplex takes at most 32",
        "collection.toml: title has 46 characters; Metaplex takes at most 32",
        "trait 'a[b]': OpenSea's columns are called attributes[NAME], so that no name may hold [ or ]",
    ):
        assert line in said
    assert "take the target out of `targets`" in str(caught.value.hint)
    with open_project(tmp_path / "project") as project:
        assert project.store.frozen() is None
        assert not list((tmp_path / "project" / "files").rglob("*.json"))
    with pytest.raises(UnknownPluginError, match="opensee"):
        exported("metaplex", "Hats", 'targets = ["opensee"]')
    assert exported("metaplex", "Hats", 'targets = ["metaplex"]').is_dir()


def test_targets_that_are_named_after_the_freeze_are_asked_of_the_frozen_set(
    exported: Exported, tmp_path: Path
) -> None:
    exported("folder", title="x" * 33)
    folder = tmp_path / "project"
    for targets, told in ('["thirdweb"]', False), ('["thirdweb", "metaplex"]', True):
        text = TOML.format(title="x" * 33, publish=f"targets = {targets}")
        (folder / "collection.toml").write_text(text)
        notes = [note for note in _freeze(folder) if "would not take the frozen set" in note]
        assert bool(notes) is told
    assert "token 1: name has 36 characters; Metaplex takes at most 32" in notes[0]
    assert notes[0].endswith("or take the target out of `targets`; then `collection freeze`")
