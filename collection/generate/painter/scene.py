"""What is in the picture: the composition that a seed decides, before any style has its say.

Places are fractions of the canvas's width and height; sizes are fractions of its short side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from collection.generate.painter.arithmetic import clamp
from collection.generate.painter.random_stream import SplitMixStream


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that stands on a layer: a tree, a house, a boat."""

    kind: str
    x: float
    size: float
    """Height of the thing."""
    name: str
    """Names its random stream."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One band of the landscape, drawn over all that lies behind it."""

    kind: str
    """peak, hill, dune, water, wave."""
    base: float
    """Where its foot is (for water: its far shore), fraction of the height from the top."""
    rise: float
    """How far it rises above the foot, fraction of the height."""
    span: float
    """Distance between two of its summits, fraction of the short side."""
    depth: float
    """0 at the horizon, 1 at the viewer's feet."""
    name: str
    items: tuple[Item, ...] = ()
    centre: float = 0.5
    reach: float = 0.0
    """Above 0: land only around `centre`, sinking to its foot at this distance (fraction of the width)."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A composition: the sky's furniture and the layers from the horizon to the viewer."""

    seed: int
    traits: Mapping[str, str]
    horizon: float
    disc: tuple[float, float]
    disc_size: float
    """Radius of sun or moon."""
    layers: tuple[Layer, ...] = field(default=())

    def stream(self, name: str) -> SplitMixStream:
        """The random stream of the element of that name."""
        return SplitMixStream(self.seed, name)


def compose(seed: int, traits: Mapping[str, str], breadth: float) -> Scene:
    """The scene of a seed; `breadth` is width over short side, so that long canvases get more things."""
    stream = SplitMixStream(seed, "composition")
    horizon = stream.between(0.46, 0.62)
    third = stream.between(0.0, 1.0) < 0.5
    x = stream.between(0.22, 0.4) if third else stream.between(0.6, 0.78)
    low = traits["Light"] in ("Dawn", "Dusk", "Golden hour")
    height = stream.between(0.5, 0.78) if low else stream.between(0.3, 0.55)
    grand = stream.between(0.0, 1.0) < 0.2
    size = stream.between(0.17, 0.24) if grand else stream.between(0.065, 0.13)
    layers = tuple(MOTIFS[traits["Motif"]](seed, horizon, breadth, 1.0 - x))
    return Scene(seed, traits, horizon, (x, horizon * height), size, layers)


def _row(seed: int, name: str, kinds: Mapping[str, float], count: float, sizes: tuple[float, float]) -> Iterator[Item]:
    """About `count` things strewn along a layer, in small groups."""
    stream = SplitMixStream(seed, f"{name} row")
    for index in range(max(1, int(count + 0.5))):
        x = (index + stream.between(0.05, 0.95)) / max(1.0, count)
        if stream.between(0.0, 1.0) < 0.8:
            yield Item(stream.weighted(kinds), x, stream.between(*sizes), f"{name} item {index}")


def _grove(seed: int, name: str, centre: float, count: int, width: float, sizes: tuple[float, float]) -> list[Item]:
    """A group of trees of one kind around `centre`."""
    stream = SplitMixStream(seed, f"{name} grove")
    kind = stream.weighted({"pine": 5, "round": 4, "cypress": 3})
    places = sorted(centre + width * float(bell) for bell in stream.bells(count))
    return [Item(kind, x, stream.between(*sizes), f"{name} tree {index}") for index, x in enumerate(places)]


def _mountains(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "mountains")
    count = 3 + int(stream.between(0, 1.99))
    for index in range(count):
        near = index / count
        rise = (0.5 - 0.24 * near) * stream.between(0.75, 1.1) * (horizon / 0.55)
        base = horizon + 0.02 + 0.17 * near
        yield Layer("peak", base, rise, stream.between(0.5, 0.9) * (1 - 0.3 * near), 0.72 * near, f"peak {index}")
    if stream.between(0, 1) < 0.55:
        yield Layer("water", horizon + 0.17, 0, 1, 0.6, "lake")
    side = 0.12 if other < 0.5 else 0.88
    trees = _grove(seed, "foreground", side, 5 + int(stream.between(0, 5)), 0.22, (0.16, 0.34))
    few = list(_row(seed, "bank", {"pine": 3, "round": 1}, 5 * breadth, (0.05, 0.1)))
    yield Layer("hill", 0.86, 0.07, 0.9, 0.8, "bank", tuple(few))
    yield Layer("hill", 0.98, 0.08, 1.1, 1.0, "foreground", tuple(trees))


def _forest(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "forest")
    kinds = {"pine": 6.0} if stream.between(0, 1) < 0.55 else {"round": 5.0, "cypress": 2.0}
    yield Layer("peak", horizon + 0.02, 0.26, 0.8, 0.0, "peak 0")
    for index in range(4):
        near = (index + 1) / 4
        size = 0.07 + 0.2 * near * near
        trees = _row(seed, f"wood {index}", kinds, (17 - 9 * near) * breadth, (size * 0.7, size * 1.25))
        base = horizon + 0.05 + (0.93 - horizon) * near * 0.95
        yield Layer("hill", base, 0.07, 0.8, 0.2 + 0.8 * near, f"wood {index}", tuple(trees))


def _harbour(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "harbour")
    yield Layer("peak", horizon, stream.between(0.1, 0.24), 0.7, 0.1, "peak 0")
    yield Layer("water", horizon, 0, 1, 0.4, "bay")
    houses = _row(seed, "head", {"house": 6, "round": 2, "church": 0.7}, 16 * breadth, (0.05, 0.09))
    land = tuple(item for item in houses if abs(item.x - other) < 0.33)
    yield Layer("hill", horizon + 0.05, 0.13, 0.5, 0.45, "head", land, other, 0.42)
    for index in range(3):
        near = (index + 0.6) / 3
        boats = _row(
            seed, f"boats {index}", {"boat": 1}, (3.2 - 0.9 * index) * breadth, (0.08 + 0.13 * near, 0.1 + 0.2 * near)
        )
        base = horizon + 0.07 + (0.86 - horizon) * near
        yield Layer("float", base, 0.008, 0.6, 0.4 + 0.4 * near, f"boats {index}", tuple(boats))
    if stream.between(0, 1) < 0.6:
        side = 0.0 if other > 0.5 else 1.0
        grove = _grove(seed, "near", abs(side - 0.1), 4, 0.1, (0.16, 0.3))
        yield Layer("hill", 1.0, 0.2, 0.5, 1.0, "near", tuple(grove), side, 0.5)


def _sea(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "sea")
    if stream.between(0, 1) < 0.7:
        yield Layer(
            "peak", horizon, stream.between(0.14, 0.3), 0.8, 0.05, "peak 0", (), other, stream.between(0.25, 0.45)
        )
    yield Layer("water", horizon, 0, 1, 0.3, "sea")
    rough = stream.between(0.6, 1.5)
    for index in range(4):
        near = (index + 1) / 4
        base = horizon + 0.06 + (0.92 - horizon) * near
        boat: tuple[Item, ...] = ()
        if index in (0, 2):
            boat = (Item("boat", stream.between(0.15, 0.85), 0.1 + 0.16 * near, f"boat {index}"),)
        yield Layer(
            "wave", base, rough * (0.03 + 0.11 * near), 0.24 + 0.3 * near, 0.3 + 0.6 * near, f"wave {index}", boat
        )


def _village(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "village")
    yield Layer("peak", horizon + 0.01, stream.between(0.16, 0.32), 0.8, 0.05, "peak 0")
    for index in range(3):
        near = (index + 1) / 3
        size = 0.05 + 0.075 * near
        kinds = {"house": 5.0, "round": 4.0, "cypress": 2.0, "church": 0.5}
        things = _row(seed, f"field {index}", kinds, (11 - 5 * near) * breadth, (size * 0.8, size * 1.3))
        base = horizon + 0.06 + (0.84 - horizon) * near
        yield Layer("hill", base, 0.1, stream.between(0.7, 1.1), 0.2 + 0.6 * near, f"field {index}", tuple(things))
    grove = _grove(seed, "foreground", 0.08 if other < 0.5 else 0.92, 4, 0.14, (0.18, 0.34))
    yield Layer("hill", 1.0, 0.09, 1.1, 1.0, "foreground", tuple(grove))


def _city(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "city")
    yield Layer("peak", horizon + 0.04, stream.between(0.08, 0.2), 0.9, 0.0, "peak 0")
    river = stream.between(0, 1) < 0.6
    for index in range(3):
        near = (index + 1) / 3
        tall = (0.2 + 0.07 * near) * stream.between(0.8, 1.3)
        houses = _row(
            seed, f"block {index}", {"block": 6, "spire": 1}, (17 - 5 * near) * breadth, (tall * 0.45, tall * 1.5)
        )
        base = horizon + 0.03 + 0.2 * near * (0.6 if river else 1.4)
        yield Layer("hill", base, 0.01, 1.0, 0.15 + 0.6 * near, f"block {index}", tuple(houses))
    if river:
        yield Layer("water", horizon + 0.17, 0, 1, 0.6, "river")
        boats = _row(seed, "boats", {"boat": 1}, 2 * breadth, (0.09, 0.16))
        yield Layer("float", stream.between(0.78, 0.88), 0.008, 0.6, 0.7, "boats", tuple(boats))
    else:
        trees = _row(seed, "avenue", {"round": 3, "cypress": 1}, 9 * breadth, (0.09, 0.17))
        yield Layer("hill", 0.97, 0.05, 1.0, 1.0, "avenue", tuple(trees))


def _desert(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "desert")
    yield Layer("peak", horizon + 0.2, stream.between(0.26, 0.4), 0.55, 0.05, "peak 0", (), other, 0.6)
    for index in range(4):
        near = (index + 1) / 4
        palms: tuple[Item, ...] = ()
        if index == 2:
            palms = tuple(_row(seed, "palms", {"palm": 1}, 4 * breadth, (0.17, 0.28)))
        base = horizon + 0.06 + (0.92 - horizon) * near
        yield Layer("dune", base, 0.05 + 0.1 * near, 0.7 + 0.4 * near, 0.15 + 0.75 * near, f"dune {index}", palms)


def _lighthouse(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "lighthouse")
    yield Layer("water", horizon, 0, 1, 0.3, "sea")
    light = Item("lighthouse", other + stream.between(-0.04, 0.04), stream.between(0.28, 0.4), "lighthouse")
    house = Item("house", light.x + 0.085 * (1 if other < 0.5 else -1), 0.09, "keeper")
    yield Layer("peak", horizon + 0.12, 0.24, 0.3, 0.85, "rock", (light, house), other, stream.between(0.24, 0.36))
    for index in range(3):
        near = (index + 1) / 3
        boat = (Item("boat", clamp(1.05 - other, 0.15, 0.85), 0.13, "boat 0"),) if index == 0 else ()
        base = horizon + 0.17 + (0.8 - horizon) * near
        yield Layer("wave", base, 0.03 + 0.07 * near, 0.3 + 0.25 * near, 0.4 + 0.5 * near, f"wave {index}", boat)


def _river(seed: int, horizon: float, breadth: float, other: float) -> Iterator[Layer]:
    stream = SplitMixStream(seed, "river")
    for index in range(2):
        yield Layer("peak", horizon + 0.03 * index, 0.34 - 0.14 * index, 0.7, 0.25 * index, f"peak {index}")
    yield Layer("water", horizon + 0.06, 0, 1, 0.5, "river")
    for index in range(4):
        near = (index + 1) / 4
        side = (0.0 if index % 2 else 1.0) if other < 0.5 else (1.0 if index % 2 else 0.0)
        size = 0.06 + 0.2 * near * near
        middle = abs(side - 0.12)
        grove = _grove(seed, f"bank {index}", middle, 6, 0.3 - 0.1 * near, (size * 0.7, size * 1.2))
        base = horizon + 0.09 + (0.92 - horizon) * near
        reach = stream.between(0.5, 0.72)
        yield Layer("hill", base, 0.1, 0.6, 0.3 + 0.7 * near, f"bank {index}", tuple(grove), side, reach)


Composer = Callable[[int, float, float, float], Iterator[Layer]]

MOTIFS: Mapping[str, Composer] = {
    "Mountains": _mountains,
    "Sea": _sea,
    "Harbour": _harbour,
    "Village": _village,
    "Forest": _forest,
    "City": _city,
    "Desert": _desert,
    "Lighthouse": _lighthouse,
    "River": _river,
}
"""How each motif is composed: (seed, horizon, breadth, the x across from the sun) -> layers, far to near."""
