"""The embedded painter through its public door."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from typing import NoReturn

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import GenerationError
from collection.generate.painter.generator import ENGINE, Painter, svg
from collection.generate.painter.style_parameters import STYLES
from collection.generate.painter.vocabulary import ODDS, VOCABULARY
from collection.values import Pixels, Recipe, Style, StyleBlend

FEATURES = "X86_V4 AVX512_ICL X86_V3"


def recipe(blend: Mapping[str, float], seed: int = 7, size: tuple[int, int] = (128, 128), prompt: str = "") -> Recipe:
    styles = {name: Style(name, settings={"painter": name}) for name in blend}
    return Recipe("painter", ENGINE, seed, *size, prompt=prompt, blend=StyleBlend.of(blend, styles))


PAINTED: dict[str, Pixels] = {}


def paint(wanted: Recipe) -> Pixels:
    """The picture of a recipe, painted once for all tests."""
    if wanted.sha256 not in PAINTED:
        PAINTED[wanted.sha256] = paint_anew(wanted)
    return PAINTED[wanted.sha256]


def paint_anew(wanted: Recipe) -> Pixels:
    return Painter().generate([wanted])[0].pixels


def features(seed: int, prompt: str = "") -> dict[str, str]:
    """What a picture says of itself, at the smallest size."""
    return dict(Painter().generate([recipe({"papercut": 1.0}, seed, (64, 64), prompt)])[0].features)


def sha256(pixels: Pixels) -> str:
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def distance(one: Pixels, other: Pixels) -> float:
    """Mean difference of two pictures, in steps of 255."""
    return float(np.abs(one.astype(np.int16) - other.astype(np.int16)).mean())


# The promise "same recipe, same picture, for ever": who changes a pixel must raise ENGINE to the next number.
GOLDEN = {
    "impasto": "fb99a6fa4e27021241b42ca0f94b099a9a763af9a6cb1deffc69b3cff8d4edf4",
    "woodblock": "3fa7cdb8dd40d96f0994c9bbbf9d25c9bfa9ed4447f3399b7b77d23ffdccb9fb",
    "bauhaus": "b6c0e83add74104529102603f3a06852159f2c4bc95267ea2d77e34078dd2821",
    "ink": "691b74ad8433ecdf924a50362a359c1af0ddc6554baee79df9c4a210f20f3fd4",
    "papercut": "54f17b7a814743d04613c2270ad3d31055b7a2efa15f8de0288bb2fb3adde9aa",
    "pointillism": "3a38d0b983b74afabb27ff63ee78162f6e0606e3f8191451e9b08c712f902192",
    "stained-glass": "ed285b4e785234c6af158cf0c2f081e9fa9a8160d011fc3b4ca1337a10f770ac",
}


@pytest.mark.parametrize("style", STYLES)
def test_a_recipe_is_the_same_picture_for_ever(style: str) -> None:
    assert sha256(paint(recipe({style: 1.0}))) == GOLDEN[style]


def test_golden_pictures_cover_every_style() -> None:
    assert list(GOLDEN) == list(STYLES)


PROBE = """
import hashlib, json, sys
from numpy._core._multiarray_umath import __cpu_features__ as features
from collection.generate.painter.generator import Painter
from collection.values import Recipe
recipes = [Recipe.from_json(value) for value in json.load(sys.stdin)]
digests = [hashlib.sha256(each.pixels.tobytes()).hexdigest() for each in Painter().generate(recipes)]
print(json.dumps({"digests": digests, "on": [name for name in sys.argv[1:] if features.get(name)]}))
"""


def test_a_processor_with_fewer_features_paints_the_same_pixels(missing: Callable[[str], NoReturn]) -> None:
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    usable = [name for name in FEATURES.split() if name in __cpu_dispatch__ and __cpu_features__.get(name)]
    if not usable:
        missing(f"this processor and numpy have none of {FEATURES} to switch off")
    recipes = [recipe({style: 1.0}, seed=21) for style in STYLES]
    recipes.append(recipe({"impasto": 0.4, "woodblock": 0.35, "stained-glass": 0.25}, seed=22, size=(192, 96)))
    answer = subprocess.run(
        [sys.executable, "-c", PROBE, *usable],
        input=json.dumps([each.as_json() for each in recipes]),
        env={**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(usable)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(answer.stdout)
    assert told["on"] == [], "numpy did not switch the features off"
    assert told["digests"] == [sha256(paint(each)) for each in recipes]


@pytest.mark.parametrize("style", STYLES)
def test_seeds_differ_and_repeat(style: str) -> None:
    first = recipe({style: 1.0}, seed=1)
    assert np.array_equal(paint(first), paint_anew(first))
    assert distance(paint(first), paint(recipe({style: 1.0}, seed=2))) > 8


def test_styles_look_different() -> None:
    pictures = [paint(recipe({style: 1.0}, seed=1)) for style in STYLES]
    nearest = min(distance(one, other) for index, one in enumerate(pictures) for other in pictures[:index])
    assert nearest > 5


PAIRS = [("impasto", "woodblock"), ("bauhaus", "ink"), ("stained-glass", "pointillism"), ("papercut", "impasto")]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_blend_moves_smoothly_from_one_style_to_the_other(one: str, other: str) -> None:
    weights = [1.0, 0.95, 0.6, 0.55, 0.05, 0.0]
    pictures = [paint(recipe({one: weight, other: 1 - weight}, seed=5)) for weight in weights]
    whole = distance(pictures[0], pictures[-1])
    steps = [distance(pictures[index], pictures[index + 1]) for index in (0, 2, 4)]
    assert min(steps) > 0
    assert max(steps) < 0.3 * whole, f"steps of 0.05 differ by {steps}, the pure styles by {whole}"


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_middle_lies_between_the_pure_styles(one: str, other: str) -> None:
    left, middle, right = (paint(recipe({one: part, other: 1 - part}, seed=5)) for part in (1.0, 0.5, 0.0))
    whole = distance(left, right)
    assert distance(left, middle) < whole
    assert distance(middle, right) < whole


def test_a_whole_weight_is_the_pure_style() -> None:
    assert np.array_equal(paint_anew(recipe({"ink": 1.0, "impasto": 0.0})), paint(recipe({"ink": 1.0})))


def test_two_names_of_one_painter_style_add_up() -> None:
    parts = tuple((Style(name, settings={"painter": "ink"}), 0.5) for name in ("fog", "rock"))
    twice = Recipe("painter", ENGINE, 7, 128, 128, blend=StyleBlend(parts))
    assert np.array_equal(paint(twice), paint(recipe({"ink": 1.0})))


@settings(max_examples=8, deadline=None)
@given(
    blend=st.dictionaries(st.sampled_from(list(STYLES)), st.floats(0.01, 1.0), min_size=1, max_size=4),
    seed=st.integers(0, 2**53 - 1),
    prompt=st.sampled_from(["", "a storm", "city at night", "snow in the desert", "nothing known"]),
)
def test_any_blend_of_any_seed_is_a_picture(blend: dict[str, float], seed: int, prompt: str) -> None:
    pixels = paint(recipe(blend, seed, (96, 64), prompt))
    assert pixels.shape == (64, 96, 3)
    assert pixels.dtype == np.uint8
    assert pixels.std() > 6, "an empty sheet"


@pytest.mark.parametrize("size", [(64, 64), (64, 1024), (1024, 64), (200, 100), (101, 77)])
def test_any_aspect(size: tuple[int, int]) -> None:
    pixels = paint(recipe({"woodblock": 0.5, "stained-glass": 0.5}, size=size))
    assert pixels.shape == (size[1], size[0], 3)
    assert pixels.std() > 6


@pytest.mark.parametrize("size", [(63, 64), (64, 4097)])
def test_impossible_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(GenerationError, match=f"{size[0]} x {size[1]}"):
        svg(recipe({"ink": 1.0}, size=size))


@pytest.mark.parametrize("style", ["bauhaus", "papercut", "impasto"])
def test_a_larger_picture_is_the_same_picture(style: str) -> None:
    small = paint(recipe({style: 1.0}, size=(128, 128)))
    large = paint(recipe({style: 1.0}, size=(512, 512))).reshape(128, 4, 128, 4, 3).mean(axis=(1, 3))
    assert distance(small, large) < 9
    assert distance(small, paint(recipe({style: 1.0}, seed=8))) > 18


def test_an_unknown_style_is_named_with_the_known_ones() -> None:
    with pytest.raises(GenerationError, match='"cubism"') as caught:
        paint(recipe({"cubism": 1.0}))
    assert all(style in str(caught.value.hint) for style in STYLES)


def test_without_a_style_it_paints_woodblocks() -> None:
    assert np.array_equal(paint(recipe({})), paint(recipe({"woodblock": 1.0})))


@pytest.mark.parametrize("style", STYLES)
def test_svg_is_xml_of_its_own(style: str) -> None:
    text = svg(recipe({style: 1.0}, size=(256, 128)))
    root = ElementTree.fromstring(text)
    assert (root.tag, root.get("width"), root.get("height")) == ("{http://www.w3.org/2000/svg}svg", "256", "128")
    assert not any(word in text for word in ("<text", "<image", "href", "nan", "inf"))


def test_the_picture_says_what_it_shows() -> None:
    told = features(11)
    assert told == features(11)
    assert set(told) == set(ODDS)
    assert all(told[trait] in ODDS[trait] for trait in ODDS)
    assert len({tuple(features(seed).items()) for seed in range(8)}) > 5


@pytest.mark.parametrize("odds", ODDS.values(), ids=ODDS)
def test_odds_are_percent_and_uneven(odds: Mapping[str, float]) -> None:
    assert sum(odds.values()) == 100
    assert 6 <= len(odds) <= 12
    assert max(odds.values()) >= 2 * min(odds.values())


def test_features_do_not_depend_on_style_or_size() -> None:
    painter = Painter()
    one, other = painter.generate([recipe({"ink": 1.0}), recipe({"bauhaus": 1.0}, size=(80, 64))])
    assert one.features == other.features


def test_every_word_of_the_vocabulary_decides() -> None:
    assert all(value in ODDS[trait] for trait, value in VOCABULARY.values())
    assert {value for _, value in VOCABULARY.values()} == {value for odds in ODDS.values() for value in odds}


@pytest.mark.parametrize(
    ("prompt", "trait", "value"),
    [
        ("An approaching STORM over the harbour", "Weather", "Storm"),
        ("An approaching STORM over the harbour", "Motif", "Harbour"),
        ("cities, at midnight", "Motif", "City"),
        ("Cities, at midnight", "Light", "Night"),
        ("dunes", "Motif", "Desert"),
        ("violet sky over mountains", "Palette", "Plum"),
        ("mist then rain", "Weather", "Mist"),
    ],
)
def test_words_steer(prompt: str, trait: str, value: str) -> None:
    assert {features(seed, prompt)[trait] for seed in range(2)} == {value}


def test_unknown_words_change_nothing() -> None:
    assert np.array_equal(paint(recipe({"ink": 1.0}, prompt="an etude, opus 7")), paint(recipe({"ink": 1.0})))


def test_every_style_is_described() -> None:
    assert all(text.endswith(".") and len(text) > 20 for text in STYLES.values())


def test_identity_names_engine_and_versions() -> None:
    from importlib.metadata import version

    expected = {"engine": ENGINE, "resvg_py": version("resvg_py"), "numpy": np.__version__}
    assert Painter().identity == expected


def test_batch_in_order() -> None:
    recipes = [recipe({"bauhaus": 1.0}, seed=seed, size=(64, 64)) for seed in (1, 2)]
    both = Painter().generate(recipes)
    assert [sha256(each.pixels) for each in both] == [sha256(paint(each)) for each in recipes]
