"""Whole pictures that were spoilt are flagged for what was done to them; photographs and flat drawings are not."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from collection.judge.catalogue import metrics
from collection.judge.issues import thresholds
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.values import Pixels

LIMITS = thresholds({})
DEFECTS = {metric.defect.issue: metric for metric in metrics().values() if metric.defect and metric.name != "nsfw"}
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket", "camera", "immunohistochemistry", "moon", "gravel", "retina")
SCORER = PixelMetrics(DEFECTS.values())
NEW = {"incomplete", "noisy", "elongated", "dark", "overexposed", "shaken", "banded"}
"""Issues that no clean picture here has."""


def issues(pixels: Pixels) -> set[str]:
    found = SCORER.measure(pixels)
    return {
        issue
        for issue, metric in DEFECTS.items()
        if (found[metric.name] - LIMITS[issue]) * (-1 if metric.defect and metric.defect.side == "under" else 1) > 0
    }


@pytest.fixture(scope="module")
def clean(photos: dict[str, Pixels]) -> list[Pixels]:
    return [photos[name] for name in PHOTOGRAPHS]


@pytest.fixture(scope="module")
def drawings(repository: Path) -> ModuleType:
    """benchmarks/drawings.py."""
    spec = importlib.util.spec_from_file_location("drawings", repository / "benchmarks" / "drawings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cut_off(pixels: Pixels, share: float, colour: int, side: int) -> Pixels:
    turned = np.rot90(pixels, side).copy()
    turned[round(len(turned) * (1 - share)) :] = colour
    return np.rot90(turned, -side)


def grainy(pixels: Pixels, levels: float, channels: int) -> Pixels:
    noise = np.random.default_rng(0).normal(0, levels, (*pixels.shape[:2], channels))
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def shaken(pixels: Pixels, down: int, right: int) -> Pixels:
    moved = [np.roll(pixels, (step * down, step * right), (0, 1)) for step in range(-4, 5)]
    return np.mean(moved, axis=0).astype(np.uint8)


@pytest.mark.parametrize(
    ("issue", "spoil", "least"),
    [
        ("incomplete", lambda pixels: cut_off(pixels, 0.5, 128, 0), 9),
        ("incomplete", lambda pixels: cut_off(pixels, 0.25, 128, 1), 9),
        ("incomplete", lambda pixels: cut_off(pixels, 0.3, 128, 2), 9),
        ("incomplete", lambda pixels: cut_off(pixels, 0.5, 0, 3), 7),
        ("noisy", lambda pixels: grainy(pixels, 25, 1), 9),
        ("noisy", lambda pixels: grainy(pixels, 30, 3), 9),
        ("elongated", lambda pixels: pixels[: pixels.shape[1] // 8], 9),
        ("elongated", lambda pixels: np.asarray(Image.fromarray(pixels).resize((50, 400))), 9),
        ("dark", lambda pixels: (pixels * 0.2).astype(np.uint8), 9),
        ("overexposed", lambda pixels: np.clip(pixels * 2.2, 0, 255).astype(np.uint8), 6),
        ("shaken", lambda pixels: shaken(pixels, 0, 1), 9),
        ("shaken", lambda pixels: shaken(pixels, 1, 0), 8),
        ("shaken", lambda pixels: shaken(pixels, 1, -1), 8),
    ],
)
def test_spoilt_photographs_are_flagged(
    clean: list[Pixels], issue: str, spoil: Callable[[Pixels], Pixels], least: int
) -> None:
    assert sum(issue in issues(spoil(pixels)) for pixels in clean) >= least


@pytest.mark.parametrize("colour", [255, 0, 90])
def test_a_frame_is_a_border_and_no_missing_part(clean: list[Pixels], colour: int) -> None:
    for pixels in clean[:3]:
        framed = np.pad(pixels, ((60, 60), (60, 60), (0, 0)), constant_values=colour)
        assert issues(framed) & {"bordered", "incomplete"} == {"bordered"}


def test_photographs_are_not(clean: list[Pixels]) -> None:
    for name, pixels in zip(PHOTOGRAPHS, clean, strict=True):
        assert not issues(pixels) & NEW, name


def test_flat_drawings_have_no_bands_no_lettering_and_none_of_those(drawings: ModuleType) -> None:
    """Their teeth, railings and windows stand in rows, as letters do; their neighbouring colours are no gradient."""
    for kind in drawings.KINDS:
        for seed in range(3):
            assert not issues(drawings.drawing(kind, seed, 320)) & {*NEW, "text"}, (kind, seed)


def test_a_plain_colour_is_told_how_it_can_be_chosen() -> None:
    from collection.judge.issues import excluded

    found = excluded({1: {"blank": "contrast 0, under 0.008"}, 2: {"tiny": "small"}}, ("tiny",))
    assert found[1] == "blank (contrast 0, under 0.008; blank = 0 in [score.issues] lets such images in)"
    assert found[2] == "tiny (small)"
    assert thresholds({"blank": 0})["blank"] == 0


def test_an_issue_that_has_another_name_now_is_refused_with_it() -> None:
    from collection.errors import UsageError

    with pytest.raises(UsageError, match="it is called dark or overexposed now"):
        thresholds({"misexposed": 0.1})
