"""What Collection writes into its pictures: the `parameters` text that other tools read, and the recipe as JSON.

The text is what AUTOMATIC1111's web UI writes: the prompt, a line "Negative prompt: ...", and a line of "Key: value"
pairs that begins with Steps and Sampler, by which readers know it. What would mean something else to those readers is
left out of the prompt or escaped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from collection.config.generator import known_table
from collection.config.samplers import shown_sampler
from collection.pictures.embedded.tools import PARAMETERS
from collection.values import Recipe, canonical_json

OURS = "collection"
"""Key of the chunk that holds the canonical JSON of a recipe; its SHA-256 is the identity of the recipe."""
_SHORT = 10
"""Hex digits of a model hash in the web UI."""


def chunks(recipe: Recipe, made_by: Mapping[str, Any]) -> dict[str, str]:
    """The text chunks of a recipe's PNG, by key; see `infotext`."""
    return {PARAMETERS: infotext(recipe, made_by), OURS: canonical_json(recipe.as_json()).decode()}


def infotext(recipe: Recipe, made_by: Mapping[str, Any] = MappingProxyType({})) -> str:
    """The `parameters` text of a recipe; `made_by` is the generator's record of what ran (scheduler, weights)."""
    weighted = bool(made_by.get("attention_weights"))
    lines = [", ".join(filter(None, [_escaped(_prompt(recipe), weighted), *_loras(recipe)]))]
    if recipe.negative_prompt:
        lines.append(f"Negative prompt: {_escaped(recipe.negative_prompt, weighted)}")
    lines.append(", ".join(f"{name}: {_quoted(value)}" for name, value in _pairs(recipe, made_by).items()))
    return "\n".join(lines)


def _prompt(recipe: Recipe) -> str:
    """The prompt and the words of its styles."""
    return ", ".join(filter(None, [recipe.prompt, *(style.prompt for style, _ in recipe.blend.parts)]))


def _escaped(text: str, weighted: bool) -> str:
    """A text whose brackets weigh no words here, so that they weigh none elsewhere."""
    return text if weighted else re.sub(r"\\[()\[\]]|[\\()\[\]]", lambda mark: rf"\{mark[0][-1]}", text)


def _loras(recipe: Recipe) -> Iterator[str]:
    """LoRAs as the web UI names them in a prompt: by the stem of the file, with the weight that it had."""
    scale = float(recipe.options.get("lora_scale", 1))
    for style, weight in recipe.blend.parts:
        if file := str(style.settings.get("lora", "")):
            stem = file.partition("@")[0].rpartition("/")[2].removesuffix(".safetensors")
            yield f"<lora:{stem}:{weight * scale:g}>"


def _pairs(recipe: Recipe, made_by: Mapping[str, Any]) -> dict[str, str]:
    options, table = recipe.options, known_table(recipe.generator)
    sampler, schedule = shown_sampler(str(options.get("scheduler") or made_by.get("scheduler") or recipe.generator))
    blend = [f"{name} {weight:g}" for name, weight in recipe.blend.weights.items()]
    pairs = {
        "Steps": options.get("steps", 1),
        "Sampler": sampler,
        "Schedule type": schedule or None,
        "CFG scale": options.get("guidance"),
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}",
        "Model hash": _model_hash(made_by),
        "Model": recipe.model.partition("@")[0],
        "Denoising strength": options.get("strength") if recipe.init_image else None,
        "RNG": "CPU" if table and table.capabilities.cpu_noise else None,
        "Style blend": "; ".join(blend) or None,
    }
    return {name: str(value) for name, value in pairs.items() if value is not None}


def _model_hash(made_by: Mapping[str, Any]) -> str | None:
    """The first digits of the SHA-256 of the denoiser's weights, which the web UI calls the hash of a model."""
    weights = made_by.get("weights")
    if not isinstance(weights, Mapping):
        return None
    denoiser = (str(weights[name]) for name in sorted(weights) if name.partition("/")[0] in ("unet", "transformer"))
    return next((sha256[:_SHORT] for sha256 in denoiser), None)


def _quoted(value: str) -> str:
    """As JSON text, where the bare value would be read as something else."""
    plain = value == value.strip() and not re.search(r'[,:"\n]', value)
    return value if plain else json.dumps(value, ensure_ascii=False)
