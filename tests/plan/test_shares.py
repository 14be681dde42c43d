"""Artists' shares of the tokens: exact, dealt out together with the traits, refused where they cannot be met."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.config import Config
from collection.config.checks import check
from collection.errors import ConfigError
from collection.plan.plan import Plan
from collection.plan.quotas import largest_remainder

SKIES = {"sky": {"count": {"torn": 2}, "weight": {"clear": 3, "violet": 1}}}


def shared(make_config: Any, supply: int, shares: dict[str, float], series: list[list[float]], **more: Any) -> Config:
    """Artists A, B, ... with such shares of the tokens, each with series of such shares of the images."""
    names = {artist: [f"{artist} {n}" for n in range(len(own))] for artist, own in zip(shares, series, strict=True)}
    tables = [
        {"name": name, "share": share}
        for artist, own in zip(shares, series, strict=True)
        for name, share in zip(names[artist], own, strict=True)
    ]
    artists = [{"name": name, "share": 100 / len(shares), "series": own} for name, own in names.items()]
    return make_config(supply, series=tables, artists=artists, select={"shares": shares}, **more)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(4, 30),
    st.dictionaries(st.sampled_from("ABCD"), st.floats(0.1, 9), min_size=1),
    st.data(),
    st.booleans(),
)
def test_every_token_is_one_artist_s_and_has_an_image(
    make_config: Any, supply: int, shares: dict[str, float], data: st.DataObject, with_traits: bool
) -> None:
    series = [data.draw(st.lists(st.floats(0.2, 5), min_size=1, max_size=3)) for _ in shares]
    more = {"traits": SKIES} if with_traits else {}
    plan = Plan(shared(make_config, supply, shares, series, candidates=3 * supply, **more), {})
    wanted = dict(zip(shares, largest_remainder(supply, list(shares.values())), strict=True))
    images = iter(plan.counts)
    made = {artist: sum(islice(images, len(own))) for artist, own in zip(shares, series, strict=True)}
    if any(made[artist] < max(wanted[artist], 1) for artist in shares):
        with pytest.raises(ConfigError, match=r"select\.shares"):
            _ = plan.cells
        return
    assert plan.artists == wanted
    of_artists: Counter[str] = Counter()
    of_traits: Counter[tuple[tuple[str, str], ...]] = Counter()
    for (_, pairs), count in plan.cells.items():
        of_artists[dict(pairs)["artist"]] += count
        of_traits[tuple(pair for pair in pairs if pair[0] != "artist")] += count
    assert of_artists == Counter(wanted)
    unshared = Plan(make_config(supply, **more), {})
    without = {pairs: count for (_, pairs), count in unshared.cells.items()} or {(): supply}
    assert of_traits == without, "the traits are those that there would be without shares"
    candidates = Counter(map(plan.cell_of, plan.recipes))
    assert all(candidates[cell] >= count for cell, count in plan.cells.items())


def test_a_share_too_thin_is_refused_with_the_reason(make_config: Any) -> None:
    config = shared(make_config, 12, {"Ada": 5, "Ben": 1}, [[1], [1]])
    with pytest.raises(ConfigError, match="Ada is to have 10 tokens, but the series of Ada make 9 images"):
        _ = Plan(config, {}).cells


def test_shares_leave_one_of_ones_aside(make_config: Any) -> None:
    one = {"name": "The Last", "traits": {"sky": "black", "artist": "Ada"}}
    plan = Plan(shared(make_config, 9, {"Ada": 1, "Ben": 1}, [[1], [1]], one_of_ones=[one]), {})
    assert plan.artists == {"Ada": 4, "Ben": 4}
    assert plan.cells["The Last", (("artist", "Ada"), ("sky", "black"))] == 1
    assert plan.cell_of(plan.recipes[-1])[0] == "The Last"


def test_imported_images_say_whose_they_are(make_config: Any) -> None:
    config = make_config(4, candidates=0, artists=[{"name": "Ada"}], select={"shares": {"Ada": 1}})
    check(config, refuse)
    plan = Plan(config, {})
    assert plan.recipes == []
    assert plan.cell_of_traits({"artist": "Ada", "Motif": "City"}) in plan.cells
    assert plan.cell_of_traits({"Motif": "City"}) not in plan.cells


def refuse(place: Any, message: str, hint: str) -> Any:
    raise ConfigError(f"{'.'.join(map(str, place))}: {message}", hint)


ADA, BEN = ({"name": name, "share": 50, "series": [name.lower()]} for name in ("Ada", "Ben"))


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"select": {"shares": {"Adda": 1}}}, "select.shares.Adda: no artists have that name; did you mean Ada?"),
        ({"artists": [ADA, {**BEN, "name": "Ada"}]}, "select.shares.Ada: 2 artists have that name"),
        ({"artists": [ADA, {**BEN, "series": ["bem"]}]}, 'artists.1.series: no series "bem"; did you mean ben?'),
        ({"artists": [ADA, {**BEN, "series": ["ada", "ben"]}]}, 'artists.1.series: "ada" is named twice'),
        ({"select": {"shares": {"Ada": 1}}}, 'select.shares: the series "ben" is none of these artists\''),
        ({"traits": {"artist": {"weight": {"x": 1}}}}, "traits.artist: shares of artists need that name"),
    ],
)
def test_what_is_no_partition_is_refused(make_config: Any, tables: dict[str, Any], words: str) -> None:
    whole: dict[str, Any] = {
        "series": [{"name": "ada"}, {"name": "ben"}],
        "artists": [ADA, BEN],
        "select": {"shares": {"Ada": 1, "Ben": 1}},
    }
    check(make_config(12, **whole), refuse)
    with pytest.raises(ConfigError) as caught:
        check(make_config(12, **{**whole, **tables}), refuse)
    assert words in str(caught.value)
