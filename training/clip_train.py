"""Train the CLIP's text tower and heads beside the frozen picture tower: `python -m training.clip_train`.

Locked-image tuning (X. Zhai et al., "LiT", CVPR 2022): pictures are features that were computed once. The loss is the
softmax over a batch in both directions (A. Radford et al. 2021), where a picture of which a caption happens to be true
as well is left out of that caption's negatives: every caption says what it claims. It goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from collection.train import checkpoints
from training.clip_data import KINDS, Examples, all_facts, batch, load, truth
from training.clip_measures import Texts, measure
from training.clip_model import EMBED, configuration
from training.places import workshop
from training.tokens import CONTEXT, learn, save

BATCH = 384
RATE, WARM_UP, DECAY = 8e-4, 150, 0.5
"""Peak learning rate, steps to it, and the share of the steps in which it falls to zero."""
VOCABULARY = 6000
EVERY = 200
"""Seconds between checkpoints."""


class Towers(nn.Module):
    """The text tower and both heads as open_clip builds them, on features that were standardised."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        from open_clip.model import _build_text_tower
        from timm.layers import Mlp

        about = configuration(vocabulary)["model_cfg"]
        self.text = _build_text_tower(EMBED, about["text_cfg"])
        self.head = Mlp(1280, 2 * EMBED, EMBED, drop=(0.25, 0), bias=(True, False))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(20.0)))

    def pictures(self, features: Tensor) -> Tensor:
        """Unit vectors of standardised features (n, 1280)."""
        return nn.functional.normalize(self.head(features).float(), dim=1)

    def texts(self, tokens: Tensor) -> Tensor:
        """Unit vectors of tokens (n, length): what comes after a text's end changes nothing, and may be cut off."""
        tower, length = self.text, tokens.shape[1]
        states = tower.token_embedding(tokens) + tower.positional_embedding[:length]
        states = tower.ln_final(tower.transformer(states, attn_mask=tower.attn_mask[:length, :length]))
        pooled = states[torch.arange(len(tokens)), tokens.argmax(dim=1)]
        return nn.functional.normalize((pooled @ tower.text_projection).float(), dim=1)


def by_length(tokens: list[list[int]], groups: int = 4) -> list[tuple[list[int], Tensor]]:
    """Texts of like length together, so that little is computed for padding: the rows of each group, its tokens."""
    order = sorted(range(len(tokens)), key=lambda row: len(tokens[row]))
    found, size = [], -(-len(tokens) // groups)
    for start in range(0, len(tokens), size):
        rows = order[start : start + size]
        closing, longest = tokens[rows[-1]][-1], len(tokens[rows[-1]])
        padded = [tokens[row] + [closing] * (longest - len(tokens[row])) for row in rows]
        found.append((rows, torch.tensor(padded)))
    return found


def loss_of(towers: Towers, features: Tensor, tokens: list[list[int]], true: Tensor) -> Tensor:
    """The mean of both directions; `true` (captions, pictures) says which negatives are none."""
    with torch.autocast("cpu", torch.bfloat16):
        groups = by_length(tokens)
        texts = torch.cat([towers.texts(padded) for _, padded in groups])
        pictures = towers.pictures(features)
    order = torch.tensor([row for rows, _ in groups for row in rows])
    texts = torch.empty_like(texts).index_copy(0, order, texts)
    logits = towers.logit_scale.exp().clamp(max=100.0) * (texts @ pictures.T)
    others = true & ~torch.eye(len(true), dtype=torch.bool)
    aims = torch.arange(len(true))
    logits = logits.masked_fill(others, -torch.inf)
    cross = nn.functional.cross_entropy
    return (cross(logits, aims, label_smoothing=0.0) + cross(logits.T, aims)) / 2


def main() -> None:
    """Train to the last step, measuring on the way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2300)
    parser.add_argument("--name", default="clip")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    folder = workshop() / options.name
    folder.mkdir(exist_ok=True)
    examples = load()
    tokenizer = _tokenizer(folder, examples)
    train(folder, examples, tokenizer, options.steps)


def _tokenizer(folder: Path, examples: Examples) -> Any:
    from transformers import CLIPTokenizer

    if not (folder / "tokenizer_config.json").is_file():
        rng, rows = Random("words"), [row for row, part in enumerate(examples.parts) if part == "train"]
        from training.captions import caption

        texts = [caption(examples.pictures[rng.choice(rows)], rng)[0] for _ in range(150_000)]
        save(learn(texts, VOCABULARY), folder)
    return CLIPTokenizer.from_pretrained(folder)


def standards(examples: Examples) -> tuple[Tensor, Tensor]:
    """Mean and deviation (1280,) of the features of what is trained on."""
    seen = examples.features[[row for row, part in enumerate(examples.parts) if part == "train"]]
    return seen.mean(dim=0), seen.std(dim=0) + 0.05


def train(folder: Path, examples: Examples, tokenizer: Any, steps: int) -> None:
    """Steps until `steps`; checkpoint.pt holds all that a step depends on but its number's random stream."""
    torch.manual_seed(0)
    towers = Towers(len(tokenizer))
    kept = checkpoints.read(folder / "checkpoint.pt")
    mean, deviation = (kept["mean"], kept["deviation"]) if kept else standards(examples)
    features, known = (examples.features - mean) / deviation, all_facts(examples)
    rows = {kind: examples.rows("train", [kind]) for kind in KINDS}
    optimizer = torch.optim.AdamW(_groups(towers), lr=RATE, betas=(0.9, 0.98))
    average = checkpoints.Average(towers, 0.998)
    begun, spent = checkpoints.resume(kept, "towers", towers, optimizer, average)
    if begun:
        print(f"resumed after step {begun}", flush=True)
    saved = started = time.monotonic()
    for step in range(begun, steps):
        checkpoints.set_rate(optimizer, RATE, step, steps, warm_up=WARM_UP, decay=DECAY)
        rng = Random(f"step {step}")
        torch.manual_seed(step)
        chosen, captions = batch(examples, rows, BATCH, rng)
        tokens = tokenizer([text for text, _ in captions], truncation=True, max_length=CONTEXT).input_ids
        true = truth([claims for _, claims in captions], [known[row] for row in chosen])
        noise = 1 + 0.1 * torch.randn(len(chosen), 1)
        loss = loss_of(towers.train(), features[chosen] * noise, tokens, true)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(towers.parameters(), 1.0)
        optimizer.step()
        average.follow(towers, step)
        now = time.monotonic()
        if step % 50 == 0:
            scale, seconds = towers.logit_scale.exp().item(), spent + now - started
            print(f"step {step} loss {loss.item():.3f} scale {scale:.1f} {seconds:.0f} s", flush=True)
        if now - saved > EVERY or step + 1 == steps:
            saved = now
            state = {
                "step": step + 1, "spent": spent + now - started, "mean": mean, "deviation": deviation,
                "towers": towers.state_dict(), "average": average.state, "optimizer": optimizer.state_dict(),
            }  # fmt: skip
            checkpoints.write(folder / "checkpoint.pt", state)
            print(json.dumps({"step": step + 1, **measure_state(state, examples, tokenizer)}), flush=True)


def embed(state: dict[str, Any], examples: Examples, tokenizer: Any) -> tuple[Tensor, Texts, float]:
    """The average of a checkpoint: unit vectors of all examples, what makes those of texts, the trained scale."""
    towers = Towers(len(tokenizer)).eval()
    towers.load_state_dict(state["average"])

    def texts(words: list[str]) -> Tensor:
        found = tokenizer(words, padding=True, truncation=True, max_length=CONTEXT, return_tensors="pt")
        with torch.inference_mode():
            return towers.texts(found.input_ids)

    with torch.inference_mode():
        pictures = towers.pictures((examples.features - state["mean"]) / state["deviation"])
    return pictures, texts, towers.logit_scale.exp().item()


def measure_state(state: dict[str, Any], examples: Examples, tokenizer: Any) -> dict[str, float]:
    """The measures of a checkpoint's average."""
    pictures, texts, scale = embed(state, examples, tokenizer)
    return measure(examples, pictures, texts, scale)


def _groups(towers: Towers) -> list[dict[str, Any]]:
    decayed = [value for name, value in towers.named_parameters() if value.ndim > 1 and "embedding" not in name]
    kept = {id(value) for value in decayed}
    others = [value for value in towers.parameters() if id(value) not in kept]
    return [{"params": decayed, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]


if __name__ == "__main__":
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    main()
