"""The small CLIP's own parts, written out: open_clip's classes compute the same numbers, but take seconds to import.

A. Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021: the text tower
is a causal transformer read at the closing token; the head is that of timm's projection, a perceptron of two layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

HEADS = 4
"""Attention heads of a block of the text tower."""
_BLOCK = "text.transformer.resblocks"


class Vocabulary:
    """The tokenizer: texts to tokens, and which words it was trained on."""

    def __init__(self, file: Path, context: int) -> None:
        """`context`: the tokens that a text may have, its two ends included; longer ones are cut."""
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(file))
        closing = self._tokenizer.token_to_id(CLOSING)
        self._tokenizer.enable_truncation(context)
        self._tokenizer.enable_padding(length=context, pad_id=closing, pad_token=CLOSING)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of the tokens of each text, padded to the context."""
        return [found.ids for found in self._tokenizer.encode_batch(list(texts))]

    def unknown_words(self, text: str) -> list[str]:
        """The words of a text that the captions of the training did not have: those that take several tokens.

        A number or a sign is no word.
        """
        words = "".join(letter if letter.isalpha() else " " for letter in text.lower()).split()
        return [word for word in words if self._tokenizer.token_to_id(f"{word}</w>") is None]


CLOSING = "<|endoftext|>"


def text_vectors(state: Mapping[str, torch.Tensor], tokens: Sequence[Sequence[int]]) -> torch.Tensor:
    """Unit vectors (n, e) of texts, given as tokens (n, context), by the text tower in `state`."""
    import torch
    from torch.nn.functional import normalize

    numbers = torch.tensor(tokens)
    x = state["text.token_embedding.weight"][numbers] + state["text.positional_embedding"][: numbers.shape[1]]
    for number in range(_blocks(state)):
        block = f"{_BLOCK}.{number}"
        x = x + _attention(state, block, _normal(state, f"{block}.ln_1", x))
        x = x + _perceptron(state, f"{block}.mlp", ("c_fc", "c_proj"), _normal(state, f"{block}.ln_2", x))
    x = _normal(state, "text.ln_final", x)
    closed = x[torch.arange(len(x)), numbers.argmax(dim=1)]
    return normalize(closed @ state["text.text_projection"], dim=1)


def project(state: Mapping[str, torch.Tensor], features: torch.Tensor) -> torch.Tensor:
    """Unit vectors (n, e), comparable with those of texts, of the picture tower's features (n, d)."""
    from torch.nn.functional import normalize

    return normalize(_perceptron(state, "visual.head.mlp", ("fc1", "fc2"), features), dim=1)


def _blocks(state: Mapping[str, Any]) -> int:
    return sum(name.endswith("ln_1.weight") for name in state)


def _normal(state: Mapping[str, torch.Tensor], name: str, x: torch.Tensor) -> torch.Tensor:
    from torch.nn.functional import layer_norm

    return layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"])


def _attention(state: Mapping[str, torch.Tensor], block: str, x: torch.Tensor) -> torch.Tensor:
    """Each token looks at itself and those before it."""
    from torch.nn.functional import linear, scaled_dot_product_attention

    joined = linear(x, state[f"{block}.attn.in_proj_weight"], state[f"{block}.attn.in_proj_bias"])
    query, key, value = (part.reshape(*x.shape[:2], HEADS, -1).transpose(1, 2) for part in joined.chunk(3, dim=2))
    seen = scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2).flatten(2)
    return linear(seen, state[f"{block}.attn.out_proj.weight"], state[f"{block}.attn.out_proj.bias"])


def _perceptron(state: Mapping[str, torch.Tensor], name: str, layers: tuple[str, str], x: torch.Tensor) -> torch.Tensor:
    from torch.nn.functional import gelu, linear

    first, second = (f"{name}.{layer}" for layer in layers)
    wide = gelu(linear(x, state[f"{first}.weight"], state[f"{first}.bias"]))
    return linear(wide, state[f"{second}.weight"], state.get(f"{second}.bias"))
