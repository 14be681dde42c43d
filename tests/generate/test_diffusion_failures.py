"""Models that are broken, unsafe or of another kind: each error names the part."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collection.errors import CollectionError, GenerationError, OutOfMemoryError, WeightsError
from collection.generate.diffusion.generator import Diffusion
from collection.values import Recipe, Style, StyleBlend

Write = Callable[..., Recipe]
UNET = "unet/diffusion_pytorch_model.safetensors"
VAE = "vae/diffusion_pytorch_model.safetensors"


@pytest.fixture
def model(tiny_sd: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model, to be broken."""
    return Path(shutil.copytree(tiny_sd, tmp_path / "model"))


@pytest.fixture
def refused(model: Path, diffusion_recipe: Write) -> Callable[..., str]:
    """The message with which the (broken) model refuses a recipe."""

    def attempt(error: type[CollectionError], **changed: Any) -> str:
        with pytest.raises(error) as caught:
            Diffusion(str(model)).generate([diffusion_recipe(model, **changed)])
        return caught.value.message

    return attempt


def change_weights(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file, metadata={"format": "pt"})


def change_json(file: Path, **values: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


@pytest.mark.parametrize("name", ["/nowhere/model", "./nowhere", "a/b/c"])
def test_a_missing_folder_is_named(name: str) -> None:
    with pytest.raises(WeightsError, match=f"there is no model folder {name}"):
        _ = Diffusion(name).identity


def test_an_unknown_hub_id_offline_says_what_to_do() -> None:
    with pytest.raises(WeightsError) as caught:
        _ = Diffusion("nobody/nothing", revision="v1", local_files_only=True).identity
    assert "nobody/nothing (revision v1)" in caught.value.message
    assert "local cache" in caught.value.message
    assert "online once" in str(caught.value.hint)


def test_a_folder_without_an_index_is_no_pipeline(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no model_index\.json"):
        _ = Diffusion(str(tmp_path)).identity


@pytest.mark.parametrize("text", ["{", "[]", '{"_class_name": ["my_code", "MyPipeline"]}'])
def test_an_index_that_names_no_pipeline_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model_index.json").write_text(text)
    with pytest.raises(WeightsError, match=r"model_index\.json"):
        _ = Diffusion(str(tmp_path)).identity


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
def test_half_a_folder_names_the_missing_part(model: Path, refused: Callable[..., str], part: str) -> None:
    shutil.rmtree(model / part)
    assert f"{part} is missing" in refused(WeightsError)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (UNET, "the weights of unet"),
        ("unet/config.json", "unet/config.json is missing"),
        ("text_encoder/model.safetensors", "the weights of text_encoder"),
    ],
)
def test_a_missing_file_is_named(model: Path, refused: Callable[..., str], file: str, words: str) -> None:
    (model / file).unlink()
    assert words in refused(WeightsError)


def test_a_missing_shard_is_named(model: Path, refused: Callable[..., str]) -> None:
    first, second = (f"diffusion_pytorch_model-0000{part}-of-00002.safetensors" for part in (1, 2))
    (model / UNET).rename(model / "unet" / first)
    index = {"metadata": {}, "weight_map": {"a": first, "b": second}}
    (model / f"{UNET}.index.json").write_text(json.dumps(index))
    assert f"unet/{second} is missing" in refused(WeightsError)


def test_pickled_weights_are_refused_with_the_way_out(model: Path, diffusion_recipe: Write) -> None:
    (model / UNET).rename(model / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(WeightsError) as caught:
        Diffusion(str(model)).generate([diffusion_recipe(model)])
    assert "diffusion_pytorch_model.bin is a pickle" in caught.value.message
    assert "safe_serialization=True" in str(caught.value.hint)


def test_weights_of_another_precision_lie_beside_and_are_not_counted(model: Path) -> None:
    shutil.copy(model / UNET, model / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    assert UNET in Diffusion(str(model)).identity["weights"]
    assert not [file for file in Diffusion(str(model)).identity["weights"] if "fp16" in file]


def test_a_truncated_file_cannot_be_loaded(model: Path, refused: Callable[..., str]) -> None:
    (model / UNET).write_bytes((model / UNET).read_bytes()[:5000])
    assert "cannot be loaded" in refused(WeightsError)


@pytest.mark.parametrize("file", [UNET, "text_encoder/model.safetensors"])
def test_weights_that_lack_a_tensor_are_not_filled_with_noise(
    model: Path, refused: Callable[..., str], file: str
) -> None:
    change_weights(model / file, lambda tensors: tensors.pop(sorted(tensors)[0]))
    assert "lacks trained weights" in refused(WeightsError)


def test_a_tokenizer_without_its_words_is_noticed(model: Path, refused: Callable[..., str]) -> None:
    for file in (model / "tokenizer").iterdir():
        if file.name != "tokenizer_config.json":
            file.unlink()
    assert "tokenizer" in refused(WeightsError)


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3438167534\n"


@pytest.mark.parametrize("file", [UNET, "text_encoder/model.safetensors", "tokenizer/vocab.json", "model_index.json"])
def test_what_git_keeps_in_the_place_of_a_large_file_is_named(model: Path, diffusion_recipe: Write, file: str) -> None:
    (model / file).write_text(POINTER)
    with pytest.raises(WeightsError) as caught:
        Diffusion(str(model)).generate([diffusion_recipe(model)])
    assert caught.value.message.startswith(f"{model / file} is not the file itself but {len(POINTER)} bytes of Git LFS")
    assert caught.value.hint == f"git -C {shlex.quote(str(model))} lfs pull"


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
@pytest.mark.parametrize("absent", [[None, None], None, "nothing"])
def test_a_part_that_the_index_lacks_is_named(
    model: Path, refused: Callable[..., str], part: str, absent: object
) -> None:
    change_json(model / "model_index.json", **{part: absent})
    assert f"{model / 'model_index.json'} names no {part}, which a StableDiffusionPipeline" in refused(WeightsError)


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("unet", ["diffusers", "UNetOfTomorrow"], "unet is a UNetOfTomorrow, which diffusers"),
        ("text_encoder", ["transformers", "OtherTextModel"], "text_encoder is a OtherTextModel, which transformers"),
        ("scheduler", ["diffusers", "NoScheduler"], "scheduler is a NoScheduler, which diffusers"),
        ("scheduler", ["diffusers", "AutoencoderKL"], "the scheduler is a AutoencoderKL, which is none"),
        ("scheduler", ["diffusers", "FlowMatchEulerDiscreteScheduler"],
         "cannot be driven by the FlowMatchEulerDiscreteScheduler that model_index.json names"),
    ],
)  # fmt: skip
def test_a_class_that_is_not_there_or_does_not_fit_is_named(
    model: Path, refused: Callable[..., str], part: str, value: list[str], words: str
) -> None:
    (model / "scheduler" / "scheduler_config.json").write_text("{}")
    change_json(model / "model_index.json", **{part: value})
    assert words in refused(GenerationError if "driven" in words else WeightsError)


def test_a_model_that_makes_no_pictures_of_text_is_refused(model: Path, refused: Callable[..., str]) -> None:
    change_json(model / "model_index.json", _class_name="DDPMPipeline")
    assert "DDPMPipeline" in refused(WeightsError)


def test_what_fails_for_once_is_made_a_second_time(
    model: Path, diffusion_recipe: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device that computes nonsense in one call: the picture is the one that it would have been."""
    from diffusers import UNet2DConditionModel

    generator, forward, calls = Diffusion(str(model)), UNet2DConditionModel.forward, []
    recipe = diffusion_recipe(model, batch_size=2)
    [right] = generator.generate([recipe])

    def flaky(self: Any, sample: Any, *rest: Any, **more: Any) -> Any:
        calls.append(1)
        return forward(self, sample * float("nan") if len(calls) == 1 else sample, *rest, **more)

    monkeypatch.setattr(UNet2DConditionModel, "forward", flaky)
    [made] = generator.generate([recipe])
    assert made.pixels.tobytes() == right.pixels.tobytes()
    [warning] = made.warnings
    assert warning.startswith("made a second time") and "NaN" in warning


def test_nan_is_named_and_not_saved_as_a_picture(model: Path, refused: Callable[..., str]) -> None:
    change_weights(model / VAE, lambda tensors: tensors["decoder.conv_out.bias"].fill_(float("nan")))
    assert "seed 7" in (message := refused(GenerationError, seed=7))
    assert "is not a number in places (NaN); made once more, it is not a number in places (NaN)" in message


def test_a_black_picture_is_named(model: Path, refused: Callable[..., str]) -> None:
    change_weights(model / VAE, lambda tensors: tensors["decoder.conv_out.bias"].fill_(-1000.0))
    assert "is black all over" in refused(GenerationError)


def test_a_vae_that_overflows_in_sixteen_bits_decodes_again_in_more(model: Path, diffusion_recipe: Write) -> None:
    change_weights(model / VAE, lambda tensors: tensors["decoder.conv_in.weight"].mul_(1e5))
    generator = Diffusion(str(model), dtype="float16", device="cpu")
    first, again = (generator.generate([diffusion_recipe(model, dtype="float16", batch_size=1)])[0] for _ in range(2))
    assert first.warnings == ("made a second time, decoded in float32: the first is not a number in places (NaN)",)
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert first.pixels.std() > 1


def test_what_is_black_in_float32_too_is_named(model: Path, diffusion_recipe: Write) -> None:
    change_weights(model / VAE, lambda tensors: tensors["decoder.conv_out.bias"].fill_(-1000.0))
    with pytest.raises(GenerationError, match=r"seed 7.* is black all over"):
        Diffusion(str(model), dtype="bfloat16", device="cpu").generate([diffusion_recipe(model, 7, dtype="bfloat16")])


def test_a_batch_too_large_for_the_device_says_how_large_it_was(
    model: Path, diffusion_recipe: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The allocator's own refusal, of a tensor that no machine can hold; afterwards a batch that fits is made."""
    import torch
    from diffusers import UNet2DConditionModel

    generator, forward = Diffusion(str(model)), UNet2DConditionModel.forward

    def hungry(self: Any, sample: Any, *rest: Any, **more: Any) -> Any:
        return torch.empty(2**50) if len(sample) > 2 else forward(self, sample, *rest, **more)

    monkeypatch.setattr(UNet2DConditionModel, "forward", hungry)
    with pytest.raises(OutOfMemoryError, match="4 images of 32x32") as caught:
        generator.generate([diffusion_recipe(model, batch_size=4)])
    assert caught.value.batch == 4
    assert generator.generate([diffusion_recipe(model, batch_size=1)])


def test_a_picture_withheld_by_the_safety_checker_is_named(model: Path, refused: Callable[..., str]) -> None:
    """A real checker whose every concept is far below any likeness: all that it sees is flagged."""
    add_safety_checker(model)
    assert "withheld by the model's safety checker" in refused(GenerationError)


def add_safety_checker(model: Path) -> None:
    import torch
    from diffusers import StableDiffusionPipeline
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    vision = {
        "hidden_size": 8,
        "intermediate_size": 16,
        "num_attention_heads": 2,
        "num_hidden_layers": 1,
        "image_size": 32,
        "patch_size": 16,
    }
    checker = StableDiffusionSafetyChecker(CLIPConfig(vision_config=vision, projection_dim=8))
    with torch.no_grad():
        checker.concept_embeds_weights.fill_(-2.0)
    StableDiffusionPipeline.from_pretrained(
        model,
        safety_checker=checker,
        feature_extractor=CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
    ).save_pretrained(model)


def test_an_unproven_scheduler_of_the_model_is_refused_until_another_is_named(
    model: Path, refused: Callable[..., str], diffusion_recipe: Write
) -> None:
    change_json(model / "scheduler" / "scheduler_config.json", _class_name="IPNDMScheduler")
    change_json(model / "model_index.json", scheduler=["diffusers", "IPNDMScheduler"])
    assert "IPNDMScheduler" in refused(GenerationError)
    assert Diffusion(str(model)).generate([diffusion_recipe(model, scheduler="Euler")])


def test_a_flow_model_keeps_its_scheduler(model: Path, refused: Callable[..., str]) -> None:
    (model / "scheduler" / "scheduler_config.json").write_text('{"_class_name": "FlowMatchEulerDiscreteScheduler"}')
    change_json(model / "model_index.json", scheduler=["diffusers", "FlowMatchEulerDiscreteScheduler"])
    assert "scheduler Euler cannot drive it" in refused(GenerationError, scheduler="Euler")


class TestOtherPipelines:
    """A pipeline whose embeddings are not ours to make: here Stable Diffusion's relative with perturbed attention."""

    @pytest.fixture
    def model(self, model: Path) -> Path:
        change_json(model / "model_index.json", _class_name="StableDiffusionPAGPipeline")
        return model

    def test_it_makes_a_picture_of_one_style(self, model: Path, diffusion_recipe: Write) -> None:
        generator = Diffusion(str(model))
        recipe = diffusion_recipe(model, batch_size=1, styles={"ink": 1}, negative_prompt="blur")
        assert generator.generate([recipe])[0].pixels.tobytes() == generator.generate([recipe])[0].pixels.tobytes()
        assert generator.identity["pipeline"] == "StableDiffusionPAGPipeline"

    def test_it_cannot_blend(self, refused: Callable[..., str]) -> None:
        message = refused(GenerationError, batch_size=1, styles={"ink": 1, "oil": 1})
        assert "a StableDiffusionPAGPipeline cannot blend styles (ink, oil)" in message

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"init_image": "ab" * 32}, "cannot begin from an init image"),
            ({"vae": "draft"}, "cannot decode with a draft VAE"),
            ({"switch_to": StyleBlend(((Style("oil", "oil"), 1.0),))}, "cannot change its blend on the way"),
        ],
    )
    def test_it_refuses_what_it_would_ignore(
        self, refused: Callable[..., str], changed: dict[str, Any], words: str
    ) -> None:
        assert f"a StableDiffusionPAGPipeline {words}" in refused(GenerationError, batch_size=1, **changed)

    def test_it_makes_one_image_at_a_time(self, refused: Callable[..., str]) -> None:
        assert "batch_size = 4" in refused(GenerationError, batch_size=4)

    def test_its_truncation_is_not_silent(self, refused: Callable[..., str]) -> None:
        assert "does not read the whole prompt" in refused(GenerationError, batch_size=1, prompt="x" * 90)
