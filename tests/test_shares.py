"""Who has what share of a picture and of a set: sums are exact, blends divide by weight, and frozen sets remember."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.config import load_config
from collection.config.shares import UNITS, WHOLE, Credit, Credits, apportion, set_shares, shared, token_shares
from collection.errors import ConfigError
from collection.values import Recipe, Style, StyleBlend

STYLES = {name: Style(name) for name in ("ink", "oil", "dots")}
PERCENT = st.floats(0.01, 100).map(lambda value: round(value, 2))
WEIGHTS = st.dictionaries(st.sampled_from(sorted(STYLES)), st.floats(0.01, 9), min_size=1)
CREDITS = st.builds(
    Credits,
    base=st.dictionaries(st.sampled_from(["Ada", "Ben", "Cy"]), PERCENT, min_size=1),
    generator=st.none() | st.builds(Credit, st.just("Gen"), PERCENT),
    made_by=st.just(("painter", "painter/1")),
    styles=st.dictionaries(st.sampled_from(sorted(STYLES)), st.builds(Credit, st.sampled_from(["Ada", "Di"]), PERCENT)),
)


def recipe(weights: dict[str, float] | None = None, **more: object) -> Recipe:
    blend = StyleBlend.of(weights, STYLES) if weights else StyleBlend()
    return Recipe("painter", "painter/1", 1, 64, 64, blend=blend, **more)  # type: ignore[arg-type]


@given(st.dictionaries(st.text(max_size=3), st.fractions(0, 1000)), st.integers(1, 10**9))
def test_what_is_divided_sums_to_the_whole_and_is_nearly_exact(parts: dict[str, Fraction], whole: int) -> None:
    found, total = apportion(parts, whole), sum(parts.values())
    assert sum(found.values()) == (whole if total else 0)
    assert all(abs(found.get(name, 0) - part * whole / total) < 1 for name, part in parts.items() if total)


@given(CREDITS, st.lists(WEIGHTS, min_size=1, max_size=4))
def test_a_token_s_shares_are_ten_thousand_basis_points(credits: Credits, blends: list[dict[str, float]]) -> None:
    recipes = [recipe(blends[0], switch_to=StyleBlend.of(blends[-1], STYLES)), *map(recipe, blends), recipe(), None]
    for item in recipes:
        assert sum(token_shares(credits, item).values()) == WHOLE
    assert sum(set_shares(credits, recipes).values()) == UNITS


def test_a_blend_divides_by_weight_and_the_rest_is_the_base_s() -> None:
    credits = Credits({"Base": 100}, styles={"ink": Credit("Ada", 10), "oil": Credit("Ben", 20)})
    assert token_shares(credits, recipe({"ink": 0.7, "oil": 0.3})) == {"Ada": 700, "Base": 8700, "Ben": 600}
    assert token_shares(credits, recipe({"dots": 1})) == {"Base": 10_000}


def test_the_generator_s_artist_comes_first_and_only_for_its_own_pictures() -> None:
    credits = Credits({"Base": 60, "Other": 40}, Credit("Gen", 50), ("script", "art.py"), {"ink": Credit("Ada", 100)})
    made = Recipe("script", "art.py", 1, 64, 64, blend=StyleBlend.of({"ink": 1, "oil": 1}, STYLES))
    assert token_shares(credits, made) == {"Gen": 5000, "Ada": 2500, "Base": 1500, "Other": 1000}
    assert "Gen" not in token_shares(credits, Recipe("script", "older.py", 1, 64, 64))
    assert "Gen" not in token_shares(credits, Recipe("painter", "painter/1", 1, 64, 64))
    assert "Gen" in token_shares(credits, Recipe("upscaler", "x.safetensors", 1, 64, 64))
    assert token_shares(credits, Recipe("script", "art.py@0123456789ab", 1, 64, 64))["Gen"] == 5000


def test_a_schedule_and_a_way_between_two_pictures_divide_by_their_parts() -> None:
    credits = Credits({"Base": 100}, styles={"ink": Credit("Ada", 100), "oil": Credit("Ben", 100)})
    scheduled = recipe({"ink": 1}, switch_to=StyleBlend.of({"oil": 1}, STYLES), options={"switch_at": 0.25})
    assert token_shares(credits, scheduled) == {"Ada": 2500, "Ben": 7500}
    between = recipe({"ink": 1}, interpolation_target=recipe({"oil": 1}), options={"alpha": 0.1})
    assert token_shares(credits, between) == {"Ada": 9000, "Ben": 1000}


@given(CREDITS)
def test_credits_are_read_back(credits: Credits) -> None:
    assert not credits or Credits.from_json(credits.as_json()) == Credits(
        credits.base, credits.generator, credits.made_by if credits.generator else ("", ""), credits.styles
    )
    assert Credits.from_json(None) == Credits()


CONFIG = """\
title = "x"
supply = 1
seed = 1

[generator]
use = "painter"
artist = "Ada"
share = 25

[styles.ink]
artist = "Ben"

[[artists]]
name = "Ada"

[[artists]]
name = "Ben"
share = 0
"""


def test_a_set_s_shares_take_the_place_of_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_text(CONFIG)
    config = load_config(tmp_path / "collection.toml")
    inked = recipe({"ink": 1})
    found = shared(config, [inked, recipe()])
    assert [(artist.name, artist.share) for artist in found.artists] == [("Ada", 62.5), ("Ben", 37.5)]
    assert token_shares(found.credits, inked) == token_shares(config.credits, inked)
    assert "artist" not in config.generator.options and "artist" not in config.styles["ink"].style("ink").settings


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('artist = "Ben"', 'artist = "Bee"', 'styles.ink.artist: no artists are called "Bee"'),
        ('artist = "Ada"\n', "", "generator.share: is nobody's"),
        ("share = 25", "share = 125", "generator.share = 125"),
        ('name = "Ben"\nshare = 0', 'name = "Ada"\nshare = 0', '2 artists are called "Ada"'),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    (tmp_path / "collection.toml").write_text(CONFIG.replace(old, new, 1))
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_config(tmp_path / "collection.toml")
