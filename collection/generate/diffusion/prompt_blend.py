"""Prompts and style blends as the text embeddings of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from collection.errors import GenerationError, WeightsError
from collection.generate.diffusion.batch_items import BatchItem, Conditioning, WeightedTerms
from collection.generate.prompt_syntax import spoken, weighted

if TYPE_CHECKING:
    from torch import Tensor

ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "StableDiffusionPipeline": ("prompt_embeds", "negative_prompt_embeds"),
    "LatentConsistencyModelPipeline": ("prompt_embeds",),
    "StableDiffusionXLPipeline": (
        "prompt_embeds",
        "negative_prompt_embeds",
        "pooled_prompt_embeds",
        "negative_pooled_prompt_embeds",
    ),
}
"""The pipelines whose embeddings this module makes, and what they call them."""

_TEXTS_KEPT = 512
"""Embeddings held at once: about 160 MB for SDXL in 16 bits."""
_ENDS = 2
"""Tokens that open and close every text."""


class PromptEncoder:
    """Encodes each distinct text once, alone, so that an embedding never depends on its neighbours."""

    def __init__(self, pipeline: Any, offload: bool = False) -> None:
        """`pipeline` is one of ARGUMENTS; with `offload` its text encoders wait on the CPU when they have no work.

        Raises WeightsError where its tokenizer was loaded without its words.
        """
        self._pipeline = pipeline
        self._offload = offload
        self._tokenizers = [
            tokenizer
            for name in ("tokenizer", "tokenizer_2")
            if (tokenizer := getattr(pipeline, name, None)) is not None
        ]
        for tokenizer in self._tokenizers:
            if tokenizer("cat").input_ids == tokenizer("dog").input_ids:
                raise WeightsError("the model's tokenizer reads every prompt alike: its vocabulary is missing")
        self._encode = lru_cache(maxsize=_TEXTS_KEPT)(self._encode_alone)
        self._weighted_tokens = lru_cache(maxsize=_TEXTS_KEPT)(self._weighted_tokens_alone)
        self.rest()

    def arguments(
        self, conditionings: Sequence[Conditioning], *, chunks: int = 1, lora_key: WeightedTerms = ()
    ) -> dict[str, Tensor]:
        """What the pipeline's call takes for these conditionings, one image each: embeddings of `chunks` chunks.

        `lora_key` is what is mixed into the text encoders just now.
        """
        import torch

        names = ARGUMENTS[type(self._pipeline).__name__]
        items = [self._embeddings_of(mix, names, chunks, lora_key) for mix in conditionings]
        self.rest()
        return {name: torch.cat([item[name] for item in items]) for name in names}

    @property
    def negative(self) -> bool:
        """Whether the model takes a negative prompt."""
        return "negative_prompt_embeds" in ARGUMENTS[type(self._pipeline).__name__]

    def chunks(self, item: BatchItem) -> int:
        """Chunks of tokens in which the longest text of an item is to be read.

        Raises GenerationError, unless its option `long_prompt` allows more or a cut, where that is more than one.
        """
        texts = _texts(item)
        if item.options.long_prompt == "chunk":
            return max(-(-max(map(len, self._tokens(text))) // self._length) or 1 for text in texts)
        for text in texts if item.options.long_prompt == "error" else ():
            self._check_length(text)
        return 1

    def cuts(self, item: BatchItem) -> tuple[str, ...]:
        """What of an item's texts the model does not read, said by text."""
        if item.options.long_prompt != "truncate":
            return ()
        lost = [(text, self._lost(text)) for text in _texts(item)]
        return tuple(f"prompt {text!r} was cut: {rest!r} was not read" for text, rest in lost if rest)

    def rest(self) -> None:
        """Let the text encoders wait on the CPU, if they were to."""
        if self._offload:
            self._move("cpu")

    def _move(self, device: Any) -> None:
        for encoder in self._encoders:
            encoder.to(device)

    @property
    def _encoders(self) -> list[Any]:
        found = (getattr(self._pipeline, name, None) for name in ("text_encoder", "text_encoder_2"))
        return [encoder for encoder in found if encoder is not None]

    @property
    def _length(self) -> int:
        """Tokens of a text that fit into one chunk."""
        return min(int(tokenizer.model_max_length) for tokenizer in self._tokenizers) - _ENDS

    def _tokens(self, text: str) -> list[list[int]]:
        """The text's tokens without its ends, by tokenizer."""
        return [[token for token, _ in tokens] for tokens in self._weighted_tokens(text)]

    def _weighted_tokens_alone(self, text: str) -> list[list[tuple[int, float]]]:
        """The text's tokens without its ends, each with its weight, by tokenizer."""
        pieces = weighted(text)
        return [
            [
                (token, weight)
                for piece, weight in pieces
                for token in tokenizer(piece, truncation=False, add_special_tokens=False).input_ids
            ]
            for tokenizer in self._tokenizers
        ]

    def _embeddings_of(
        self, mix: Conditioning, names: tuple[str, ...], chunks: int, lora_key: WeightedTerms
    ) -> dict[str, Tensor]:
        embeds, pooled = self._blend([(*self._encode(text, chunks, lora_key), weight) for text, weight in mix.texts])
        item = {"prompt_embeds": embeds, "pooled_prompt_embeds": pooled}
        if "negative_prompt_embeds" in names:
            negatives = [(*self._negative(text, chunks, lora_key), weight) for text, weight in mix.negatives]
            item["negative_prompt_embeds"], item["negative_pooled_prompt_embeds"] = self._blend(negatives)
        return {name: value for name, value in item.items() if value is not None}

    def _blend(self, terms: Sequence[tuple[Tensor, Tensor | None, float]]) -> tuple[Tensor, Tensor | None]:
        """The weighted sum of embeddings (1, tokens, d) and of pooled ones (1, e), summed in float32."""
        embeds = _weighted_sum([(tokens, weight) for tokens, _, weight in terms])
        pooled = [(vector, weight) for _, vector, weight in terms if vector is not None]
        return embeds, _weighted_sum(pooled) if pooled else None

    def _negative(self, text: str, chunks: int, lora_key: WeightedTerms) -> tuple[Tensor, Tensor | None]:
        embeds, pooled = self._encode(text, chunks, lora_key)
        # SDXL was trained to be guided away from zeros, not from the embedding of the empty text.
        if not text and getattr(self._pipeline.config, "force_zeros_for_empty_prompt", False):
            return embeds * 0, None if pooled is None else pooled * 0
        return embeds, pooled

    def _encode_alone(self, text: str, chunks: int, lora_key: WeightedTerms) -> tuple[Tensor, Tensor | None]:
        """`lora_key` is part of the key only: other text encoders say another thing."""
        pipeline = self._pipeline
        device = pipeline._execution_device
        self._move(device)
        if chunks > 1 or any(weight != 1 for _, weight in weighted(text)):
            return self._encode_chunks(text, chunks, device)
        found = pipeline.encode_prompt(
            prompt=spoken(text), device=device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        return found[0], found[2] if len(found) > 2 else None

    def _encode_chunks(self, text: str, chunks: int, device: Any) -> tuple[Tensor, Tensor | None]:
        """A text in `chunks` full windows of tokens, each read alone; the embeddings are put end to end.

        What is pooled is the first window's, as is the custom. Windows beyond the text are those of no text. A word of
        weight w is moved from the embedding of no text at its place, e0, to e0 + w (e - e0).
        """
        import torch

        length, columns, pooled = self._length, [], None
        penultimate = len(self._tokenizers) > 1
        parts = zip(self._tokenizers, self._encoders, self._weighted_tokens(text), strict=True)
        for tokenizer, encoder, tokens in parts:
            windows = [tokens[place * length : (place + 1) * length] for place in range(chunks)]
            read = [_window(tokenizer, [token for token, _ in tokens], length, device) for tokens in ([], *windows)]
            said = [encoder(window, output_hidden_states=True) for window in read]
            nothing, *hidden = [each.hidden_states[-2] if penultimate else each[0] for each in said]
            columns.append(torch.cat([_weighed(*pair, nothing) for pair in zip(hidden, windows, strict=True)], dim=1))
            pooled = said[1][0] if penultimate else None
        return torch.cat(columns, dim=-1), pooled

    def _lost(self, text: str) -> str:
        """The end of a text that does not fit."""
        for tokenizer, tokens in zip(self._tokenizers, self._tokens(text), strict=True):
            if len(tokens) > self._length:
                return str(tokenizer.decode(tokens[self._length :]).strip())
        return ""

    def _check_length(self, text: str) -> None:
        lost = self._lost(text)
        if lost:
            count, limit = max(map(len, self._tokens(text))) + _ENDS, self._length + _ENDS
            raise GenerationError(
                f"prompt {text!r} has {count} tokens, the model reads {limit}: {lost!r} would be cut off",
                'shorten the prompt or its style\'s, or set long_prompt = "truncate" or "chunk" in collection.toml',
            )


def _texts(item: BatchItem) -> list[str]:
    return list(dict.fromkeys(text for mix in item.conditionings for text, _ in (*mix.texts, *mix.negatives)))


def _window(tokenizer: Any, tokens: Sequence[int], length: int, device: Any) -> Tensor:
    """One full window of token numbers, (1, length + 2)."""
    import torch

    padding = [tokenizer.pad_token_id] * (length - len(tokens))
    return torch.tensor([[tokenizer.bos_token_id, *tokens, tokenizer.eos_token_id, *padding]], device=device)


def _weighed(embeds: Tensor, tokens: Sequence[tuple[int, float]], nothing: Tensor) -> Tensor:
    """The embeddings of a window, (1, length + 2, d), each token's moved from that of no text by its weight."""
    import torch

    if all(weight == 1 for _, weight in tokens):
        return embeds
    weights = torch.ones(embeds.shape[1], 1, device=embeds.device)
    weights[1 : len(tokens) + 1, 0] = torch.tensor([weight for _, weight in tokens], device=embeds.device)
    return (nothing.float() + weights * (embeds.float() - nothing.float())).to(embeds.dtype)


def _weighted_sum(terms: Sequence[tuple[Tensor, float]]) -> Tensor:
    import torch

    total = torch.stack([weight * term.float() for term, weight in terms]).sum(dim=0)
    return total.to(terms[0][0].dtype)
