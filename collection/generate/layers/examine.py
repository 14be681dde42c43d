"""What is wrong with layers is told before the first image: pictures that are none, wrong sizes, equal images."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from collection.errors import MOST_TOLD, GenerationError, ImageError, UsageError
from collection.generate.layers.arrangement import digest
from collection.generate.layers.sheets import as_rgba
from collection.generate.layers.table import LayersGenerator
from collection.values import Recipe, amount, canonical_json


def check_pictures(
    recipes: Sequence[Recipe], table: LayersGenerator | None, stored: Callable[[str, str], Path]
) -> None:
    """Decode every picture that recipes name, once for each size; raises UsageError for all that cannot be drawn.

    Pictures of `table` are read where they lie, others from the project's files.
    """
    here = {f"{digest(path)}{path.suffix.lower()}": path for path in table.pictures()} if table else {}
    wanted: dict[tuple[str, tuple[int, int], str], str] = {}
    for recipe in recipes:
        for sheet in recipe.options["stack"]:
            key = (sheet["file"], (recipe.width, recipe.height), recipe.options.get("resize", "error"))
            wanted.setdefault(key, sheet["name"])

    def wrong(item: tuple[tuple[str, tuple[int, int], str], str]) -> tuple[str, str | None] | None:
        (file, size, resize), name = item
        sha256, _, suffix = file.partition(".")
        try:
            as_rgba((here.get(file) or stored(sha256, f".{suffix}")).read_bytes(), size, resize)
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}", "put the file back"
        except ImageError as error:
            return f"{name} {error.message}", error.hint
        return None

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        found = [item for item in pool.map(wrong, wanted.items()) if item]
    if found:
        lines = [line for line, _ in found]
        more = f"; and {amount(len(lines) - MOST_TOLD, 'more picture')}" if len(lines) > MOST_TOLD else ""
        raise UsageError("; ".join(lines[:MOST_TOLD]) + more, next((hint for _, hint in found if hint), None))


def check_twins(recipes: Sequence[Recipe]) -> None:
    """Raise GenerationError where two recipes draw the same pictures in the same way."""
    known: dict[bytes, Recipe] = {}
    for recipe in recipes:
        shown = [{key: value for key, value in sheet.items() if key != "name"} for sheet in recipe.options["stack"]]
        key = canonical_json([shown, recipe.width, recipe.height])
        other = known.setdefault(key, recipe)
        if other is not recipe:
            names = sorted({*recipe.traits, *other.traits})
            changed = [
                f"{name} {other.traits.get(name, 'absent')} and {recipe.traits.get(name, 'absent')}"
                for name in names
                if recipe.traits.get(name) != other.traits.get(name)
            ]
            raise GenerationError(
                f"two images would be the same picture: {'; '.join(changed) or 'their traits are equal'}",
                "give each value a picture of its own, or set `distinct = false` for what is not seen",
            )
