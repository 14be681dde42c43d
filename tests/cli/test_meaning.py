"""`score` tells what pictures mean: the queue of mismatches, the nearest references, what encoders cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from collection.values import Pixels

Run = Callable[..., "Said"]  # type: ignore[name-defined]  # noqa: F821
BOTH = [(colour, shape) for colour in ("red", "blue", "green") for shape in ("circle", "stripes")]


@pytest.fixture
def shapes(tmp_path: Path, paint_shape: Callable[[str, str, int], Pixels]) -> Path:
    """Twelve pictures with their traits in JSON beside them; the last is said to be red and is blue."""
    folder = tmp_path / "shapes"
    folder.mkdir()
    for number in range(12):
        colour, shape = BOTH[number % 6]
        said = colour
        if number == 11:
            colour, said = "blue", "red"
        Image.fromarray(paint_shape(colour, shape, number)).save(folder / f"{number:02d}.png")
        traits = [{"trait_type": "colour", "value": said}, {"trait_type": "shape", "value": shape}]
        (folder / f"{number:02d}.json").write_text(json.dumps({"attributes": traits}))
    return folder


@pytest.fixture
def project(tmp_path: Path, here: Run, shapes: Path) -> Path:
    """A project of imported pictures."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "collection.toml").write_text('title = "Shapes"\nsupply = 6\nseed = "shapes"\n')
    assert here("-C", folder, "import", shapes).code == 0
    return folder


def wanted(project: Path, score: str) -> None:
    text = (project / "collection.toml").read_text().partition("\n[score]")[0]
    (project / "collection.toml").write_text(f"{text}\n[score]\n{score}\n")


def test_a_planted_mismatch_is_the_worst(project: Path, here: Run, shapes_clip: str) -> None:
    wanted(project, f'encoder = "{shapes_clip}"\nemotions = ["awe"]')
    said = here("-C", project, "score", "--json").object
    assert (said["scored"], said["notes"], said["complete"]) == (12, [], True)
    worst = here("-C", project, "mismatches", "--json").object["mismatches"][0]
    assert (worst["image"], worst["trait"], worst["planned"], worst["seen"]) == (12, "colour", "red", "blue")
    assert 0 <= worst["probability"] < worst["seen_probability"] <= 1
    shown = here("-C", project, "mismatches").out
    assert "0012" in shown


def test_an_encoder_without_words_says_so_and_what_to_do(project: Path, here: Run) -> None:
    wanted(project, 'encoder = "embedded"')
    said = here("-C", project, "score")
    assert said.code == 0
    assert said.err.count("has no text tower") == 1
    asked = here("-C", project, "mismatches")
    assert asked.code == 2
    assert 'encoder = "tiny-clip"' in asked.err


def test_the_nearest_reference_is_listed_most_alike_first(
    project: Path, here: Run, tmp_path: Path, shapes: Path
) -> None:
    refused = here("-C", project, "references")
    assert refused.code == 2
    assert "references = [" in refused.err
    works = tmp_path / "works"
    works.mkdir()
    Image.open(shapes / "03.png").resize((40, 40)).save(works / "theirs.png")
    wanted(project, f'references = ["{works}"]')
    assert here("-C", project, "score").code == 0
    found = here("-C", project, "references", "--json").object["references"]
    assert found[0]["image"] == 4
    assert found[0]["reference"] == f"theirs.png in {works}"
    cosines = [item["cosine"] for item in found]
    assert cosines == sorted(cosines, reverse=True)
    assert len(cosines) == 12


def test_a_preference_model_that_is_not_there_is_named_before_any_work(project: Path, here: Run) -> None:
    wanted(project, 'preference = ["pickscore:models/of/pick"]')
    said = here("-C", project, "score")
    assert said.code == 2
    assert "pick" in said.err


def test_config_says_what_encoders_cost(project: Path, here: Run) -> None:
    shown = here("-C", project, "config").out
    for words in ("cpu", "ViT-B-32-quickgelu/openai", "quality", "siglip", "GFLOPs an image"):
        assert words in shown
