"""A LoRA learns pictures: the error falls, a kill costs nothing, and styles use what was learned by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collection.errors import GenerationError, UsageError
from collection.generate.diffusion.generator import Diffusion
from collection.models.determinism import quiet
from collection.train.captions import read_captions
from collection.train.card import Source
from collection.train.data import TrainingData, read_training_data
from collection.train.denoiser import Denoiser
from collection.train.lora import Lesson, LoraTrainer, train_lora
from collection.train.lora_run import LoraRun
from collection.values import Recipe, Style, StyleBlend

RUN = LoraRun(size=32, steps=4, batch=2, rank=2, rate=0.02)
SOURCE = Source("stripes", "CC0-1.0", "the tests")


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures of stripes, one of them with words beside it."""
    folder = tmp_path_factory.mktemp("stripes")
    for number in range(6):
        rows = np.where((np.arange(32) // (number + 2) % 2)[:, None, None], [230, 60, 20], [20, 40, 160])
        Image.fromarray(np.broadcast_to(rows, (32, 32, 3)).astype(np.uint8)).save(folder / f"wide_{number}.png")
    (folder / "wide_3.txt").write_text("red and\nblue")
    return folder


@pytest.fixture(scope="module")
def data(stripes: Path) -> TrainingData:
    return read_training_data(stripes, 32, least=5, few=15)


@pytest.fixture(scope="module")
def model(tiny_sd: Path, tiny_sdxl: Path, family: Callable[[str], Path]) -> Callable[[str], Denoiser]:
    """A tiny model of a family, opened anew: training changes it."""
    from diffusers import DiffusionPipeline

    own = {"sd": tiny_sd, "sdxl": tiny_sdxl}

    def build(name: str) -> Denoiser:
        with quiet():
            pipeline = DiffusionPipeline.from_pretrained(own[name] if name in own else family(name))
        pipeline.set_progress_bar_config(disable=True)
        return Denoiser(pipeline, 32)

    return build


def lesson(data: TrainingData) -> Lesson:
    return Lesson(data, ["red stripes", *["blue stripes"] * 5], "tiny", "0" * 64)


@pytest.mark.parametrize("name", ["sd", "sdxl", "sd3", "flux-dev", "bria", "pixart"])
def test_the_error_falls_in_every_family(name: str, model: Callable[[str], Denoiser], data: TrainingData) -> None:
    trainer = LoraTrainer(model(name), lesson(data), LoraRun(size=32, steps=100, batch=2, rank=4, rate=0.05))
    errors = [trainer.step(0)["error"] for _ in range(25)]
    assert errors[-1] < 0.98 * errors[0]


def test_the_denoiser_is_called_as_its_pipeline_calls_it(model: Callable[[str], Denoiser], data: TrainingData) -> None:
    """Times, layout and what is predicted, in a family that packs latents and counts time from 0 to 1."""
    flux = model("flux-dev")
    call = flux.call_for("red stripes")
    latents = flux.latents_of(data.pictures[:1].float() / 127.5 - 1)
    assert (call.latents, call.sign, call.rate, call.offset) == (
        "hidden_states",
        1,
        pytest.approx(1e-3),
        pytest.approx(0),
    )
    assert tuple(latents.shape) == (1, 4, 16, 16)
    assert tuple(flux.arranged(latents, call).shape) == call.shape == (1, 64, 16)
    sd = model("sd").call_for("red stripes")
    assert (sd.latents, sd.shape, sd.rate) == ("sample", (1, 4, 16, 16), 1)


@pytest.mark.parametrize("name", ["qwen", "kandinsky"])
def test_a_family_of_another_make_is_refused_by_name(name: str, model: Callable[[str], Denoiser]) -> None:
    with pytest.raises(GenerationError, match=r"a LoRA for a (Qwen|Kandinsky).* cannot be trained here"):
        model(name)


def test_a_killed_run_ends_in_the_same_file(
    model: Callable[[str], Denoiser], data: TrainingData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collection.train.loop.SECONDS", -1.0)
    train_lora(model("sd"), lesson(data), RUN, tmp_path / "whole" / "m", SOURCE)

    def killed(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_lora(model("sd"), lesson(data), RUN, tmp_path / "killed" / "m", SOURCE, killed)
    assert not (tmp_path / "killed" / "m" / "lora.safetensors").exists()
    seen: list[int] = []
    train_lora(model("sd"), lesson(data), RUN, tmp_path / "killed" / "m", SOURCE, lambda done, total: seen.append(done))
    assert seen[0] == 2
    whole, killed_one = ((tmp_path / name / "m" / "lora.safetensors").read_bytes() for name in ("whole", "killed"))
    assert whole == killed_one
    for name in ("curve.png", "samples/000004.png"):
        assert (tmp_path / "killed" / "m" / name).read_bytes() == (tmp_path / "whole" / "m" / name).read_bytes()
    with pytest.raises(UsageError, match="m was begun with another set of pictures"):
        other = Lesson(data, ["other words"] * 6, "tiny", "0" * 64)
        train_lora(model("sd"), other, RUN, tmp_path / "whole" / "m", SOURCE)


def test_a_trained_lora_is_used_by_its_name(
    collection_train: Callable[..., Any], stripes: Path, tiny_sd: Path, tmp_path: Path,
    diffusion_recipe: Callable[..., Recipe],
) -> None:  # fmt: skip
    """Through the ordinary road, and as diffusers itself reads the file."""
    import torch
    from diffusers import DiffusionPipeline

    words = ("lora", stripes, "--name", "stripes", "--model", tiny_sd, "--size", 32, "--steps", 3, "--rate", 0.5)
    done = collection_train(*words, "--license", "CC0-1.0", "--credit", "Ada", "--no-dedupe", "--json")
    assert done.code == 0, done.err
    assert (done.object["pictures"], done.object["captions"], done.object["steps"]) == (6, 1, 3)
    folder = tmp_path / "models" / "stripes"
    assert {path.name for path in folder.iterdir()} == {
        "README.md", "checkpoint.pt", "curve.png", "lora.safetensors", "samples",
    }  # fmt: skip
    card = (folder / "README.md").read_text()
    for told in ('"stripes style", "red and blue"', "CC0-1.0", "Ada", "seed 0", "3 steps", 'lora = "stripes"'):
        assert told in card

    plain = diffusion_recipe(tiny_sd, 5, prompt="a cat", batch_size=1, guidance=1.0)
    style = StyleBlend(((Style("stripes", settings={"lora": "stripes"}), 1.0),))
    changed = Recipe.from_json({**plain.as_json(), "blend": style.as_json()})
    generator = Diffusion(str(tiny_sd), device="cpu")
    before, after = (generator.generate([recipe])[0] for recipe in (plain, changed))
    assert np.abs(before.pixels.astype(int) - after.pixels).max() > 4
    with quiet():
        pipeline = DiffusionPipeline.from_pretrained(tiny_sd)
        pipeline.load_lora_weights(folder, weight_name="lora.safetensors")
        theirs = pipeline(
            "a cat", num_inference_steps=2, guidance_scale=1.0, width=32, height=32, output_type="np",
            generator=[torch.Generator().manual_seed(5)],
        ).images[0]  # fmt: skip
    assert np.abs(after.pixels / 255 - theirs).max() < 0.02

    assert "is trained already" in collection_train(*words, "--no-dedupe").out
    refused = collection_train(*words[:-4], "--size", 33, "--no-dedupe")
    assert (refused.code, "--size 33" in refused.err) == (2, True)


def test_captions_of_files_and_of_a_template(stripes: Path, tmp_path: Path) -> None:
    names = ["birds/red_kite-2.png", "plain.png"]
    (tmp_path / "plain.txt").write_text(" a plain\n thing ")
    assert read_captions(tmp_path, names, "{class}: {name}, drawn") == (
        ["birds: red kite 2, drawn", "a plain thing"],
        1,
    )
    with pytest.raises(UsageError, match=r"nothing is called \{title\}"):
        read_captions(tmp_path, names, "{title}")
    (tmp_path / "plain.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"plain\.txt is no UTF-8 text"):
        read_captions(tmp_path, names, "x")
    (tmp_path / "plain.txt").write_text("  ")
    with pytest.raises(UsageError, match=r"plain\.txt is empty"):
        read_captions(tmp_path, names, "x")
    with pytest.raises(UsageError, match=r"says nothing of a\.png"):
        read_captions(tmp_path, ["a.png"], "{class}")


def test_three_pictures_and_a_wrong_model_are_refused(
    collection_train: Callable[..., Any], stripes: Path, tmp_path: Path
) -> None:
    (tmp_path / "three").mkdir()
    for number in range(3):
        (tmp_path / "three" / f"{number}.png").write_bytes((stripes / f"wide_{number}.png").read_bytes())
    few = collection_train("lora", tmp_path / "three", "--name", "x", "--model", tmp_path, "--size", 32, "--no-dedupe")
    assert (few.code, "at least 5 are wanted" in few.err) == (2, True)
    wrong = collection_train("lora", stripes, "--name", "x", "--model", tmp_path, "--size", 32, "--no-dedupe")
    assert wrong.code == 1 and "no model_index.json" in wrong.err.replace("\n", " ")
    assert not (tmp_path / "models").exists()
