"""Encoders that other packages add: one that works, and some that are each wrong in a way of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.config import Score
from collection.errors import PluginError, UsageError
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.plugin import ENCODERS, open_encoder
from collection.judge.encoders.text_tower import has_text_tower
from collection.judge.scorer_factory import build_scorers
from collection.stages.picture_folder import open_folder
from collection.values import Pixels

Install = Callable[[str], Path]

WRONG = {
    "broken-import": r'encoder "broken-import" of collection-broken-encoders 1\.0 cannot be used: RuntimeError: the dr',
    "broken-kind": r"EncoderPlugin was expected, not Encoder",
    "broken-open": r'encoder "broken-open" cannot be used: asked to be opened, it raised ZeroDivisionError',
    "broken-model": r'encoder "broken-model" cannot be used: its model is None',
    "broken-claim": r'encoder "broken-claim" cannot be used: it claims a text tower',
}
"""What is seen before a picture is."""
WRONG_VECTORS = {
    "broken-shape": r"it gave \(2, 5\) float32, where \(2, 4\) float32 was due",
    "broken-count": r"it gave \(3, 4\) float32, where \(2, 4\) float32 was due",
    "broken-dtype": r"it gave \(2, 4\) float64, where \(2, 4\) float32 was due",
    "broken-length": r"it gave a vector of length 3, not 1",
    "broken-nan": r"it gave vectors that are not finite",
    "broken-list": r"it gave list and no array",
    "broken-encode": r"it raised ZeroDivisionError: one divided by nothing",
}


@pytest.fixture
def pictures(photos: dict[str, Pixels]) -> list[Pixels]:
    return list(photos.values())[:2]


def test_a_package_adds_an_encoder_with_a_place(third_party: Install, tmp_path: Path, pictures: list[Pixels]) -> None:
    third_party("encoder")
    assert "colours" in ENCODERS.names
    encoder: Any = open_encoder("colours:3", tmp_path)
    assert (encoder.model, encoder.dimensions, has_text_tower(encoder)) == ("colours@3", 27, True)
    vectors = encoder.encode(pictures)
    assert vectors.shape == (2, 27)
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 200
    near = encoder.encode([red]) @ encoder.encode_text(["a red thing", "a blue thing"]).T
    assert near[0, 0] > 0.9 > 0 > near[0, 1]
    assert open_encoder("colours", tmp_path).dimensions == 12
    with pytest.raises(UsageError, match="colours:x is no grid"):
        open_encoder("colours:x", tmp_path)


def test_without_the_package_its_name_is_refused_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='there is no encoder "colours"') as refused:
        open_encoder("colours", tmp_path)
    for name in ("embedded", "cpu", "quality", "siglip"):
        assert name in str(refused.value.hint)


@pytest.mark.parametrize("name", WRONG)
def test_one_that_cannot_be_opened_is_named_and_the_rest_works(third_party: Install, tmp_path: Path, name: str) -> None:
    third_party("broken_encoders")
    with pytest.raises(PluginError, match=WRONG[name]) as refused:
        build_scorers(Score(encoder=name), tmp_path)
    assert refused.value.hint
    assert isinstance(build_scorers(Score(), tmp_path).encoder, EfficientNetLite0)


@pytest.mark.parametrize("name", WRONG_VECTORS)
def test_one_that_gives_no_unit_vectors_is_named(
    third_party: Install, tmp_path: Path, pictures: list[Pixels], name: str
) -> None:
    third_party("broken_encoders")
    encoder = open_encoder(name, tmp_path)
    with pytest.raises(PluginError, match=WRONG_VECTORS[name]) as refused:
        encoder.encode(pictures)
    assert f'the encoder "{name}" cannot be used' in refused.value.message


def test_a_text_tower_that_is_none_is_named_when_it_is_asked(
    third_party: Install, tmp_path: Path, pictures: list[Pixels]
) -> None:
    third_party("broken_encoders")
    encoder: Any = open_encoder("broken-words", tmp_path)
    assert encoder.encode(pictures).shape == (2, 4)
    with pytest.raises(PluginError, match=r"asked to encode texts, it raised NotImplementedError: texts are for"):
        encoder.encode_text(["red"])


def test_broken_ones_are_listed_and_a_built_in_name_is_not_taken_over(third_party: Install, tmp_path: Path) -> None:
    third_party("broken_encoders")
    third_party("encoder")
    named = {failure.what: failure.why for failure in ENCODERS.failures()}
    assert set(named) == {"encoder broken-import", "encoder broken-kind", "encoder cpu"}
    assert all("collection-broken-encoders 1.0" in why for why in named.values())
    assert "colours" in dict(ENCODERS.working())
    encoder: Any = open_encoder("cpu", tmp_path)
    assert encoder.reference.text == "ViT-B-32-quickgelu/openai"


def test_a_folder_is_scored_and_searched_for_duplicates_by_it(
    third_party: Install, tmp_path: Path, pictures: list[Pixels]
) -> None:
    from PIL import Image

    third_party("encoder")
    for number, pixels in enumerate([*pictures, pictures[0]]):
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    with open_folder(tmp_path, Score(encoder="colours")) as opened:
        assert opened.scorers.encoder.model == "colours@2"
        assert len(opened.scores()) == 3
        assert [[copy.name for copy in copies] for copies in opened.copies().groups.values()] == [["2.png"]]
