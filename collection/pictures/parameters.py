"""The recipe inside a picture file: the `parameters` text that other tools read, and our own JSON.

The first is the text which AUTOMATIC1111's web UI began to write into its pictures and most tools read: the prompt,
a line "Negative prompt: ...", and a last line of "Key: value" pairs. The second, under the key `collection`, is the
canonical JSON of the recipe: its SHA-256 is the identity of the recipe.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collection.config.generator import known_table
from collection.errors import ImageError, UsageError
from collection.pictures.embedded.fields import json_object
from collection.pictures.embedded.stealth import read_stealth
from collection.pictures.embedded.texts import read_texts
from collection.pictures.embedded.tools import PARAMETERS, Told, read_tools
from collection.values import Recipe, canonical_json, parse_json

OURS = "collection"
"""Key of the chunk that holds the canonical JSON of a recipe."""
SAMPLERS: Mapping[str, str] = {
    "DPMSolverMultistep": "DPM++ 2M",
    "DPMSolverSinglestep": "DPM++ 2S",
    "EulerAncestral": "Euler a",
    "KDPM2": "DPM2",
    "KDPM2Ancestral": "DPM2 a",
    "PNDM": "PLMS",
}
"""What others call our schedulers; those not listed have the same name there."""


@dataclass(frozen=True, slots=True)
class EmbeddedMetadata:
    """What a picture file says about its making; all of it is a claim until the recipe was rendered again."""

    recipe: Recipe | None = None
    """The recipe that Collection wrote."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What another tool tells, by the names of the `parameters` text: Prompt, Negative prompt, Seed and so on."""
    format: str = ""
    """The tool whose form they have: A1111, ComfyUI and so on; other tools write it too."""
    unread: tuple[str, ...] = ()
    """What is there besides and was not read, in words: "a ComfyUI workflow"."""


def chunks(recipe: Recipe) -> dict[str, str]:
    """The text chunks of a recipe's PNG, by key."""
    return {PARAMETERS: infotext(recipe), OURS: canonical_json(recipe.as_json()).decode()}


def infotext(recipe: Recipe) -> str:
    """The `parameters` text of a recipe."""
    lines = [_prompt(recipe)]
    if recipe.negative_prompt:
        lines.append(f"Negative prompt: {recipe.negative_prompt}")
    lines.append(", ".join(f"{name}: {_quoted(value)}" for name, value in _pairs(recipe).items()))
    return "\n".join(lines)


def _prompt(recipe: Recipe) -> str:
    """The prompt and the words of its styles; in a blend each in the brackets that weigh attention elsewhere."""
    words = [(style.prompt or style.name, weight) for style, weight in recipe.blend.parts]
    styles = [text if weight == 1 else f"({text}:{weight:g})" for text, weight in words]
    return ", ".join(filter(None, [recipe.prompt, *styles]))


def _pairs(recipe: Recipe) -> dict[str, str]:
    options, table = recipe.options, known_table(recipe.generator)
    scheduler = options.get("scheduler")
    pairs = {
        "Steps": options.get("steps"),
        "Sampler": SAMPLERS.get(scheduler, scheduler) if scheduler else None,
        "CFG scale": options.get("guidance"),
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}",
        "Model": recipe.model,
        "Denoising strength": options.get("strength") if recipe.init_image else None,
        "RNG": "CPU" if table and table.capabilities.cpu_noise else None,
    }
    return {name: str(value) for name, value in pairs.items() if value is not None}


def _quoted(value: str) -> str:
    """As JSON text, where the bare value would be read as something else."""
    plain = value == value.strip() and not re.search(r'[,:"\n]', value)
    return value if plain else json.dumps(value, ensure_ascii=False)


def read_embedded_metadata(data: bytes, name: str | Path) -> EmbeddedMetadata:
    """What a picture file says; empty if nothing. Raises ImageError for a file that is no picture."""
    texts = read_texts(data, name, OURS)
    told = [*read_tools(texts)]
    if not any(item.parameters for item in told):
        told += read_tools(_hidden(data))
    best = next((item for item in told if item.parameters), Told("", {}))
    unread = [item.unread for item in told if item.unread and (item is best or not best.parameters)]
    return EmbeddedMetadata(_recipe(texts.get(OURS, ""), name), best.parameters, best.format, tuple(unread))


def _hidden(data: bytes) -> dict[str, str]:
    """Texts that are written into the transparency: the text of the web UI, or NovelAI's texts as JSON."""
    text = read_stealth(data)
    value = json_object(text)
    if value is None:
        return {PARAMETERS: text} if text else {}
    return {key: item for key, item in value.items() if isinstance(item, str)}


def _recipe(text: str, name: str | Path) -> Recipe | None:
    if not text:
        return None
    try:
        value: Any = parse_json(text)
        return Recipe.from_json(value)
    except (ValueError, UsageError) as error:
        raise ImageError(f"{name}: its `{OURS}` chunk holds no recipe: {error}") from error
