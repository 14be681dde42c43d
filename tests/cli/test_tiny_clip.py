"""The small CLIP at its work, offline: planted mismatches are found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from collection.generate.painter.generator import ENGINE, Painter
from collection.values import Recipe, Style, StyleBlend

Run = Callable[..., "Said"]  # type: ignore[name-defined]  # noqa: F821
MOTIFS = {"Mountains": "mountains", "City": "city", "Sea": "sea", "Desert": "desert", "Forest": "forest"}
PLANTED = {3: "City", 8: "Forest", 13: "Mountains", 16: "Sea"}
"""Numbers of images (from 0) whose JSON says another motif than was painted."""


@pytest.fixture(scope="module")
def landscapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty scenes in two styles, with their motif in JSON beside them; four of them are said to be another."""
    folder = tmp_path_factory.mktemp("landscapes")
    for number in range(20):
        motif = list(MOTIFS)[number % len(MOTIFS)]
        style = ("papercut", "woodblock")[number % 2]
        blend = StyleBlend(((Style(style, settings={"painter": style}), 1.0),))
        recipe = Recipe("painter", ENGINE, 100 + number, 192, 192, prompt=f"{MOTIFS[motif]}, clear", blend=blend)
        Image.fromarray(Painter().generate([recipe])[0].pixels).save(folder / f"{number:02d}.png")
        said = PLANTED.get(number, motif)
        assert number not in PLANTED or said != motif
        attributes = [{"trait_type": "Motif", "value": said}]
        (folder / f"{number:02d}.json").write_text(json.dumps({"attributes": attributes}))
    return folder


@pytest.fixture
def project(tmp_path: Path, here: Run, landscapes: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    text = 'title = "Scenes"\nsupply = 6\nseed = "scenes"\n[score]\nencoder = "tiny-clip"\n'
    (folder / "collection.toml").write_text(text)
    assert here("-C", folder, "import", landscapes).code == 0
    assert here("-C", folder, "score").code == 0
    return folder


def test_planted_mismatches_are_found(project: Path, here: Run) -> None:
    found = here("-C", project, "mismatches", "--json").object["mismatches"]
    numbers = [item["image"] - 1 for item in found]
    hits = [number for number in numbers if number in PLANTED]
    assert len(hits) >= 0.75 * len(PLANTED), "recall"
    assert len(hits) >= 0.5 * len(numbers), "precision"
    assert set(numbers[:2]) <= set(PLANTED), "the worst come first"
