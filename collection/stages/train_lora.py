"""Train lora: pictures with captions become a LoRA that styles use by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import UsageError
from collection.stages.report import Report
from collection.stages.train import near_duplicates, source_of
from collection.train.lora_run import LoraRun
from collection.values import Progress, amount, canonical_json, sha256_hex, silent

if TYPE_CHECKING:
    from collection.generate.diffusion.weights import ModelFiles
    from collection.train.denoiser import Denoiser

__all__ = ["LoraRun"]  # what the command fills in

LEAST, FEW = 5, 15
"""Pictures without which a LoRA is not trained, and those below which it mostly repeats its pictures."""


def train_lora(
    folder: Path, name: str, model: str, run: LoraRun, *, caption: str = "", license: str = "", credit: str = "",
    dedupe: bool = True, device: str = "auto", threads: int | None = None, progress: Progress = silent,
) -> Report:  # fmt: skip
    """Check the pictures and captions of a folder, train a LoRA for a diffusers model, and keep it under `name`.

    `model`: a folder, a checkpoint, a hub id, or a name that `collection models` lists. `caption`: what is said of
    pictures without a text file, with {name} and {class}; by default "NAME style". Raises UsageError for too few
    pictures, captions that say nothing, and a name under which something else is kept; WeightsError for a model that
    cannot be had; GenerationError for one of a family that cannot be trained here.
    """
    from collection.models.device import use_threads
    from collection.models.library import LORA, model_folder
    from collection.train.captions import read_captions
    from collection.train.data import read_training_data
    from collection.train.loop import own_state
    from collection.train.lora import Lesson, run_of
    from collection.train.lora import train_lora as train

    if run.size % 8 or run.size < 16:
        raise UsageError(f"--size {run.size} is no multiple of 8 from 16 on", "--size 512")
    place = model_folder(name)
    if threads:
        use_threads(threads)
    copies = near_duplicates(folder) if dedupe and folder.is_dir() else []
    data = read_training_data(folder, run.size, least=LEAST, few=FEW, copies=copies)
    captions, told = read_captions(folder, data.names, caption or f"{name} style")
    files, digest = _found(model)
    lesson = Lesson(data, captions, model, digest)
    wanted = run_of(place, lesson, run)
    line = f"{name}, of {amount(len(data.names), 'picture')}, {amount(run.steps, 'step')}"
    hint = f'[styles.{name}] lora = "{name}" uses it; {place} has its card, sheets and curve'
    details = {
        "model": name, "folder": str(place), "file": str(place / LORA), "pictures": len(data.names),
        "captions": told, "steps": run.steps,
    }  # fmt: skip
    own_state(wanted)
    if wanted.finished():
        return Report("train", f"{line}, is trained already", details, failures=data.skipped, hint=hint)
    denoiser = _opened(files, device, run.size)
    ended = train(denoiser, lesson, run, place, source_of(folder, license, credit), progress)
    notes = [*data.notes, *_unread(denoiser, captions)]
    notes += [] if license else ["no --license was told: find it out before you publish"]
    details |= {"seconds": round(ended.seconds, 1), "objective": dict(ended.objective)}
    line += f", in {ended.seconds / 60:.1f} minutes"
    return Report("train", line, details, failures=data.skipped, hint=hint, notes=notes)


def _found(model: str) -> tuple[ModelFiles, str]:
    """The files of a model that is whole, and their SHA-256."""
    from collection.config.models import model_presets
    from collection.generate.diffusion.find import find_model
    from collection.generate.diffusion.weights import check_model, weights_sha256

    preset = model_presets().get(model)
    files = find_model(preset.model if preset else model, None, False)
    check_model(files)
    return files, sha256_hex(canonical_json(weights_sha256(files)))


def _opened(files: ModelFiles, device: str, size: int) -> Denoiser:
    from collection.generate.diffusion.weights import load_pipeline
    from collection.models.device import resolve_device, resolve_dtype
    from collection.train.denoiser import Denoiser

    place = resolve_device(device)
    return Denoiser(load_pipeline(files, resolve_dtype("auto", place), place), size)


def _unread(denoiser: Denoiser, captions: Sequence[str]) -> list[str]:
    """What the model does not read of captions."""
    from collection.generate.diffusion.plain import lost_words

    lost = [(text, rest) for text in dict.fromkeys(captions) if (rest := lost_words(denoiser.pipeline, text))]
    count = f"{amount(len(lost), 'caption')} longer than the model reads"
    return [f"{count}: {lost[0][1]!r} of {lost[0][0]!r} was not read"] if lost else []
