"""Captions that are true by construction: of one drawing, of several together, of a painted scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from training.drawings import Thing
from training.scenes import Scene, words_for
from training.styles import DRAWN, PAINTED
from training.words import plural, with_article

FRAMES = (
    "{}", "{}", "{}", "{}", "a picture of {}", "a drawing of {}", "an image of {}", "an illustration of {}",
    "a picture with {}", "an artwork showing {}", "an illustration, {}", "A photo depicts {}", "an icon of {}",
)  # fmt: skip
"""Ways to begin; among them those in which the judges of the package ask."""
_SCENE_FRAMES = (
    "{}", "{}", "{}", "a picture of {}", "a landscape: {}", "a painting of {}", "a picture with {}",
    "an artwork showing {}", "an illustration, {}", "A photo depicts {}", "a view of {}",
)  # fmt: skip
_NUMBERS = {2: "two", 3: "three", 4: "four"}


def name_of(thing: Thing, rng: Random) -> str:
    """What a thing is called: mostly its name, at times one of its other words, or both."""
    draw = rng.random()
    if draw < 0.72 or not thing.keywords:
        return _short(thing.name) if rng.random() < 0.3 else thing.name
    word = rng.choice(thing.keywords)
    return word if draw < 0.86 else f"{thing.name}, {word}"


def _short(name: str) -> str:
    """A name without what only a catalogue adds: "cat face" is a cat."""
    for end in (" face", " button"):
        if name.endswith(end) and len(name.split()) == 2:
            return name.removesuffix(end)
    return name


def of_drawing(thing: Thing, set_name: str, colour: str, ground: str, rng: Random) -> str:
    """A caption of one drawing; `colour` and `ground` may be "" where there is nothing to say."""
    style = rng.choice(DRAWN[set_name])
    if rng.random() < 0.08:
        return rng.choice(FRAMES).format(style)
    name = name_of(thing, rng)
    if colour and colour not in name and rng.random() < 0.3:
        name = f"{colour} {name}"
    said = rng.choice((name, with_article(name), with_article(name)))
    if ground and rng.random() < (0.15 if ground == "white" else 0.6):
        said += f" on {with_article(ground + ' background')}"
    return _styled(rng.choice(FRAMES).format(said), style, rng, 0.5)


def _styled(text: str, style: str, rng: Random, share: float) -> str:
    draw = rng.random()
    if draw > share:
        return text
    if draw > share * 0.3:
        return f"{text}, {style}"
    return f"{text} in {style}" if style.endswith("style") else f"{style}: {text}"


def of_pair(one: Thing, other: Thing, layout: str, set_name: str, rng: Random) -> str:
    """Two drawings: `layout` is "beside" (one left of other) or "above" (one above other)."""
    first, second = with_article(_short(one.name)), with_article(_short(other.name))
    ways = {
        "beside": ("{0} to the left of {1}", "{1} to the right of {0}", "{0} beside {1}", "{0} next to {1}"),
        "above": ("{0} above {1}", "{1} below {0}", "{0} on top of {1}", "{1} under {0}"),
    }[layout]
    text = rng.choice(("{0} and {1}", "{1} and {0}", *ways, *ways)).format(first, second)
    return _styled(text, rng.choice(DRAWN[set_name]), rng, 0.4)


def of_several(thing: Thing, count: int, set_name: str, rng: Random) -> str:
    """The same drawing two to four times."""
    text = rng.choice(FRAMES).format(f"{_NUMBERS[count]} {plural(_short(thing.name))}")
    return _styled(text, rng.choice(DRAWN[set_name]), rng, 0.4)


def of_scene(scene: Scene, rng: Random) -> str:
    """A painted landscape: some of its traits, in a sentence or as the words of a plan, and its style."""
    draw = rng.random()
    if draw < 0.1:
        return rng.choice(_SCENE_FRAMES).format(_style_of(scene.styles, rng))
    if draw < 0.3:
        trait = rng.choice(list(scene.traits))
        return rng.choice(_SCENE_FRAMES).format(f"{scene.traits[trait]} {trait}")
    text = rng.choice(_SCENE_FRAMES).format(landscape(scene.traits, rng))
    share = rng.random()
    if share < 0.55:
        return f"{text}, {_style_of(scene.styles, rng)}"
    return f"{_style_of(scene.styles, rng)} of {text}" if share < 0.65 else text


def _style_of(weights: Mapping[str, float], rng: Random) -> str:
    names = sorted(weights, key=lambda name: -weights[name])
    words = [rng.choice(PAINTED[name]) for name in names]
    return words[0] if len(words) == 1 or rng.random() < 0.25 else " and ".join(words)


def landscape(traits: Mapping[str, str], rng: Random) -> str:
    """Two to four traits in words, the motif first if it is said."""
    motif = _word("Motif", traits, rng)
    said = [with_article(motif)] if rng.random() < 0.9 else ["a landscape"]
    for trait, form, share in (("Light", "at {}", 0.55), ("Weather", "in the {}", 0.55), ("Palette", "in {}", 0.45)):
        if rng.random() < share:
            word = _word(trait, traits, rng)
            said.append(form.format(word) if rng.random() < 0.5 else word)
    glue: Sequence[str] = (" ", ", ") if rng.random() < 0.5 else (", ",)
    return rng.choice(glue).join(said)


def _word(trait: str, traits: Mapping[str, str], rng: Random) -> str:
    value = traits[trait]
    return value.lower() if rng.random() < 0.5 else rng.choice(words_for(trait, value))


def of_thing_in_scene(thing: Thing, set_name: str, scene: Scene, rng: Random) -> str:
    """A drawing before a painted landscape."""
    place = landscape(scene.traits, rng)
    text = rng.choice(("{} before {}", "{} in front of {}", "{}, {}", "{} and {}")).format(
        with_article(_short(thing.name)), place
    )
    styles = (rng.choice(DRAWN[set_name]), _style_of(scene.styles, rng))
    return f"{text}, {rng.choice(styles)}" if rng.random() < 0.4 else text
