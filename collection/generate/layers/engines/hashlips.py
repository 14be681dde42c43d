"""HashLips's src/config.js, and that of nftchef's fork: layer configurations, blend modes, opacity, bypassDNA, names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from collection.errors import UsageError
from collection.generate.layers.engines.javascript import UNREAD, read_constants
from collection.generate.layers.engines.written import EngineProject
from collection.generate.layers.folders import FolderReader
from collection.generate.layers.table import Blend

CONFIGURATIONS = ("layerConfigurations", "layer_configurations")


def read_hashlips(path: Path) -> EngineProject:
    """The project that a config.js describes; raises UsageError, naming the file, for what is no such configuration."""
    try:
        said = read_constants(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", "name the config.js of HashLips") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", error.hint) from error
    sets = next((said[name] for name in CONFIGURATIONS if isinstance(said.get(name), list)), None)
    if not sets:
        raise UsageError(
            f"{path} has no layerConfigurations that are written out", "name the src/config.js of HashLips"
        )
    layers_folder = _layers_folder(path)
    notes: list[str] = []
    shares = _shares(path, sets)
    names = [f"Set {number}" for number in range(1, len(sets) + 1)] if len(sets) > 1 else [""]
    layers = _merged([[_layer(path, item, notes) for item in _order(path, one)] for one in sets], names)
    form, ground = _table(said.get("format")), _table(said.get("background"))
    if ground.get("generate") is True and ground.get("static") is not True:
        notes.append("the random colours of its backgrounds are left out: add a layer of backgrounds, or a palette")
    delimiter = said.get("rarityDelimiter")
    delimiter = delimiter if isinstance(delimiter, str) and delimiter else "#"
    folders = {layer["folder"]: layers_folder / layer["folder"] for layer in layers}
    rules = [
        *_rules(said.get("incompatible"), "exclude", layers, layers_folder, delimiter, notes),
        *_rules(said.get("forcedCombinations"), "require", layers, layers_folder, delimiter, notes),
    ]
    for name in ("extraMetadata", "extraAttributes", "traitValueOverrides"):
        if said.get(name) not in (None, {}, []):
            notes.append(f"{name} is left out")
    size = [form.get(name) for name in ("width", "height")]
    static = ground.get("generate") is True and ground.get("static") is True
    return EngineProject(
        title=_text(said.get("namePrefix")) or path.resolve().parent.name,
        description=_text(said.get("description")),
        supply=round(sum(shares)),
        generator={
            "delimiter": delimiter if delimiter != "#" else "",
            "background": _text(ground.get("default")) if static else "",
            "resize": "nearest" if form.get("smoothing") is False else "smooth",
        },
        layers=layers,
        folders=folders,
        size=(int(size[0]), int(size[1])) if all(isinstance(side, int) for side in size) else None,  # type: ignore[arg-type]
        series=dict(zip(names, shares, strict=True)) if len(sets) > 1 else {},
        rules=rules,
        notes=notes,
    )


def _layers_folder(path: Path) -> Path:
    for folder in (path.parent / "layers", path.parent.parent / "layers"):
        if folder.is_dir():
            return folder
    raise UsageError(
        f"there is no folder layers beside {path} or one folder above", "keep config.js where HashLips has it, in src/"
    )


def _shares(path: Path, sets: Sequence[Any]) -> list[float]:
    """How many tokens each configuration adds: growEditionSizeTo counts those before it too."""
    ends = [_table(one).get("growEditionSizeTo") for one in sets]
    for number, (before, end) in enumerate(zip([0, *ends], ends, strict=False), 1):
        if not isinstance(end, int) or not isinstance(before, int) or end <= before:
            raise UsageError(
                f"{path}: growEditionSizeTo of configuration {number} is {end!r}", f"write a number above {before}"
            )
    return [end - before for before, end in zip([0, *ends], ends, strict=False)]


def _order(path: Path, configuration: Any) -> list[Any]:
    order = _table(configuration).get("layersOrder")
    if not isinstance(order, list) or not order:
        raise UsageError(f"{path}: a configuration has no layersOrder", "list its layers: [{ name: 'Background' }]")
    return order


def _layer(path: Path, item: Any, notes: list[str]) -> dict[str, Any]:
    """A layer as [[generator.layers]] has it."""
    layer = _table(item)
    name, options = layer.get("name"), {**layer, **_table(layer.get("options"))}
    if not isinstance(name, str) or not name:
        raise UsageError(f"{path}: a layer has no name that is written out", "each layer is { name: 'Folder' }")
    blend, opacity = options.get("blend", "source-over"), options.get("opacity", 1)
    if blend not in get_args(Blend):
        notes.append(f"{name}: its blend {blend!r} is none of a canvas, and is left out")
        blend = "source-over"
    if not isinstance(opacity, int | float) or not 0 <= opacity <= 1:
        notes.append(f"{name}: its opacity {opacity!r} is not between 0 and 1, and is left out")
        opacity = 1
    trait = next((options[key] for key in ("displayName", "trait") if isinstance(options.get(key), str)), "")
    if layer.get("sublayerOptions") not in (None, {}, UNREAD):
        notes.append(f"{name}: sublayerOptions are left out; folders in its folder are layers of their own")
    return {
        "folder": name, "trait": trait, "blend": blend if blend != "source-over" else "",
        "opacity": opacity if opacity != 1 else "", "distinct": "" if options.get("bypassDNA") is not True else False,
    }  # fmt: skip


def _merged(orders: Sequence[Sequence[dict[str, Any]]], names: Sequence[str]) -> list[dict[str, Any]]:
    """One list in which each configuration finds its layers in its order; a layer of all has no `series`."""
    found: list[tuple[dict[str, Any], list[str]]] = []
    for name, order in zip(names, orders, strict=True):
        last = 0
        for layer in order:
            place = next((n for n in range(last, len(found)) if found[n][0] == layer and name not in found[n][1]), None)
            if place is None:
                found.insert(last, (layer, [name]))
                place = last
            else:
                found[place][1].append(name)
            last = place + 1
    return [{**layer, "series": series if len(series) < len(names) else []} for layer, series in found]


def _rules(
    said: Any, kind: str, layers: Sequence[Mapping[str, Any]], folder: Path, delimiter: str, notes: list[str]
) -> Iterator[dict[str, Any]]:
    """nftchef's `incompatible` and `forcedCombinations`: names of values, in whichever layer they are."""
    if not said or not isinstance(said, dict):
        return
    reader, places = FolderReader(folder.parent, delimiter), dict[str, str]()
    for layer in layers:
        for read in reader.read(folder / layer["folder"], layer["trait"] or layer["folder"]):
            places |= dict.fromkeys(read.values, read.trait)
    for value, others in said.items():
        for other in others if isinstance(others, list) else [others]:
            if value in places and other in places and places[value] != places[other]:
                yield {"when": {places[value]: value}, kind: {places[other]: other}}
            else:
                notes.append(f"the rule of {value!r} and {other!r} is left out: they are not values of two layers")


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
