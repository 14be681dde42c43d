"""The heads that see damage: a whole picture has a higher number than its damaged copies, by the encoder's vectors."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

from collection.generate.painter.generator import ENGINE, Painter
from collection.judge.damage import CLEAN, WHOLE
from collection.judge.encoders.tiny_clip import TinyClip
from collection.judge.metric import Metric, OfVectors
from collection.judge.vector_scorer import vector_metrics
from collection.values import Pixels, Recipe, Style, StyleBlend


def half_missing(pixels: Pixels) -> Pixels:
    found = pixels.copy()
    found[len(found) // 2 :] = 128
    return found


def torn(pixels: Pixels) -> Pixels:
    found = pixels.copy()
    for top in (30, 90, 150, 200):
        found[top : top + 22] = np.roll(found[top : top + 22], 70, axis=1)
    return found


def soft(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(4)))


def shaken(pixels: Pixels) -> Pixels:
    return np.asarray(np.mean([np.roll(pixels, step, axis=1) for step in range(10)], axis=0), np.uint8)


def noisy(pixels: Pixels) -> Pixels:
    return np.asarray(np.clip(pixels + np.random.default_rng(5).normal(0, 30, pixels.shape), 0, 255), np.uint8)


def blocks(pixels: Pixels) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=4)
    return np.asarray(Image.open(file))


@pytest.fixture(scope="module")
def encoder() -> TinyClip:
    return TinyClip()


@pytest.fixture(scope="module")
def scenes() -> list[Pixels]:
    """Pictures in four of the painter's styles."""
    names = ("woodblock", "bauhaus", "papercut", "stained-glass")
    blends = [StyleBlend(((Style(name, settings={"painter": name}), 1.0),)) for name in names]
    recipes = [
        Recipe("painter", ENGINE, 900 + number, 256, 256, prompt="a harbour at noon", blend=blend)
        for number, blend in enumerate(blends)
    ]
    return [rendering.pixels for recipe in recipes for rendering in Painter().generate([recipe])]


def measured(metric: Metric, encoder: TinyClip, pictures: list[Pixels]) -> Any:
    assert isinstance(metric.computed, OfVectors)
    return np.asarray(metric.computed.measure(encoder.encode(pictures)))


@pytest.mark.parametrize(
    ("metric", "damage"),
    [(WHOLE, half_missing), (WHOLE, torn), (CLEAN, soft), (CLEAN, shaken), (CLEAN, noisy), (CLEAN, blocks)],
)
def test_a_damaged_copy_has_a_lower_number(
    metric: Metric, damage: Callable[[Pixels], Pixels], encoder: TinyClip, scenes: list[Pixels]
) -> None:
    whole = measured(metric, encoder, scenes)
    damaged = measured(metric, encoder, [damage(picture) for picture in scenes])
    assert (damaged < whole).all()
    assert ((whole >= 0) & (whole <= 100) & (damaged >= 0) & (damaged <= 100)).all()
    assert whole.mean() - damaged.mean() > 25


def test_a_number_is_the_same_to_the_last_bit_alone_and_among_others(encoder: TinyClip) -> None:
    assert isinstance(CLEAN.computed, OfVectors)
    vectors = np.abs(np.random.default_rng(3).normal(size=(7, 1280))).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    together = np.asarray(CLEAN.computed.measure(vectors))
    assert [float(CLEAN.computed.measure(vectors[n : n + 1])[0]) for n in range(7)] == together.tolist()


def test_only_the_encoder_that_they_were_trained_on_has_them(encoder: TinyClip) -> None:
    class Other:
        model = "openai/ViT-B-32"

    assert {"whole", "clean"} <= {item.name for item in vector_metrics(encoder)}
    assert not {"whole", "clean"} & {item.name for item in vector_metrics(Other())}  # type: ignore[arg-type]
    assert WHOLE.model.startswith("whole/1@") and CLEAN.defect is None
