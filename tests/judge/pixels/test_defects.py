"""Each measure tells pictures with a planted defect from the same pictures without it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from collection.config import Config
from collection.generate.painter.style_parameters import STYLES
from collection.generate.registry import build_generator
from collection.judge.issues import thresholds
from collection.judge.pixels.banding import banding
from collection.judge.pixels.borders import borders
from collection.judge.pixels.clipping import clipping
from collection.judge.pixels.lettering import STRIDE, WINDOW, stroke_counts
from collection.judge.pixels.luminance import Grey, fine_luminance, luminance, reduce, square_sums
from collection.judge.pixels.picture import Picture
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.judge.pixels.sharpness import sharpness
from collection.store.files import Files
from collection.values import Pixels, Recipe, Style, StyleBlend

Measured = dict[str, float]
LIMITS = SimpleNamespace(**thresholds({}))

CLEAN = (
    "astronaut", "chelsea", "coffee", "rocket", "camera", "immunohistochemistry", "moon", "brick", "grass", "gravel",
    "retina", "coins",
)  # fmt: skip
"""Photographs with nothing wrong: no drawing, no scan, none that is out of focus."""


@pytest.fixture(scope="session")
def paintings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pixels]:
    """Two of the painter's pictures in each style, of seeds that no threshold was chosen by."""
    config = Config.model_validate({"title": "x", "supply": 1, "seed": 1})
    painter = build_generator(config, Files(tmp_path_factory.mktemp("files")))
    styles = {name: Style(name, settings={"painter": name}) for name in STYLES}
    recipes = {
        f"{name}-{seed}": Recipe(
            "painter", "painter/1", seed, 320, 320, "", ("a boat at dusk", "rain over fields")[seed % 2],
            blend=StyleBlend.of({name: 1}, styles),
        )
        for name in STYLES
        for seed in (70, 71)
    }  # fmt: skip
    return {name: painter.generate([recipe])[0].pixels for name, recipe in recipes.items()}


@pytest.fixture(scope="session")
def clean(photos: dict[str, Pixels], paintings: dict[str, Pixels]) -> dict[str, Pixels]:
    return {**{name: photos[name] for name in CLEAN}, **paintings}


@pytest.fixture(scope="session")
def measured(clean: dict[str, Pixels]) -> dict[str, Measured]:
    return measure_all(clean)


def measure_all(pictures: Mapping[str, Pixels]) -> dict[str, Measured]:
    return {name: PixelMetrics().measure(pixels) for name, pixels in pictures.items()}


def auc(higher: list[float], lower: list[float]) -> float:
    """How likely one of the first is higher than one of the second, equals counted half."""
    pairs = [(a > b) + (a == b) / 2 for a in higher for b in lower]
    return sum(pairs) / len(pairs)


def blurred(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(3)))


def burnt(pixels: Pixels) -> Pixels:
    return np.clip(pixels.astype(np.int16) * 2 + 110, 0, 255).astype(np.uint8)


def starved(pixels: Pixels) -> Pixels:
    return (pixels // 8).astype(np.uint8)


def sky(pixels: Pixels, levels: int) -> Pixels:
    """With a sky, over two fifths, that goes from light to dark in so many levels."""
    pixels = pixels.copy()
    rows = len(pixels) * 2 // 5
    ramp = np.linspace(200, 80, rows) // (256 / levels) * (256 / levels)
    pixels[:rows] = ramp[:, None, None].astype(np.uint8)
    return pixels


def banded(pixels: Pixels) -> Pixels:
    return sky(pixels, 24)


def letterboxed(pixels: Pixels) -> Pixels:
    bar, tone = len(pixels) // 10, 20
    inside = np.where(np.abs(pixels.astype(np.int16) - tone) < 12, 40, pixels)[bar:-bar]  # black on black has no edge
    return np.pad(inside, ((bar, bar), (0, 0), (0, 0)), constant_values=tone).astype(np.uint8)


def framed(pixels: Pixels) -> Pixels:
    return np.pad(pixels, ((30, 30), (30, 30), (0, 0)), constant_values=255 if pixels.mean() < 128 else 0)


def captioned(pixels: Pixels) -> Pixels:
    """With a line of letters that mean nothing, in the tone that stands out, two thirds opaque."""
    height, width = pixels.shape[:2]
    random = Random(int(pixels.astype(np.int64).sum()))
    text = "".join(random.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789   ", k=width // 14))
    top = random.randint(height // 2, height - 50)
    tone = 0 if pixels[top : top + 24].mean() > 128 else 255
    image = Image.fromarray(pixels).convert("RGBA")
    layer = Image.new("RGBA", image.size)
    ImageDraw.Draw(layer).text((12, top), text, (tone, tone, tone, 170), ImageFont.load_default(24))
    return np.asarray(Image.alpha_composite(image, layer).convert("RGB"))


PLANTED = [
    ("sharpness", blurred, "lower", 0.98),
    ("exposure", burnt, "lower", 0.9),
    ("exposure", starved, "lower", 0.98),
    ("clipping", burnt, "higher", 0.95),
    ("banding", banded, "higher", 0.95),
    ("borders", letterboxed, "higher", 0.9),
    ("borders", framed, "higher", 0.9),
    ("text", captioned, "higher", 0.85),
]


@pytest.mark.parametrize(("metric", "spoil", "goes", "floor"), PLANTED)
def test_a_planted_defect_is_told_from_what_was_there(
    clean: dict[str, Pixels], measured: dict[str, Measured],
    metric: str, spoil: Callable[[Pixels], Pixels], goes: str, floor: float,
) -> None:  # fmt: skip
    spoilt = [PixelMetrics().measure(spoil(pixels))[metric] for pixels in clean.values()]
    before = [found[metric] for found in measured.values()]
    assert (auc(spoilt, before) if goes == "higher" else auc(before, spoilt)) >= floor


def test_few_clean_pictures_are_beyond_the_default_thresholds(measured: dict[str, Measured]) -> None:
    wrong = {
        "blurred": [name for name, found in measured.items() if found["sharpness"] < LIMITS.blurred],
        "clipped": [name for name, found in measured.items() if found["clipping"] > LIMITS.clipped],
        "banded": [name for name, found in measured.items() if found["banding"] > LIMITS.banded],
        "blank": [name for name, found in measured.items() if found["contrast"] < LIMITS.blank],
    }
    assert not any(wrong.values()), wrong
    assert sum(found["borders"] > LIMITS.bordered for found in measured.values()) <= len(measured) / 10
    assert sum(found["text"] > LIMITS.text for found in measured.values()) <= len(measured) / 5


def test_most_planted_defects_are_beyond_them(clean: dict[str, Pixels]) -> None:
    def share(spoil: Callable[[Pixels], Pixels], holds: Callable[[Measured], bool]) -> float:
        return sum(holds(PixelMetrics().measure(spoil(pixels))) for pixels in clean.values()) / len(clean)

    assert share(blurred, lambda found: found["sharpness"] < LIMITS.blurred) >= 0.8
    assert share(banded, lambda found: found["banding"] > LIMITS.banded) >= 0.9
    assert share(letterboxed, lambda found: found["borders"] > LIMITS.bordered) >= 0.8
    assert share(captioned, lambda found: found["text"] > LIMITS.text) >= 0.7


def as_jpeg(pixels: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


@pytest.mark.parametrize("levels", [24, 32, 48])
def test_bands_are_found_after_jpeg(clean: dict[str, Pixels], levels: int) -> None:
    found = [PixelMetrics().measure(as_jpeg(sky(pixels, levels), 85))["banding"] for pixels in clean.values()]
    assert sum(value > LIMITS.banded for value in found) >= 0.8 * len(found)


def test_jpeg_makes_no_bands(clean: dict[str, Pixels]) -> None:
    for quality in (95, 75):
        found = {name: PixelMetrics().measure(as_jpeg(sky(pixels, 256), quality)) for name, pixels in clean.items()}
        assert not [name for name, measures in found.items() if measures["banding"] > LIMITS.banded]


def test_a_smooth_gradient_has_no_bands(clean: dict[str, Pixels], measured: dict[str, Measured]) -> None:
    for name, pixels in clean.items():
        assert PixelMetrics().measure(sky(pixels, 256))["banding"] <= measured[name]["banding"] + 0.001


def test_a_subject_on_a_plain_ground_has_no_border() -> None:
    image = Image.new("L", (200, 200), 240)
    ImageDraw.Draw(image).ellipse((40, 40, 160, 160), fill=30)
    assert borders(np.asarray(image)) == 0.0
    ImageDraw.Draw(image).rectangle((40, 40, 160, 160), fill=30)
    assert borders(np.asarray(image)) == pytest.approx(1 - 121 * 121 / 40_000), "the same place, but straight"


def test_a_border_of_one_side_is_a_sky() -> None:
    grey = np.random.default_rng(0).integers(0, 200, (100, 100), dtype=np.uint8)
    grey[:30] = 250
    assert borders(grey) == 0.0
    grey[-10:] = 250
    assert borders(grey) == pytest.approx(0.4)


def test_a_border_survives_jpeg(photo: Callable[[str], Pixels]) -> None:
    assert PixelMetrics().measure(as_jpeg(framed(photo("coffee")), 80))["borders"] > LIMITS.bordered


def test_pages_of_text_are_text(photo: Callable[[str], Pixels]) -> None:
    assert PixelMetrics().measure(photo("page"))["text"] > 0.5


@pytest.mark.parametrize("factor", [2, 4])
def test_a_picture_is_judged_alike_in_any_size(photo: Callable[[str], Pixels], factor: int) -> None:
    picture = photo("astronaut")
    large = picture.repeat(factor, axis=0).repeat(factor, axis=1)
    assert reduce(luminance(large)).tobytes() == luminance(picture).tobytes()


def plain_lettering_counts(strokes: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    begins = np.diff(strokes.astype(int), axis=1, prepend=strokes[:, :1].astype(int)) == 1
    return np.array([begins[:, at : at + WINDOW].sum(axis=1) for at in range(0, strokes.shape[1] - WINDOW + 1, STRIDE)])


def plain_lost(lines: npt.NDArray[np.float64]) -> float:
    """Crété's formula, line by line: the variation between neighbours less that after a mean of 9."""
    steps = np.abs(np.diff(lines[:, 4:-4]))
    means = np.array([np.convolve(line, np.ones(9) / 9, "valid") for line in lines])
    lost = np.maximum(steps - np.abs(np.diff(means)), 0)
    return float(lost.sum() / steps.sum()) if steps.sum() else 0.0


def plain_plateaus(row: list[int]) -> list[tuple[int, int, float, int]]:
    """Begin, end, mean and span of each run of 5 pixels or more in which neighbours differ by 2 at most."""
    cuts = [0, *(place for place in range(1, len(row)) if abs(row[place] - row[place - 1]) > 2), len(row)]
    runs = [(begin, end, row[begin:end]) for begin, end in pairwise(cuts) if end - begin >= 5]
    return [(begin, end, sum(tones) / len(tones), max(tones) - min(tones)) for begin, end, tones in runs]


def plain_staircases(grey: Grey) -> float:
    def climbs(one: tuple[int, int, float, int], other: tuple[int, int, float, int]) -> float:
        near, flat = other[0] - one[1] <= 5, max(one[3], other[3]) <= 3
        return other[2] - one[2] if near and flat and 3 <= abs(other[2] - one[2]) <= 24 else 0.0

    found = 0
    for runs in map(plain_plateaus, grey.astype(int).tolist()):
        steps = [climbs(before, run) for before, run in pairwise(runs)]
        for place, run in enumerate(runs[1:-1]):
            up = [steps[other] * steps[other + 1] > 0 for other in range(len(steps) - 1)]
            near = any(up[other] for other in (place - 1, place + 1) if 0 <= other < len(up))
            found += run[1] - run[0] if up[place] and near else 0
    return found / grey.size


@st.composite
def greys(draw: st.DrawFn) -> Grey:
    """Noise, plateaus and staircases of few and of many tones."""
    height, width = draw(st.integers(9, 40)), draw(st.integers(9, 150))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lengths = rng.integers(1, draw(st.integers(2, 14)), (height, width))
    tones = rng.integers(-30, 31, (height, width)) if draw(st.booleans()) else rng.integers(1, 26, (height, width))
    rows = [np.repeat(np.cumsum(tone), length)[:width] for tone, length in zip(tones, lengths, strict=True)]
    grey = np.array(rows, dtype=np.int64).astype(np.uint8)
    grey = grey // 2 * 2 + rng.integers(0, 2, grey.shape, dtype=np.uint8) if draw(st.booleans()) else grey
    return np.ascontiguousarray(grey.T) if draw(st.booleans()) else grey


@settings(deadline=None)
@given(greys())
def test_measures_of_whole_numbers_are_what_their_plain_formulas_say(grey: Grey) -> None:
    assert banding(grey) == pytest.approx(max(plain_staircases(grey), plain_staircases(grey.T)), abs=1e-12)
    lines = grey.astype(np.float64)
    varied = [plain_lost(way) for way in (lines, lines.T) if _varies_inside(way)]
    assert sharpness(grey) == pytest.approx(min(varied, default=0.0), abs=1e-9)


def _varies_inside(lines: np.ndarray) -> bool:
    """Whether there is a step between the neighbours that have whole windows of nine around them."""
    return bool(np.diff(lines[:, 4:-4], axis=1).any())


def test_paper_and_ink_are_not_clipped_and_stripes_not_blurred() -> None:
    ink = np.full((96, 96, 3), 255, np.uint8)
    ink[20:24], ink[:, 40:44], ink[60:80, 60:80] = 0, 0, (200, 40, 40)
    assert clipping(Picture(ink)) == 0
    stripes = np.zeros((96, 96, 3), np.uint8)
    stripes[np.arange(96) // 3 % 2 == 0] = 220
    for turned in (stripes, stripes.swapaxes(0, 1)):
        assert sharpness(Picture(np.ascontiguousarray(turned)).luminance) > 0.6


@settings(deadline=None)
@given(greys())
def test_strokes_are_counted_in_every_window(grey: Grey) -> None:
    if grey.shape[1] >= WINDOW:
        assert np.array_equal(stroke_counts(grey > 128), plain_lettering_counts(grey > 128).T)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_luminance_and_its_sums_are_exact(height: int, width: int, seed: int, factor: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    grey = luminance(pixels)
    assert np.array_equal(grey, (pixels.astype(int) @ [13933, 46871, 4732] + 32768) >> 16)
    assert fine_luminance(pixels) == pytest.approx(pixels @ np.array([0.2125, 0.7154, 0.0721]) / 255, abs=1e-15)
    sums = square_sums(grey, factor)
    assert sums.shape == (height // factor, width // factor)
    for (row, column), found in np.ndenumerate(sums):
        assert found == grey[row * factor :, column * factor :][:factor, :factor].sum()


@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_every_picture_has_numbers_in_the_range_of_its_metrics(height: int, width: int, seed: int) -> None:
    from collection.judge.catalogue import metrics

    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, rng.integers(1, 257), (height, width, 3), dtype=np.uint8)
    for metric, value in PixelMetrics().measure(pixels).items():
        low, high = metrics()[metric].range
        assert float(low) <= value <= float(high)
