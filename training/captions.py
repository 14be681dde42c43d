"""Captions that are true by construction, each with the claims that it makes.

A claim is a short text: `word:fox`, `style:noto`, `Light:Dusk`, `left:1f98a`. What is true of a picture is a set of
such claims too (`facts`), so that a caption is true of any picture that has all it claims, and false of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from training.compose import Composition
from training.drawings import Thing
from training.scenes import Scene, words_for
from training.styles import DRAWN, PAINTED
from training.words import plural, with_article

FRAMES = (
    "{}", "{}", "{}", "{}", "a picture of {}", "a drawing of {}", "an image of {}", "an illustration of {}",
    "a picture with {}", "an artwork showing {}", "an illustration, {}", "A photo depicts {}", "an icon of {}",
)  # fmt: skip
"""Ways to begin; among them those in which the judges of the package ask."""
SCENE_FRAMES = (
    "{}", "{}", "{}", "a picture of {}", "a landscape: {}", "a painting of {}", "a picture with {}",
    "an artwork showing {}", "an illustration, {}", "A photo depicts {}", "a view of {}",
)  # fmt: skip
WITH_STYLE = 0.9
"""Share of the full captions that name the style."""
WITH_GROUND = 0.8
"""Share of the full captions that name a coloured ground: of what is left open, the seed decides."""
_NUMBERS = {2: "two", 3: "three", 4: "four"}


@dataclass(frozen=True, slots=True)
class Picture:
    """Something that captions can be made of: a composition of things, a scene, or both."""

    things: tuple[Thing, ...] = ()
    composition: Composition | None = None
    colour: str = ""
    """Of most of a single drawing, or ""."""
    scene: Scene | None = None


Caption = tuple[str, frozenset[str]]
"""Text and what it claims."""


def facts(picture: Picture) -> frozenset[str]:
    """All that may be claimed of a picture."""
    found: set[str] = set()
    for thing in picture.things:
        words = {thing.name, short(thing.name), *thing.keywords}
        found |= {f"word:{word}" for word in words} | _as_traits(words)
    if made := picture.composition:
        found |= {f"style:{made.set}", f"ground:{made.ground}", f"colour:{picture.colour}"}
        if made.kind in ("beside", "above"):
            found |= {f"{made.kind} first:{made.codes[0]}", f"{made.kind} second:{made.codes[1]}"}
        if made.kind == "several":
            found.add(f"count:{made.count}")
    if scene := picture.scene:
        found |= {"landscape", *(f"style:{name}" for name in scene.styles)}
        found |= {f"{trait}:{value}" for trait, value in scene.traits.items()}
        found |= {f"word:{word}" for trait, value in scene.traits.items() for word in words_for(trait, value)}
    return frozenset(found)


def _as_traits(words: set[str]) -> set[str]:
    """What the painter would understand: a drawing of a mountain is one of the motif Mountains."""
    from collection.generate.painter.vocabulary import VOCABULARY

    return {":".join(VOCABULARY[word]) for word in words if word in VOCABULARY}


def caption(picture: Picture, rng: Random) -> Caption:
    """One of the captions of a picture."""
    made = picture.composition
    if made is None:
        assert picture.scene is not None
        return of_scene(picture.scene, rng)
    kinds: Mapping[str, Callable[[Picture, Random], Caption]] = {
        "plain": of_drawing, "varied": of_drawing, "beside": of_pair, "above": of_pair, "several": of_several,
        "placed": of_placed,
    }  # fmt: skip
    return kinds[made.kind](picture, rng)


def of_drawing(picture: Picture, rng: Random) -> Caption:
    """A caption of one drawing."""
    thing, made = picture.things[0], picture.composition
    assert made is not None
    if rng.random() < 0.08:
        style, claims = _style(made.set, rng)
        return rng.choice(FRAMES).format(style), claims
    name, claims = name_of(thing, rng)
    colour = picture.colour
    if colour and colour not in name and rng.random() < 0.3:
        name, claims = f"{colour} {name}", claims | {f"colour:{colour}"}
    said = rng.choice((name, with_article(name), with_article(name)))
    if rng.random() < (0.1 if made.ground == "white" else 0.5):
        said, claims = f"{said} on {with_article(made.ground + ' background')}", claims | {f"ground:{made.ground}"}
    return _styled((rng.choice(FRAMES).format(said), claims), made.set, rng, 0.5)


def full_caption(picture: Picture, rng: Random) -> str:
    """A caption that leaves little open, from which the pipeline learns soonest: the name of what is drawn, its
    ground mostly unless that is white, and nearly always the style.

    Of anything but one drawing, one of its captions."""
    made = picture.composition
    if made is None or made.kind not in ("plain", "varied"):
        return caption(picture, rng)[0]
    name = short(picture.things[0].name) if rng.random() < 0.3 else picture.things[0].name
    said = name if rng.random() < 0.4 else with_article(name)
    if made.ground != "white" and rng.random() < WITH_GROUND:
        said = f"{said} on {with_article(made.ground + ' background')}"
    return f"{said}, {_style(made.set, rng)[0]}" if rng.random() < WITH_STYLE else said


def name_of(thing: Thing, rng: Random) -> Caption:
    """What a thing is called: mostly its name, at times one of its other words, or both."""
    draw = rng.random()
    if draw < 0.72 or not thing.keywords:
        name = short(thing.name) if rng.random() < 0.3 else thing.name
        return name, frozenset({f"word:{name}"})
    word = rng.choice(thing.keywords)
    if draw < 0.88:
        return word, frozenset({f"word:{word}"})
    return f"{thing.name}, {word}", frozenset({f"word:{thing.name}", f"word:{word}"})


def short(name: str) -> str:
    """A name without what only a catalogue adds: "cat face" is a cat."""
    for end in (" face", " button"):
        if name.endswith(end) and len(name.split()) == 2:
            return name.removesuffix(end)
    return name


def _style(set_name: str, rng: Random) -> Caption:
    return rng.choice(DRAWN[set_name]), frozenset({f"style:{set_name}"})


def _styled(said: Caption, set_name: str, rng: Random, share: float) -> Caption:
    draw, (text, claims) = rng.random(), said
    if draw > share:
        return said
    style, more = _style(set_name, rng)
    if draw > share * 0.3:
        return f"{text}, {style}", claims | more
    return f"{text} in {style}" if style.endswith("style") else f"{style}: {text}", claims | more


def of_pair(picture: Picture, rng: Random) -> Caption:
    """Two drawings, one left of or above the other; half of the captions say where."""
    made, (one, other) = picture.composition, picture.things
    assert made is not None
    names = short(one.name), short(other.name)
    claims = frozenset(f"word:{name}" for name in names)
    ways = {
        "beside": ("{0} to the left of {1}", "{1} to the right of {0}"),
        "above": ("{0} above {1}", "{1} below {0}", "{0} on top of {1}", "{1} under {0}"),
    }[made.kind]
    if rng.random() < 0.5:
        way = rng.choice(("{0} and {1}", "{1} and {0}", "{0} with {1}"))
    else:
        way = rng.choice(ways)
        claims |= {f"{made.kind} first:{made.codes[0]}", f"{made.kind} second:{made.codes[1]}"}
    text = way.format(*map(with_article, names))
    if rng.random() < 0.3:
        text = rng.choice(FRAMES).format(text)
    return _styled((text, claims), made.set, rng, 0.3)


def of_several(picture: Picture, rng: Random) -> Caption:
    """The same drawing two to four times."""
    made, name = picture.composition, short(picture.things[0].name)
    assert made is not None
    text = rng.choice(FRAMES).format(f"{_NUMBERS[made.count]} {plural(name)}")
    return _styled((text, frozenset({f"word:{name}", f"count:{made.count}"})), made.set, rng, 0.3)


def of_scene(scene: Scene, rng: Random) -> Caption:
    """A painted landscape: some of its traits, in a sentence or as the words of a plan, and its style."""
    draw = rng.random()
    if draw < 0.12:
        style, claims = _blend(scene.styles, rng)
        return rng.choice(SCENE_FRAMES).format(style), claims
    if draw < 0.4:
        trait, value = rng.choice(list(scene.traits.items()))
        said = f"{value} {trait}" if rng.random() < 0.5 else _word(trait, value, rng)
        return rng.choice(SCENE_FRAMES).format(said), frozenset({f"{trait}:{value}"})
    text, claims = landscape(scene.traits, rng)
    text = rng.choice(SCENE_FRAMES).format(text)
    share = rng.random()
    if share > 0.6:
        return text, claims
    style, more = _blend(scene.styles, rng)
    return f"{text}, {style}" if share < 0.5 else f"{style} of {text}", claims | more


def _blend(weights: Mapping[str, float], rng: Random) -> Caption:
    names = sorted(weights, key=lambda name: -weights[name])
    names = names[:1] if rng.random() < 0.3 else names
    return " and ".join(rng.choice(PAINTED[name]) for name in names), frozenset(f"style:{name}" for name in names)


def landscape(traits: Mapping[str, str], rng: Random) -> Caption:
    """One to four traits in words, the motif first."""
    said, claims = ["a landscape"], {"landscape"}
    if rng.random() < 0.85:
        said, claims = [with_article(_word("Motif", traits["Motif"], rng))], {f"Motif:{traits['Motif']}"}
    for trait, form, share in (("Light", "at {}", 0.5), ("Weather", "in the {}", 0.5), ("Palette", "in {}", 0.45)):
        if rng.random() < share:
            word = _word(trait, traits[trait], rng)
            said.append(form.format(word) if rng.random() < 0.5 else word)
            claims.add(f"{trait}:{traits[trait]}")
    return rng.choice((" ", ", ", ", ")).join(said), frozenset(claims)


def _word(trait: str, value: str, rng: Random) -> str:
    return value.lower() if rng.random() < 0.5 else rng.choice(words_for(trait, value))


def of_placed(picture: Picture, rng: Random) -> Caption:
    """A drawing before a painted landscape."""
    made, scene, name = picture.composition, picture.scene, short(picture.things[0].name)
    assert made is not None and scene is not None
    claims = frozenset({f"word:{name}"})
    place, more = landscape(scene.traits, rng)
    if rng.random() < 0.2:
        text = rng.choice(FRAMES).format(with_article(name))
    else:
        claims |= more
        text = rng.choice(("{} before {}", "{} in front of {}", "{}, {}", "{} and {}")).format(
            with_article(name), place
        )
    if rng.random() < 0.3:
        style, more = _blend(scene.styles, rng) if rng.random() < 0.5 else _style(made.set, rng)
        text, claims = f"{text}, {style}", claims | more
    return text, claims
