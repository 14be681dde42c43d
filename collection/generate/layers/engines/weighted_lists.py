"""The config.json of nft-generator-py (Jon Becker): lists of values, file names and weights, and incompatibilities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from collection.errors import UsageError
from collection.generate.layers.engines.written import EngineProject
from collection.values import parse_json

SUPPLY = 100
"""Tokens, which its configuration does not say: `--amount` of its command does."""


def read_weighted_lists(path: Path) -> EngineProject:
    """The project that a config.json describes; raises UsageError, naming file and field, for any other."""
    try:
        said = parse_json(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no JSON: {error}", "name the config.json of nft-generator-py") from error
    layers = said.get("layers") if isinstance(said, dict) else None
    if not isinstance(layers, list) or not layers or not all(isinstance(layer, dict) for layer in layers):
        raise UsageError(f"{path} has no list `layers`", "name the config.json of nft-generator-py")
    read = [_layer(path, number, layer) for number, layer in enumerate(layers, 1)]
    notes = [f"its supply is not in {path.name}: {SUPPLY} stands for it"]
    values = {layer["trait"]: list(layer["files"]) for layer, _, _ in read}
    return EngineProject(
        title=str(said.get("name") or path.resolve().parent.name).rstrip("# ") or "Layers",
        description=str(said.get("description") or ""),
        supply=SUPPLY,
        generator={"resize": "smooth"},
        layers=[layer for layer, _, _ in read],
        folders={layer["folder"]: folder for layer, folder, _ in read},
        traits={layer["trait"]: {"weight": weights} for layer, _, weights in read},
        rules=list(_rules(said.get("incompatibilities"), values, notes)),
        notes=notes,
    )


def _layer(path: Path, number: int, layer: Mapping[str, Any]) -> tuple[dict[str, Any], Path, dict[str, float]]:
    """A layer as [[generator.layers]] has it, where its pictures lie, and the weights of its values."""

    def wrong(field: str, why: str) -> UsageError:
        return UsageError(f"{path}: layers.{number}.{field} {why}", "correct it, then run the same command again")

    name, place = layer.get("name"), layer.get("trait_path")
    lists: dict[str, list[Any]] = {}
    for field in ("values", "filename", "weights"):
        value = layer.get(field)
        if not isinstance(value, list) or not value:
            raise wrong(field, "is no list")
        lists[field] = value
    if not isinstance(name, str) or not name.strip():
        raise wrong("name", "is no text")
    if not isinstance(place, str) or not place:
        raise wrong("trait_path", "is no path")
    if len({len(value) for value in lists.values()}) > 1:
        raise wrong("values", "has another length than filename or weights")
    if twice := next((value for value in lists["values"] if lists["values"].count(value) > 1), None):
        raise wrong("values", f'has "{twice}" twice')
    for weight in lists["weights"]:
        if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
            raise wrong("weights", f"has {weight!r}, which is no weight")
    folder = path.parent / place
    names = [str(file) if Path(str(file)).suffix else f"{file}.png" for file in lists["filename"]]
    files = dict(zip(map(str, lists["values"]), names, strict=True))
    layer_folder = Path(place).name or f"layer {number}"
    weights = dict(zip(map(str, lists["values"]), map(float, lists["weights"]), strict=True))
    return {"folder": layer_folder, "trait": name.strip(), "files": files}, folder, weights


def _rules(said: Any, values: Mapping[str, Sequence[str]], notes: list[str]) -> Iterator[dict[str, Any]]:
    for rule in said if isinstance(said, list) else ():
        layer, value = (rule.get("layer"), rule.get("value")) if isinstance(rule, dict) else (None, None)
        if layer not in values or value not in values[layer]:
            notes.append(f"an incompatibility of {layer} {value} is left out: there is no such value")
            continue
        others = rule.get("incompatible_with")
        for other in others if isinstance(others, list) else [others]:
            traits = [trait for trait, known in values.items() if other in known and trait != layer]
            if not traits:
                notes.append(f'{layer} {value} is incompatible with "{other}", which is no value: left out')
            yield from ({"when": {layer: value}, "exclude": {trait: other}} for trait in traits)
