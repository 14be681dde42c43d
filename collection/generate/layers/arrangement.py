"""The layers of a project in their order: which traits they bring, and which pictures some traits draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from collection.config.conditions import SERIES
from collection.config.planning import Rule, Trait
from collection.errors import ConfigError
from collection.generate.layers.folders import Drawn, FolderReader, LayerFolder, Value

if TYPE_CHECKING:
    from collection.generate.layers.table import Layer, LayersGenerator

NOTHING = "None"
"""The value of a layer's trait where `nothing` is drawn."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What a folder says, and how the layer that it is in is drawn."""

    said: LayerFolder
    layer: Layer

    def drawn_in(self, series: str) -> bool:
        """Whether the layer is drawn in a series; a one-of-one ("") may have any."""
        return not series or not self.layer.series or series in self.layer.series


class Arrangement:
    """The layers, from the back to the front. Raises ConfigError for folders and names that say nothing."""

    def __init__(self, table: LayersGenerator, project: Path) -> None:
        self._table, self._project = table, project
        self._reader = FolderReader(project, table.delimiter)
        self.placed = [Placed(said, layer) for layer in self._layers() for said in self._read(layer)]

    def _layers(self) -> Sequence[Layer]:
        from collection.generate.layers.table import Layer

        if self._table.layers:
            return self._table.layers
        return [Layer(folder=name) for name in self._reader.names(self._project / self._table.folder)]

    def _read(self, layer: Layer) -> list[LayerFolder]:
        folder, trait = self._project / self._table.folder / layer.folder, layer.trait or plain_name(layer.folder)
        if layer.files:
            pictures = {name: self._reader.file(folder / file) for name, file in layer.files.items()}
            found = [LayerFolder(trait, {name: Value(1.0, (picture,)) for name, picture in pictures.items()})]
        else:
            found = self._reader.read(folder, trait)
        if layer.nothing:
            if NOTHING in found[0].values:
                raise ConfigError(
                    f'layers: {layer.folder} has `nothing`, and a picture called "{NOTHING}" too',
                    "rename the picture, or take `nothing` out of [[generator.layers]]",
                )
            found[0] = replace(found[0], values={**found[0].values, NOTHING: Value(layer.nothing, ())})
        return found

    @property
    def traits(self) -> dict[str, Trait]:
        """Each trait with the values and weights of its folders. Of several folders each counts as much."""
        found: dict[str, Trait] = {}
        for name, places in self._by_trait().items():
            weights: dict[str, float] = {}
            for place in _different(places):
                total = sum(value.weight for value in place.said.values.values()) if len(places) > 1 else 1.0
                for value, said in place.said.values.items():
                    weights[value] = weights.get(value, 0.0) + said.weight / total
            found[name] = self._trait(name, weights, places)
        for name, palette in self._table.palettes.items():
            if name in found:
                raise ConfigError(
                    f'the palette "{name}" has the name of a layer, and each is a trait', "rename one of them"
                )
            found[name] = Trait(weight=palette.weights)
        return found

    def _trait(self, name: str, weights: Mapping[str, float], places: Sequence[Placed]) -> Trait:
        when: dict[str, Any] = dict(places[0].said.when) if all(place.said.when for place in places) else {}
        if all(place.layer.series for place in places):
            when[SERIES] = tuple(dict.fromkeys(series for place in places for series in place.layer.series))
        distinct = all(place.layer.distinct for place in places)
        try:
            return Trait.model_validate({"weight": weights, "when": when, "distinct": distinct})
        except ValidationError as error:
            raise ConfigError(
                f'the layer "{name}" makes no trait: {error.errors()[0]["msg"]}',
                "rename its folder, or give it a `trait` in [[generator.layers]]",
            ) from error

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Where folders of several series give one trait: values of the one do not stand in a series of another."""
        found = []
        for name, places in self._by_trait().items():
            every = list(dict.fromkeys(series for place in places for series in place.layer.series))
            if len(places) < 2 or not all(place.layer.series for place in places):
                continue
            values = dict.fromkeys(value for place in places for value in place.said.values)
            for series in every:
                own = {value for place in places if series in place.layer.series for value in place.said.values}
                if absent := tuple(value for value in values if value not in own):
                    found.append(Rule(when={SERIES: series}, exclude={name: absent}))
        return tuple(found)

    def _by_trait(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {}
        for place in self.placed:
            found.setdefault(place.said.trait, []).append(place)
        return found

    def drawn(self, series: str, traits: Mapping[str, str]) -> Iterator[tuple[Placed, Drawn]]:
        """The pictures that a token's traits draw, from the back to the front."""
        found = []
        for order, place in enumerate(self.placed):
            value = place.said.values.get(traits.get(place.said.trait, ""))
            if value is not None and place.drawn_in(series):
                found += [(picture.z, order, number, place, picture) for number, picture in enumerate(value.pictures)]
        for _, _, _, place, picture in sorted(found, key=lambda item: item[:3]):
            yield place, picture

    def values(self, trait: str) -> set[str]:
        """The values of a trait for which there is something to draw, or that draw nothing on purpose."""
        return {value for place in self.placed if place.said.trait == trait for value in place.said.values}


def plain_name(folder: str) -> str:
    """The name of a layer by its folder, without the number that puts it in order: "02 - Hat" is Hat."""
    name = folder.rstrip("/").rpartition("/")[2]
    return re.sub(r"^\d+\s*[-_. ]\s*", "", name).strip() or name


def _different(places: Sequence[Placed]) -> list[Placed]:
    """The places of a trait without those that only draw values of others again, as hair behind the head is."""
    found: list[Placed] = []
    for place in places:
        if not any(place.layer.series == other.layer.series for other in found):
            found.append(place)
        else:
            known = {value for other in found for value in other.said.values}
            if not set(place.said.values) <= known:
                new = {name: value for name, value in place.said.values.items() if name not in known}
                found.append(Placed(replace(place.said, values=new), place.layer))
    return found


def digest(path: Path) -> str:
    """SHA-256 of a file; raises ConfigError where it cannot be read."""
    try:
        state = path.stat()
        return _digest(path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "put the file back") from error


@lru_cache(maxsize=20_000)
def _digest(path: Path, changed: int, size: int) -> str:
    from collection.models.weights import file_sha256

    return file_sha256(path)
