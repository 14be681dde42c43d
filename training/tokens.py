"""The words of our text tower: byte-pair tokens learned from our own captions, in the form of CLIP's tokenizer.

R. Sennrich, B. Haddow, A. Birch, "Neural machine translation of rare words with subword units", ACL 2016.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

OPENS, CLOSES = "<|startoftext|>", "<|endoftext|>"
CONTEXT = 48
"""Tokens that a text may have, its two ends included."""


def learn(captions: Iterable[str], size: int) -> Any:
    """A CLIPTokenizer of at most `size` tokens. The closing token has the highest number, as CLIP's pooling wants."""
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.trainers import BpeTrainer
    from transformers import CLIPTokenizer

    letters = sorted(ByteLevel.alphabet())
    all_letters = [*letters, *(f"{letter}</w>" for letter in letters)]
    backend = CLIPTokenizer(vocab={OPENS: 0, CLOSES: 1}, merges=[])._tokenizer
    backend.model = BPE(continuing_subword_prefix="", end_of_word_suffix="</w>")
    trainer = BpeTrainer(
        vocab_size=size - len(letters) - 2, initial_alphabet=letters, end_of_word_suffix="</w>", show_progress=False,
        min_frequency=2,
    )  # fmt: skip
    backend.train_from_iterator(captions, trainer)
    import json

    model = json.loads(backend.to_str())["model"]
    words = [word for word, _ in sorted(model["vocab"].items(), key=lambda pair: pair[1])]
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys([*all_letters, *words, OPENS, CLOSES]))}
    merges = [tuple(merge) if isinstance(merge, list) else tuple(merge.split(" ")) for merge in model["merges"]]
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=CONTEXT)


def save(tokenizer: Any, folder: Path) -> None:
    """Write the tokenizer as transformers does, for both doors."""
    tokenizer.save_pretrained(folder)
