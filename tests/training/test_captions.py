"""Captions are true of their pictures by construction, and claims say of which others they are true."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collection.generate.painter.vocabulary import ODDS
from training.captions import Picture, caption, facts, full_caption, short
from training.clip_data import truth
from training.compose import Composition
from training.drawings import Thing
from training.scenes import Scene
from training.styles import DRAWN, PAINTED

FOX = Thing("1f98a", "fox", ("animal", "face"), "Animals & Nature")
HOUSE = Thing("1f3e0", "house", ("building", "home"), "Travel & Places")
THINGS = {thing.code: thing for thing in (FOX, HOUSE)}

scenes = st.builds(
    Scene,
    st.integers(0, 99),
    st.fixed_dictionaries({trait: st.sampled_from(list(values)) for trait, values in ODDS.items()}),
    st.sampled_from([{"ink": 1.0}, {"ink": 0.4, "papercut": 0.6}]),
)
seeds = st.integers(0, 10**6)
sets = st.sampled_from(list(DRAWN))


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    kind = draw(st.sampled_from(["plain", "varied", "beside", "above", "several", "placed", "scene"]))
    if kind == "scene":
        return Picture(scene=draw(scenes))
    codes = (FOX.code, HOUSE.code) if kind in ("beside", "above") else (draw(st.sampled_from(list(THINGS))),)
    made = Composition(kind, draw(sets), codes, draw(st.integers(2, 4)) if kind == "several" else 1)
    scene = draw(scenes) if kind == "placed" else None
    return Picture(tuple(THINGS[code] for code in codes), made, draw(st.sampled_from(["", "red"])), scene)


@given(pictures(), seeds)
def test_a_caption_claims_only_what_is_true_of_its_picture(picture: Picture, seed: int) -> None:
    text, claims = caption(picture, Random(seed))
    assert text and claims <= facts(picture)


@given(pictures(), seeds)
def test_the_same_seed_says_the_same(picture: Picture, seed: int) -> None:
    assert caption(picture, Random(seed)) == caption(picture, Random(seed))


@given(pictures(), seeds)
def test_a_full_caption_names_the_thing_and_a_ground_that_is_not_white(picture: Picture, seed: int) -> None:
    text, made = full_caption(picture, Random(seed)), picture.composition
    assert text == full_caption(picture, Random(seed))
    if made is not None and made.kind in ("plain", "varied"):
        assert short(picture.things[0].name) in text
        assert (f"{made.ground} background" in text) == (made.ground != "white")


def test_most_full_captions_name_the_style_that_is_true() -> None:
    fox = Picture((FOX,), Composition("plain", "twemoji", (FOX.code,)))
    said = [full_caption(fox, Random(seed)) for seed in range(200)]
    named = [any(words in text for words in DRAWN["twemoji"]) for text in said]
    assert 0.8 < sum(named) / len(named) < 1
    assert not any(
        words in text for text in said for set_name in DRAWN if set_name != "twemoji" for words in DRAWN[set_name]
    )


def test_a_caption_is_true_of_every_picture_that_has_what_it_claims() -> None:
    red, pair = (
        Picture((FOX,), Composition("plain", "noto", (FOX.code,))),
        Picture((FOX, HOUSE), Composition("beside", "noto", (FOX.code, HOUSE.code))),
    )
    house = Picture((HOUSE,), Composition("plain", "twemoji", (HOUSE.code,)))
    claims = [frozenset({"word:fox"}), frozenset({"word:fox", "word:house"}), frozenset({"style:twemoji"})]
    found = truth(claims, [facts(picture) for picture in (red, pair, house)])
    assert found.tolist() == [[True, True, False], [False, True, False], [False, False, True]]


def test_who_stands_left_is_part_of_the_truth() -> None:
    one = Picture((FOX, HOUSE), Composition("beside", "noto", (FOX.code, HOUSE.code)))
    other = Picture((HOUSE, FOX), Composition("beside", "noto", (HOUSE.code, FOX.code)))
    left_of = frozenset({f"beside first:{FOX.code}", f"beside second:{HOUSE.code}"})
    assert truth([left_of], [facts(one), facts(other)]).tolist() == [[True, False]]


def test_every_style_of_the_painter_has_words() -> None:
    from collection.generate.painter.style_parameters import STYLES

    assert set(PAINTED) == set(STYLES)
    words = [word for words in (*DRAWN.values(), *PAINTED.values()) for word in words]
    assert len(words) == len(set(words))
