"""Models in one file, as creators share them, against the same model in a folder."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from published_layout import checkpoint

from collection.errors import WeightsError
from collection.generate.diffusion.find import cached_model
from collection.generate.diffusion.generator import Diffusion
from collection.generate.names import Names
from collection.values import Recipe

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def folders(
    tiny_sd: Path, tiny_sdxl: Path, parts: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Models in folders. The text encoders of SDXL are of unlike widths, by which diffusers tells them apart."""
    import torch
    from transformers import CLIPTextModelWithProjection

    torch.manual_seed(3)
    wide = Path(shutil.copytree(tiny_sdxl, tmp_path_factory.mktemp("models") / "sdxl"))
    config = parts.text_config()
    config.hidden_size = 16
    unet = parts.unet(
        cross_attention_dim=24, addition_embed_type="text_time", addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=56,
    )  # fmt: skip
    for name, part in (("text_encoder_2", CLIPTextModelWithProjection(config)), ("unet", unet)):
        shutil.rmtree(wide / name)
        part.save_pretrained(wide / name)
    return {"sd": tiny_sd, "sdxl": wide}


@pytest.fixture(scope="module")
def files(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """The checkpoint of each model and a folder that configures it, without a single weight."""
    from safetensors.torch import save_file

    home, found = tmp_path_factory.mktemp("checkpoints"), {}
    for name, folder in folders.items():
        save_file(checkpoint(folder), home / f"{name}.safetensors", metadata={"modelspec.title": name})
        configuration = shutil.copytree(folder, home / name, ignore=shutil.ignore_patterns("*.safetensors"))
        found[name] = home / f"{name}.safetensors", Path(configuration)
    return found


@pytest.fixture
def changed(files: dict[str, tuple[Path, Path]], tmp_path: Path) -> Callable[..., Path]:
    """A checkpoint with other tensors: `change` gets those of Stable Diffusion."""
    from safetensors.torch import load_file, save_file

    def write(change: Callable[[dict[str, Any]], None], name: str = "changed.safetensors") -> Path:
        tensors = load_file(files["sd"][0])
        change(tensors)
        save_file(tensors, tmp_path / name)
        return tmp_path / name

    return write


@pytest.mark.parametrize("name", ["sd", "sdxl"])
def test_a_model_in_one_file_makes_the_pictures_of_its_folder(
    name: str, files: dict[str, tuple[Path, Path]], folders: dict[str, Path], diffusion_recipe: Write
) -> None:
    (file, configuration), folder = files[name], folders[name]
    theirs = Diffusion(str(folder))
    ours = Diffusion(str(file), configured_by=str(configuration), local_files_only=True)
    (one,) = theirs.generate([diffusion_recipe(folder, batch_size=1, styles={"ink": 1})])
    (other,) = ours.generate(
        [diffusion_recipe(file, batch_size=1, styles={"ink": 1}, configured_by=str(configuration))]
    )
    assert one.pixels.tobytes() == other.pixels.tobytes()
    assert list(ours.identity["weights"]) == [file.name]


def test_half_precision_and_copies_of_training_change_nothing(
    changed: Callable[..., Path], files: dict[str, tuple[Path, Path]], diffusion_recipe: Write
) -> None:
    """Files of creators hold float16 weights, averages of the training, and numbers of the noise."""
    import torch

    def as_shared(tensors: dict[str, Any]) -> None:
        tensors |= {name: value.half() for name, value in tensors.items()}
        tensors["model_ema.decay"] = torch.ones(1)
        tensors["betas"] = torch.ones(1000)
        tensors["cond_stage_model.transformer.text_model.embeddings.position_ids"] = torch.arange(77)[None]

    file, configuration = changed(as_shared), str(files["sd"][1])
    recipe = diffusion_recipe(file, batch_size=1, configured_by=configuration)
    assert Diffusion(str(file), configured_by=configuration).generate([recipe])[0].pixels.std() > 0


def refused(file: Path | str, configuration: Path | str | None, **said: Any) -> str:
    with pytest.raises(WeightsError) as caught:
        configured_by = None if configuration is None else str(configuration)
        _ = Diffusion(str(file), configured_by=configured_by, local_files_only=True, **said).identity
    return f"{caught.value.message} | {caught.value.hint}"


def test_pickles_are_refused_also_under_another_name(files: dict[str, tuple[Path, Path]], tmp_path: Path) -> None:
    for name in ("model.ckpt", "model.pt", "model.safetensors"):
        (tmp_path / name).write_bytes(pickle.dumps({"state_dict": {}}))
        told = refused(tmp_path / name, files["sd"][1])
        assert name in told
        assert "is a pickle" in told or "no whole safetensors file" in told
        with pytest.raises(WeightsError):
            cached_model(str(tmp_path / name), None, Path(), str(files["sd"][1]))


@pytest.mark.parametrize(
    "part", ["model.diffusion_model.out.2.bias", "first_stage_model.decoder.", "cond_stage_model."]
)
def test_a_file_that_lacks_weights_is_refused_and_never_filled_with_noise(
    part: str, changed: Callable[..., Path], files: dict[str, tuple[Path, Path]]
) -> None:
    def cut(tensors: dict[str, Any]) -> None:
        for name in [name for name in tensors if name.startswith(part)]:
            del tensors[name]

    told = refused(changed(cut), files["sd"][1])
    assert "changed.safetensors" in told
    assert "lacks weights" in told or "missing" in told or "does not seem to contain a valid CLIP" in told


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["lora_unet_down_blocks_0.lora_up.weight"], "it is a LoRA"),
        (["decoder.conv_in.weight"], "a VAE alone"),
        (["emb_params"], "a textual inversion"),
        (["weight"], "no denoiser"),
    ],
)
def test_files_of_other_kinds_are_told(names: list[str], said: str, tmp_path: Path, tiny_sd: Path) -> None:
    import torch
    from safetensors.torch import save_file

    save_file({name: torch.ones(2) for name in names}, tmp_path / "other.safetensors")
    assert said in refused(tmp_path / "other.safetensors", tiny_sd)


def test_a_configuration_of_another_model_is_refused(files: dict[str, tuple[Path, Path]]) -> None:
    assert "cannot be loaded" in refused(files["sd"][0], files["sdxl"][1])


def test_a_folder_takes_no_other_configuration_and_a_file_no_revision(
    tiny_sd: Path, files: dict[str, tuple[Path, Path]]
) -> None:
    assert "remove configured_by" in refused(tiny_sd, tiny_sd)
    assert "has no revision v1" in refused(files["sd"][0], files["sd"][1], revision="v1")
    assert "there is no folder ./nowhere" in refused(files["sd"][0], "./nowhere")
    assert "there is no checkpoint ./no.safetensors" in refused("./no.safetensors", None)


def test_offline_without_a_configuration_the_way_out_is_named(
    changed: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    told = refused(changed(lambda tensors: None), None)
    assert "stable-diffusion-v1-5/stable-diffusion-v1-5" in told
    assert "set configured_by under [generator]" in told


def test_plans_ask_the_configuration_and_publish_no_path(
    files: dict[str, tuple[Path, Path]], tmp_path: Path, diffusion_recipe: Write
) -> None:
    from collection.errors import GenerationError
    from collection.generate.diffusion.plugin import PLUGIN

    file, configuration = files["sd"]
    names = Names(tmp_path)
    context: Any = SimpleNamespace(folder=tmp_path, names=names)
    recipe = diffusion_recipe(file, configured_by=str(configuration), batch_size=1)
    told = PLUGIN.portable(recipe, names)
    assert told.model.startswith("sd.safetensors@")
    assert told.options["configured_by"].startswith("sd@")
    PLUGIN.check_recipes([told], context)
    with pytest.raises(GenerationError, match="size 33x32"):
        PLUGIN.check_recipes(
            [PLUGIN.portable(diffusion_recipe(file, configured_by=str(configuration), width=33), names)], context
        )


def test_models_that_want_more_than_a_text_are_named(tiny_sd: Path, tmp_path: Path, parts: Any) -> None:
    """An inpainting model, whose class AutoPipeline takes for a text model's, and a class that needs a picture."""
    folder = shutil.copytree(tiny_sd, tmp_path / "inpainting")
    shutil.rmtree(folder / "unet")
    parts.unet(in_channels=9).save_pretrained(folder / "unet")
    assert "takes 9 channels where latents have 4: it was made to paint in masks" in refused(folder, None)

    index = folder / "model_index.json"
    for name, said in (
        ("StableDiffusionUpscalePipeline", "a StableDiffusionUpscalePipeline does not make pictures of a text alone"),
        ("StableVideoDiffusionPipeline", "a StableVideoDiffusionPipeline does not"),
        ("TomorrowsPipeline", "TomorrowsPipeline, which diffusers"),
    ):
        index.write_text(json.dumps({**json.loads(index.read_text()), "_class_name": name}))
        assert said in refused(folder, None)
