"""The project's own painter as a teacher: landscapes whose motif, light, weather, palette and style are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from collection.generate.painter.generator import ENGINE, Painter
from collection.generate.painter.style_parameters import STYLES
from collection.generate.painter.vocabulary import ODDS, VOCABULARY
from collection.values import Pixels, Recipe, Style, StyleBlend

SIDES = (224, 256, 448)
"""Pixels of a scene's side: a judge meets large and small ones."""
HELD_OUT = 10
"""Every tenth scene is kept from training."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a painted picture shows, by construction."""

    number: int
    traits: Mapping[str, str]
    """Motif, Light, Weather, Palette."""
    styles: Mapping[str, float]
    """Weights of the painter's styles, which sum to 1."""

    @property
    def part(self) -> str:
        """ "train" or "test"."""
        return "test" if self.number % HELD_OUT == 0 else "train"


def words_for(trait: str, value: str) -> list[str]:
    """The words by which a prompt asks the painter for a value."""
    return [word for word, meant in VOCABULARY.items() if meant == (trait, value)]


def paint(number: int) -> tuple[Scene, Pixels]:
    """The scene of that number and its pixels: traits and styles are chosen evenly, not as the painter would."""
    rng = Random(f"scene {number}")
    prompt = " ".join(rng.choice(words_for(trait, rng.choice(list(values)))) for trait, values in ODDS.items())
    weights = _blend(rng)
    blend = StyleBlend(
        tuple((Style(name, settings={"painter": name}), weight) for name, weight in sorted(weights.items()))
    )
    side = rng.choice(SIDES)
    recipe = Recipe("painter", ENGINE, rng.randrange(2**31), side, side, prompt=prompt, blend=blend)
    rendering = Painter().generate([recipe])[0]
    return Scene(number, dict(rendering.features), weights), rendering.pixels


def _blend(rng: Random) -> dict[str, float]:
    if rng.random() < 0.7:
        return {rng.choice(list(STYLES)): 1.0}
    one, other = rng.sample(list(STYLES), 2)
    weight = rng.choice((0.3, 0.4, 0.5, 0.6, 0.7))
    return {one: weight, other: round(1 - weight, 1)}
