"""What the CLIP learns from: features of pictures, and captions with their claims."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor

from training.captions import Caption, Picture, caption, facts
from training.compose import Composition
from training.drawings import Thing
from training.places import workshop
from training.scenes import Scene

KINDS = {"drawing": 0.5, "together": 0.18, "scene": 0.22, "placed": 0.1}
"""What a batch is made of."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Pictures with their features (n, 1280) float32 as the tower gives them."""

    pictures: Sequence[Picture]
    parts: Sequence[str]
    features: Tensor

    def rows(self, part: str, kinds: Iterable[str] = KINDS) -> list[int]:
        """Which of them belong to a part of the split and are of one of these kinds."""
        wanted = set(kinds)
        return [
            row
            for row, (picture, which) in enumerate(zip(self.pictures, self.parts, strict=True))
            if which == part and kind_of(picture) in wanted
        ]  # fmt: skip


def kind_of(picture: Picture) -> str:
    """drawing, together, scene or placed."""
    if picture.composition is None:
        return "scene"
    kind = picture.composition.kind
    return kind if kind == "placed" else "together" if kind in ("beside", "above", "several") else "drawing"


def load() -> Examples:
    """Everything `training.prepare` made for the CLIP."""
    with zipfile.ZipFile(workshop() / "pictures.zip") as archive:
        index = json.loads(archive.read("index.json"))
    things, colours = read_things(index)
    with safe_open(workshop() / "features.safetensors", framework="pt") as file:
        what, features = json.loads(file.metadata()["what"]), file.get_tensor("features").float()
    pictures, parts = [], []
    for number, entry in enumerate(what):
        picture = _picture(number, entry, things, colours)
        pictures.append(picture)
        parts.append(picture.composition.part if picture.composition else entry["scene"]["part"])
    return Examples(pictures, parts, features)


def read_things(index: Mapping[str, Any]) -> tuple[dict[str, Thing], dict[tuple[str, str], str]]:
    """The things of an index by code, and the main colour of each drawing by code and set."""
    things = {
        thing["code"]: Thing(thing["code"], thing["name"], tuple(thing["keywords"]), thing["group"])
        for thing in index["things"]
    }
    return things, {(entry["code"], entry["set"]): entry["colour"] for entry in index["drawings"]}


def _picture(
    number: int, entry: Mapping[str, Any], things: Mapping[str, Thing], colours: Mapping[tuple[str, str], str]
) -> Picture:
    scene = None
    if "scene" in entry:
        scene = Scene(number, entry["scene"]["traits"], entry["scene"]["styles"])
    if "composition" not in entry:
        return Picture(scene=scene)
    made = Composition.from_json(entry["composition"])
    colour = colours[made.codes[0], made.set] if made.kind in ("plain", "varied") else ""
    return Picture(tuple(things[code] for code in made.codes), made, colour, scene)


def batch(
    examples: Examples, rows: Mapping[str, Sequence[int]], size: int, rng: Random
) -> tuple[list[int], list[Caption]]:
    """Rows of examples, mixed as KINDS says, each with a caption."""
    chosen = [row for kind, share in KINDS.items() for row in rng.choices(rows[kind], k=round(size * share))]
    return chosen, [caption(examples.pictures[row], rng) for row in chosen]


def truth(claims: Sequence[frozenset[str]], known: Sequence[frozenset[str]]) -> Tensor:
    """(captions, pictures) bool: whether a picture has all that a caption claims."""
    places: dict[str, int] = {}
    for claim in claims:
        for one in claim:
            places.setdefault(one, len(places))
    asked, has = torch.zeros(len(claims), len(places)), torch.zeros(len(known), len(places))
    for row, claim in enumerate(claims):
        asked[row, [places[one] for one in claim]] = 1
    for row, held in enumerate(known):
        has[row, [places[one] for one in held if one in places]] = 1
    return asked @ (1 - has).T < 0.5


def all_facts(examples: Examples) -> list[frozenset[str]]:
    """What is true of each picture."""
    return [facts(picture) for picture in examples.pictures]
