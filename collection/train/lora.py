"""Training of a LoRA (E. Hu and others, 2021) in the attention of a text-to-image model, by peft.

All else is frozen: text encoders and VAE are asked once, before the first step, for what they say of the captions and
pictures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import nn

from collection.atomic_file import write_durably
from collection.errors import GenerationError, UnavailableError
from collection.models.library import LORA
from collection.train.batches import Batches
from collection.train.card import Source, data_lines
from collection.train.checkpoints import set_rate
from collection.train.data import TrainingData
from collection.train.denoiser import Denoiser
from collection.train.loop import CARD, Ended, Run, learn
from collection.train.lora_run import LoraRun
from collection.train.tensor_files import words_of, write_halves
from collection.values import Pixels, Progress, amount, canonical_json, sha256_hex, silent

SHEETS, SHOWN = 6, 4
"""Sample sheets of a run, and pictures on each."""
STEPS, GUIDANCE = 10, 5.0
"""Of the pictures on a sheet."""
WARM_UP, DECAY = 10, 0.2
LAYERS = ("to_q", "to_k", "to_v", "to_out.0", "add_q_proj", "add_k_proj", "add_v_proj", "to_add_out")
"""The matrices of an attention, as diffusers names them; the last four are those of texts."""


@dataclass(frozen=True)
class Lesson:
    """What a LoRA learns from."""

    data: TrainingData
    captions: Sequence[str]
    """One for each picture."""
    model: str
    """The model's name, as it was given."""
    model_sha256: str

    @cached_property
    def digests(self) -> dict[str, str]:
        """What decides how the LoRA turns out, by its SHA-256."""
        shown = {"pixels": self.data.sha256, "captions": list(self.captions)}
        return {"model": self.model_sha256, "set of pictures": sha256_hex(canonical_json(shown))}


class LoraTrainer:
    """Trains the LoRA of one denoiser, which it changes."""

    def __init__(self, denoiser: Denoiser, lesson: Lesson, run: LoraRun) -> None:
        """Raises GenerationError for a model without attention of the usual names, UnavailableError without peft."""
        self._denoiser, self._lesson, self._run = denoiser, lesson, run
        self._batches = Batches(lesson.data, run.batch, run.seed, run.mirror)
        shown = lesson.data.pictures.float() / 127.5 - 1
        self._latents = [denoiser.latents_of(shown)]
        if run.mirror:
            self._latents.append(denoiser.latents_of(shown.flip(3)))
        self._calls = {text: denoiser.call_for(text) for text in dict.fromkeys(lesson.captions)}
        self._layers = _with_lora(denoiser, run)
        self._optimizer = torch.optim.AdamW(self._layers, lr=run.rate, weight_decay=1e-2)

    def step(self, number: int) -> Mapping[str, float]:
        """Learn from the pictures of a step, one by one; returns the mean squared error of the denoiser."""
        set_rate(self._optimizer, self._run.rate, number, self._run.steps, warm_up=WARM_UP, decay=DECAY)
        self._optimizer.zero_grad()
        total, rows = 0.0, self._batches.rows(number)
        draws = torch.Generator().manual_seed(int(torch.randint(2**62, ())))
        for row in rows:
            way = int(torch.randint(len(self._latents), (), generator=draws))
            latents = self._latents[way][row : row + 1]
            error = self._denoiser.error(latents, self._calls[self._lesson.captions[row]], draws) / len(rows)
            error.backward()  # type: ignore[no-untyped-call]
            total += float(error.detach())
        nn.utils.clip_grad_norm_(self._layers, 1.0)
        self._optimizer.step()
        return {"error": total}

    def state(self) -> dict[str, Any]:
        """The LoRA's matrices and the optimizer."""
        return {"lora": self.tensors(), "optimizer": self._optimizer.state_dict()}

    def load(self, state: dict[str, Any]) -> None:
        """Go on from a state."""
        from peft import set_peft_model_state_dict

        set_peft_model_state_dict(self._denoiser.network, state["lora"])
        self._optimizer.load_state_dict(state["optimizer"])

    def samples(self, count: int) -> Pixels:
        """Pictures of the first captions, by the model with the LoRA."""
        texts = list(self._calls)
        made = self._denoiser.pictures([texts[place % len(texts)] for place in range(count)], STEPS, GUIDANCE)
        pixels: Pixels = (made * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        return pixels

    def tensors(self) -> dict[str, torch.Tensor]:
        """The matrices, by the names that peft gives them."""
        from peft import get_peft_model_state_dict

        found = get_peft_model_state_dict(self._denoiser.network)
        return {name: tensor.detach().cpu().clone() for name, tensor in found.items()}


def _with_lora(denoiser: Denoiser, run: LoraRun) -> list[nn.Parameter]:
    """Freeze the network, and put a LoRA into its attention; returns what is trained, in float32."""
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError:
        raise UnavailableError("peft, which trains LoRAs, is not installed", "pip install peft") from None
    network = denoiser.network
    network.requires_grad_(False)
    paths = [
        path
        for path, module in network.named_modules()
        if isinstance(module, nn.Linear) and any(path.endswith(f".{layer}") for layer in LAYERS)
    ]
    if not paths:
        raise GenerationError(f"a {type(network).__name__} has no attention that a LoRA could be put into")
    torch.manual_seed(run.seed)
    settings = LoraConfig(r=run.rank, lora_alpha=run.rank, target_modules=paths, init_lora_weights="gaussian")
    inject_adapter_in_model(settings, network)
    trained = [weight for weight in network.parameters() if weight.requires_grad]
    for weight in trained:
        weight.data = weight.data.float()
    return trained


def run_of(folder: Path, lesson: Lesson, run: LoraRun) -> Run:
    """The run and where it is kept."""
    return Run(folder, {"kind": "lora", **run.as_json()}, lesson.digests, LORA, SHEETS, SHOWN)


def train_lora(
    denoiser: Denoiser, lesson: Lesson, run: LoraRun, folder: Path, source: Source, progress: Progress = silent
) -> Ended:
    """Train to the last step, from the last checkpoint in `folder` on, and leave the LoRA there.

    A run that was killed and goes on gives the same bytes as one that was not. Raises UsageError where the folder has a
    run with other settings, pictures, captions or model.
    """
    trainer = LoraTrainer(denoiser, lesson, run)
    ended = learn(trainer, run_of(folder, lesson, run), progress)
    tensors = trainer.tensors()
    layers = sorted({name.partition(".lora_")[0] for name in tensors})
    said = {"r": run.rank, "lora_alpha": run.rank, "target_modules": layers}  # what diffusers reads of a LoraConfig
    told = {f"{denoiser.component}.{key}": value for key, value in said.items()}
    words = {**words_of(folder.name, source.license, source.credit), "lora_adapter_metadata": json.dumps(told)}
    write_halves(folder / LORA, {f"{denoiser.component}.{name}": value for name, value in tensors.items()}, words)
    write_durably(folder / CARD, _card(folder.name, lesson, run, source, ended).encode())
    return ended


def _card(name: str, lesson: Lesson, run: LoraRun, source: Source, ended: Ended) -> str:
    """The model card in Markdown: what the LoRA was made of, by whom, how, and how to use it."""
    captions = list(dict.fromkeys(lesson.captions))
    some = ", ".join(f'"{text}"' for text in captions[:3]) + (f" and {len(captions) - 3} more" * (len(captions) > 3))
    lines = [
        f"# {name}",
        "",
        f"A LoRA of rank {run.rank} for `{lesson.model}`, trained by `collection train lora`.",
        "",
        "## Data",
        "",
        *data_lines(lesson.data, source, lesson.digests["set of pictures"]),
        f"- Captions: {some}",
        "",
        "## Training",
        "",
        f"- {amount(run.steps, 'step')} of {amount(run.batch, 'picture')} of {run.size} pixels in "
        f"{ended.seconds / 60:.1f} min, seed {run.seed}{', mirrored half the time' if run.mirror else ''}",
        f"- AdamW, learning rate {run.rate:g}; attention alone, text encoders frozen; torch {torch.__version__}",
        f"- SHA-256 of the model's weights: `{lesson.model_sha256}`; its license holds for what is made with both",
        f"- The error at the end: {ended.objective.get('error', 0):.4g}; `curve.png` shows it, `samples/` pictures",
        "",
        "## Use",
        "",
        "```toml",
        f'[styles."{name}"]',
        f'lora = "{name}"',
        f"prompt = {json.dumps(captions[0], ensure_ascii=False)}",
        "```",
        "",
    ]
    return "\n".join(lines)
