"""Pictures put together from drawings, so that what stands where, how often and before what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from PIL import Image

from training.split import part
from training.words import BACKGROUNDS

VARIED = 0.15
"""Share of the drawings that are shown a second time, elsewhere, smaller and on a coloured ground."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What stands in a picture. A scene's number in `scene` stands for its landscape, else `ground` is a colour."""

    kind: str
    """plain, varied, beside, above, several or placed."""
    set: str
    codes: tuple[str, ...]
    count: int = 1
    ground: str = "white"
    scene: int = -1
    seed: int = 0
    """Of sizes and places."""
    part: str = "train"

    def as_json(self) -> dict[str, Any]:
        """All fields, for an index."""
        return {**asdict(self), "codes": list(self.codes)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Composition:
        """Read `as_json` back."""
        return cls(**{**value, "codes": tuple(value["codes"])})


def compositions(drawn: Mapping[str, Sequence[str]], pairs: int, several: int) -> list[Composition]:
    """Each drawing alone, some of them varied too; `pairs` of two things and `several` of one, by one hand each.

    `drawn` gives the sets that draw a thing, by code. Pairs and several are of drawings that are trained on; every
    tenth of them is a test.
    """
    found = []
    for code, sets in sorted(drawn.items()):
        for name in sorted(sets):
            which, rng = part(code, name), Random(f"varied {code} {name}")
            ground = rng.choice(list(BACKGROUNDS))
            found.append(Composition("plain", name, (code,), part=which))
            if rng.random() < VARIED:
                found.append(Composition("varied", name, (code,), ground=ground, seed=rng.randrange(2**31), part=which))
    for number in range(pairs + several):
        found.append(_together(number, drawn, "several" if number >= pairs else ""))
    return found


def _together(number: int, drawn: Mapping[str, Sequence[str]], kind: str) -> Composition:
    rng = Random(f"together {number}")
    kind = kind or rng.choice(("beside", "above"))
    codes = sorted(drawn)
    while True:
        first, second = rng.sample(codes, 2)
        sets = [
            name
            for name in drawn[first]
            if part(first, name) == "train" and (kind == "several" or part(second, name) == "train")
            and name in drawn[second]
        ]  # fmt: skip
        if sets:
            break
    ground = "white" if rng.random() < 0.5 else rng.choice(list(BACKGROUNDS))
    return Composition(
        kind, rng.choice(sorted(sets)), (first,) if kind == "several" else (first, second),
        rng.choice((2, 3, 4)) if kind == "several" else 1, ground, -1, rng.randrange(2**31),
        "test" if number % 10 == 0 else "train",
    )  # fmt: skip


def draw(
    composition: Composition, pictures: Sequence[Image.Image], side: int, scene: Image.Image | None
) -> Image.Image:
    """The RGB picture of a composition, `side` pixels square, from the RGBA pictures of its codes and its scene."""
    rng = Random(composition.seed)
    ground = scene or Image.new("RGB", (1, 1), BACKGROUNDS[composition.ground])
    canvas = ground.resize((side, side), Image.Resampling.LANCZOS)
    for picture, (left, top, width) in zip(
        pictures * composition.count, _places(composition, rng), strict=False
    ):  # fmt: skip
        size = max(1, round(width * side))
        fitted = picture.resize((size, size), Image.Resampling.LANCZOS)
        if composition.kind == "varied" and rng.random() < 0.3:
            fitted = fitted.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        canvas.paste(fitted, (round(left * side), round(top * side)), fitted)
    return canvas


def _places(composition: Composition, rng: Random) -> list[tuple[float, float, float]]:
    """Left, top and width of each drawing, as fractions of the side."""
    kind = composition.kind
    if kind == "plain":
        return [(0.04, 0.04, 0.92)]
    if kind == "varied":
        width = rng.uniform(0.5, 0.95)
        return [(rng.uniform(0, 1 - width), rng.uniform(0, 1 - width), width)]
    if kind == "placed":
        width = rng.uniform(0.35, 0.6)
        return [(rng.uniform(0.03, 0.97 - width), rng.uniform(0.9 - width, 0.97 - width), width)]
    if kind == "several":
        width = {2: 0.46, 3: 0.44, 4: 0.44}[composition.count] * rng.uniform(0.85, 1.0)
        grid = {2: [(0.26, 0.5), (0.74, 0.5)], 3: [(0.5, 0.27), (0.26, 0.73), (0.74, 0.73)]}.get(
            composition.count, [(0.26, 0.26), (0.74, 0.26), (0.26, 0.74), (0.74, 0.74)]
        )
        return [(x - width / 2, y - width / 2, width) for x, y in grid]
    width, across = rng.uniform(0.4, 0.48), rng.uniform(0.35, 0.65)
    centres = [(0.26, across), (0.74, across)] if kind == "beside" else [(across, 0.26), (across, 0.74)]
    return [(x - width / 2, y - width / 2, width) for x, y in centres]
