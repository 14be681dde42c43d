"""As many of a thing as the prompt asks for: one boat, three trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from collection.generate.painter.phrases import VALUES
from collection.generate.painter.scene import Item, Layer, Scene
from collection.generate.painter.vocabulary import THINGS

_KINDS = {
    "boat": ("boat",),
    "house": ("house",),
    "tower": ("block", "spire"),
    "tree": ("pine", "round", "cypress", "palm"),
}
"""What is drawn for each thing; the first is what is added where there are too few."""
_ADDED = {"boat": ("boat", 0.15), "house": ("house", 0.1), "tower": ("block", 0.3), "tree": ("round", 0.2)}
"""Kind and height (fraction of the short side) of an added thing."""
_CARRY = {"boat": ("float", "wave"), "house": ("hill",), "tower": ("hill",), "tree": ("hill", "dune")}
"""The layers that an added thing can stand on."""


def with_counts(scene: Scene) -> Scene:
    """The scene with exactly as many of each thing as its traits say; all others stay as they are."""
    layers = list(scene.layers)
    for thing, (trait, _) in THINGS.items():
        if trait in scene.traits:
            layers = _counted(scene, layers, thing, VALUES.index(scene.traits[trait]))
    return replace(scene, layers=tuple(layers))


def _counted(scene: Scene, layers: Sequence[Layer], thing: str, count: int) -> list[Layer]:
    """Keep the nearest `count` of a thing, take the others away, and add what is missing to the nearest layer."""
    places = [
        (layer.depth, item.size, place, item)
        for place, layer in enumerate(layers)
        for item in layer.items
        if item.kind in _KINDS[thing] and _in_sight(layer, item.x)
    ]
    nearest = sorted(places, key=lambda found: (-found[0], -found[1], found[2], found[3].name))[:count]
    kept = {(place, item) for _, _, place, item in nearest}
    found = [
        replace(
            layer,
            items=tuple(item for item in layer.items if item.kind not in _KINDS[thing] or (place, item) in kept),
        )
        for place, layer in enumerate(layers)
    ]
    carrying = [place for place, layer in enumerate(found) if layer.kind in _CARRY[thing] and not layer.reach]
    taken = [item.x for _, item in kept]
    for number in range(count - len(kept)):
        place = carrying[len(carrying) // 2]
        item = _added(scene, thing, number, taken)
        found[place] = replace(found[place], items=(*found[place].items, item))
        taken.append(item.x)
    return found


def _in_sight(layer: Layer, x: float) -> bool:
    """Whether a thing at x is drawn whole: inside the canvas and, on an island, on land."""
    return 0.06 <= x <= 0.94 and (not layer.reach or abs(x - layer.centre) <= layer.reach * 0.9)


def _added(scene: Scene, thing: str, number: int, taken: Sequence[float]) -> Item:
    """One of the things that are missing, as far from the others as can be."""
    kind, size = _ADDED[thing]
    if thing == "tree" and scene.traits["Motif"] == "Desert":
        kind = "palm"
    stream = scene.stream(f"{thing} added {number}")
    free = [0.1 + 0.05 * place + stream.between(0.0, 0.02) for place in range(17)]
    x = max(free, key=lambda x: min((abs(x - other) for other in taken), default=stream.between(0.0, 1.0)))
    return Item(kind, x, size * stream.between(0.9, 1.1), f"{thing} added {number}")
