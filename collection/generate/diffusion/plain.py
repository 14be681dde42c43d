"""Pipelines whose embeddings are not ours to make: what they are told of an item, and what they cannot be told.

Their calls take the same thing by different names, and leave out without a word what they cannot use. What an item says
therefore reaches the call, or is refused here, before anything is computed.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from collection.errors import GenerationError
from collection.generate.diffusion.batch_items import BatchItem
from collection.generate.prompt_syntax import unescaped

_LIMITS: Mapping[str, Mapping[str, int]] = {
    "HunyuanDiTPipeline": {"tokenizer": 77},
    "IFPipeline": {"tokenizer": 77},
    "Kandinsky3Pipeline": {"tokenizer": 128},
}
"""Tokens that a text encoder reads, where neither the pipeline's call nor its tokenizer says so."""
_TOKENIZERS = ("tokenizer", "tokenizer_2", "tokenizer_3", "tokenizer_4", "prior_tokenizer")
_BOUNDLESS = 10**6
"""Tokens: what a tokenizer says of itself that knows of no limit."""


def plain_arguments(pipeline: Any, item: BatchItem) -> dict[str, Any]:
    """What the pipeline's call takes of an item: texts, guidance, steps, size. Raises GenerationError."""
    _refuse_demands(pipeline, item)
    recipe = item.recipe
    arguments = {
        "prompt": [unescaped(item.early.texts[0][0])], "num_inference_steps": item.options.steps,
        "width": recipe.width, "height": recipe.height,
    }  # fmt: skip
    return {**arguments, **_guidance(pipeline, item.options.guidance, unescaped(recipe.negative_prompt))}


def _refuse_demands(pipeline: Any, item: BatchItem) -> None:
    name, recipe = type(pipeline).__name__, item.recipe
    demands = {
        f"blend styles ({', '.join(recipe.blend.weights)})": len(item.early.texts) > 1,
        "change its blend on the way": item.late,
        "look at reference pictures": item.early.references,
        "begin from an init image": recipe.init_image,
        "move toward another recipe": item.interpolation_target,
        "decode with a draft VAE": item.options.vae,
    }
    for what, asked in demands.items():
        if asked:
            raise GenerationError(f"a {name} cannot {what}", "use a model of Stable Diffusion 1, 2 or XL")
    if item.options.batch_size > 1:
        # Such pipelines may pad a prompt to the longest of its batch: an image would depend on its neighbours.
        raise GenerationError(
            f"a {name} makes one image at a time, batch_size = {item.options.batch_size}", "set batch_size = 1"
        )


def _guidance(pipeline: Any, scale: float, negative: str) -> dict[str, Any]:
    """Guidance and negative prompt by the names that the call has for them.

    Some models were distilled from guided ones: they take the scale as a number, and nothing negative. Others are
    guided only where there is a negative prompt, be it a blank.
    """
    takes, name = inspect.signature(pipeline.__call__).parameters, type(pipeline).__name__
    embedded = bool(getattr(getattr(pipeline, "transformer", None), "config", {}).get("guidance_embeds"))
    if scale > 1 and pipeline.config.get("is_distilled"):
        raise GenerationError(f"this {name} is distilled and takes no guidance ({scale:g})", "set guidance = 1")
    if negative and (embedded or "negative_prompt" not in takes):
        raise no_negative_prompt(pipeline)
    if "true_cfg_scale" in takes and not embedded:
        negative = negative or (" " if scale > 1 else "")
        return {"true_cfg_scale": scale, **({"negative_prompt": [negative]} if negative else {})}
    said = next((key for key in ("guidance_scale", "prior_guidance_scale") if key in takes), None)
    if said is None and scale > 1:
        raise GenerationError(f"a {name} takes no guidance ({scale:g})", "set guidance = 1")
    return {**({said: scale} if said else {}), **({"negative_prompt": [negative]} if negative else {})}


def no_negative_prompt(pipeline: Any) -> GenerationError:
    """The error for a negative prompt that this pipeline would ignore."""
    return GenerationError(
        f"this {type(pipeline).__name__} takes no negative prompt", "remove negative_prompt from collection.toml"
    )


def unread(pipeline: Any, item: BatchItem) -> tuple[str, ...]:
    """What the model does not read of an item's texts, said by text; it is enough that one text encoder reads all.

    Raises GenerationError where the item does not allow that.
    """
    texts = [text for text, _ in (*item.early.texts, *item.early.negatives)]
    lost = [(text, rest) for text in texts if (rest := lost_words(pipeline, text))]
    for text, rest in lost:
        if item.options.long_prompt == "error":
            raise GenerationError(
                f"a {type(pipeline).__name__} does not read the whole prompt {text!r}: {rest!r} would be cut off",
                'shorten the prompt or its style\'s, or set long_prompt = "truncate" in collection.toml',
            )
        if item.options.long_prompt == "chunk":
            raise GenerationError(
                f"a {type(pipeline).__name__} reads no prompt in chunks: {rest!r} of {text!r} would be cut off",
                'shorten the prompt, or set long_prompt = "truncate" in collection.toml',
            )
    return tuple(f"prompt {text!r} was cut: {rest!r} was not read" for text, rest in lost)


def lost_words(pipeline: Any, text: str) -> str:
    """The end of a text that no text encoder reads."""
    rests: list[str] = []
    for tokenizer, limit in _readers(pipeline):
        tokens = tokenizer(text, truncation=False).input_ids
        if len(tokens) <= limit:
            return ""
        ends = len(tokens) - len(tokenizer(text, truncation=False, add_special_tokens=False).input_ids)
        rests.append(str(tokenizer.decode(tokens[limit - (ends + 1) // 2 :], skip_special_tokens=True)).strip())
    return min(rests, key=len, default="")


def _readers(pipeline: Any) -> Iterator[tuple[Any, int]]:
    """The tokenizers whose text encoders are there, and how many tokens each may give."""
    said = inspect.signature(pipeline.__call__).parameters.get("max_sequence_length")
    length = said.default if said is not None and isinstance(said.default, int) else None
    for name in _TOKENIZERS:
        found = getattr(pipeline, name, None)
        if found is None or getattr(pipeline, name.replace("tokenizer", "text_encoder"), None) is None:
            continue
        tokenizer = getattr(found, "tokenizer", found)  # a processor of a model that reads pictures too has one
        own = int(min(tokenizer.model_max_length, _BOUNDLESS))
        told = _LIMITS.get(type(pipeline).__name__, {}).get(name)
        yield tokenizer, told or (own if "CLIP" in type(tokenizer).__name__ else length or own)
