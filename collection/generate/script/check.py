"""Before a series begins: each script is run twice in processes that share nothing, and its features are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from collection.errors import GenerationError
from collection.generate.plugin import Context
from collection.generate.script.generator import ScriptGenerator
from collection.generate.script.source import suffix_of
from collection.spelling import nearest
from collection.values import Recipe


def check_scripts(recipes: Sequence[Recipe], context: Context) -> list[str]:
    """Raise GenerationError for a script that fails, differs from itself, or lacks a feature that is planned.

    One recipe of each script is tried. Returns what there is to know of the others.
    """
    groups: dict[tuple[str, Any], list[Recipe]] = defaultdict(list)
    for recipe in recipes:
        groups[recipe.model, recipe.options.get("sha256")].append(recipe)
    notes = []
    for members in groups.values():
        said = _same_twice(replace(members[0], traits={}), context)
        notes += _check_features(members, said)
        if any(recipe.prompt for recipe in members):
            notes.append(f"{members[0].model} is told no prompt: a script has its features")
    return notes


def _same_twice(recipe: Recipe, context: Context) -> Mapping[str, Any]:
    """What a script says of a picture, which it made twice alike; raises GenerationError where it does not."""
    found = []
    for _ in range(2):
        generator = ScriptGenerator(context)
        try:
            rendering, said = generator.run(recipe)
        finally:
            generator.close()
        found.append((rendering.pixels.tobytes(), rendering.features, said))
    (pixels, features, said), (again, features_again, _) = found
    if features != features_again:
        differing = [name for name in features if features[name] != features_again.get(name)]
        raise GenerationError(_differs(recipe, f"other features ({', '.join(differing) or 'others'})"), ALWAYS)
    if pixels != again:
        raise GenerationError(_differs(recipe, "another picture"), ALWAYS)
    return said


def _differs(recipe: Recipe, what: str) -> str:
    return f"{recipe.model} gave {what} the second time for the same hash (seed {recipe.seed})"


ALWAYS = "draw all chance from rng or $fx.rand, and nothing from the clock, the system or the addresses of objects"


def _check_features(recipes: Sequence[Recipe], said: Mapping[str, Any]) -> list[str]:
    """Planned traits must be features, and have values that the script declares where it declares any."""
    planned: dict[str, dict[str, None]] = defaultdict(dict)
    for recipe in recipes:
        for name, value in recipe.traits.items():
            planned[name][value] = None
    settable: Mapping[str, Sequence[str] | None] = said["settable"]
    model, undeclared = recipes[0].model, []
    for name, values in planned.items():
        known, declared = list(settable), settable.get(name)
        if name not in known:
            kind = "param" if suffix_of(model) == ".js" else "feature"
            listed = ", ".join(sorted(known)) or "none"
            hint = f"its {kind}s: {listed}; rename [traits.{name}], or add it to the script"
            raise GenerationError(f'{model} has no {kind} "{name}", which is a trait{nearest(name, known)}', hint)
        unknown = [value for value in values if declared is not None and value not in declared]
        if unknown:
            hint = f"it declares: {', '.join(declared or ())}"
            raise GenerationError(f'{model} does not declare {name} = "{unknown[0]}", which is planned', hint)
        undeclared += [name] if declared is None else []
    if not undeclared:
        return []
    names = ", ".join(undeclared)
    return [f"{model} declares no values of {names}: whether it draws those that are planned cannot be told beforehand"]
