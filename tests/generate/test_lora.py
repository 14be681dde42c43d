"""Blends of LoRAs: compared with models into which the same matrices were added by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from collection.errors import WeightsError
from collection.generate.diffusion.generator import Diffusion
from collection.values import Pixels, Recipe, Style, StyleBlend

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def sd(tiny_sd: Path, tiny_loras: Path) -> Diffusion:
    return Diffusion(str(tiny_sd), folder=tiny_loras)


def blend(**weights: float) -> StyleBlend:
    """Styles that are LoRAs and nothing else."""
    return StyleBlend(
        tuple((Style(name, settings={"lora": f"{name}.safetensors"}), weight) for name, weight in weights.items())
    )


def render(generator: Diffusion, recipe: Recipe) -> Pixels:
    return generator.generate([recipe])[0].pixels


def merged_by_hand(model: Path, loras: Path, weights: Mapping[str, float], copy: Path) -> Path:
    """The model with W + weight * alpha / rank * up @ down in the place of each W that a LoRA names."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(model, copy)
    files = {"unet": "unet/diffusion_pytorch_model.safetensors", "text_encoder": "text_encoder/model.safetensors"}
    for component, file in files.items():
        tensors = load_file(copy / file)
        for name, weight in weights.items():
            lora = load_file(loras / f"{name}.safetensors")
            for key in [key for key in lora if key.startswith(f"{component}.") and key.endswith(".lora_A.weight")]:
                layer = key.removeprefix(f"{component}.").removesuffix(".lora_A.weight") + ".weight"
                layer = next(known for known in (layer, layer.removeprefix("text_model.")) if known in tensors)
                up, down = lora[key.replace("lora_A", "lora_B")], lora[key]
                tensors[layer] = tensors[layer] + weight * (6.0 / 2) * (up @ down)
        save_file(tensors, copy / file, metadata={"format": "pt"})
    return copy


@pytest.mark.parametrize("weights", [{"ink": 1.0}, {"ink": 0.6, "oil": 0.4}])
def test_a_blend_is_the_model_with_the_weighted_sum_added(
    sd: Diffusion, tiny_sd: Path, tiny_loras: Path, tmp_path: Path, diffusion_recipe: Write, weights: dict[str, float]
) -> None:
    model = merged_by_hand(tiny_sd, tiny_loras, weights, tmp_path / "merged")
    expected = render(Diffusion(str(model)), diffusion_recipe(model))
    found = render(sd, replace(diffusion_recipe(tiny_sd), blend=blend(**weights)))
    plain = render(sd, diffusion_recipe(tiny_sd))
    assert np.abs(found.astype(int) - expected).max() <= 1
    assert np.abs(found.astype(int) - plain).max() > 8


def test_kohya_names_mean_the_same(sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write) -> None:
    recipe = diffusion_recipe(tiny_sd)
    kohya = StyleBlend(((Style("ink", settings={"lora": "ink-kohya.safetensors"}), 1.0),))
    assert np.array_equal(
        render(sd, replace(recipe, blend=blend(ink=1.0))),
        render(sd, replace(recipe, blend=kohya)),
    )


def test_scale_and_weight_multiply(sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write) -> None:
    scaled = replace(diffusion_recipe(tiny_sd, lora_scale=0.5), blend=blend(ink=1.0))
    shared = StyleBlend((*blend(ink=0.5).parts, (Style("without"), 0.5)))
    assert np.array_equal(render(sd, scaled), render(sd, replace(diffusion_recipe(tiny_sd), blend=shared)))


def test_mixes_in_one_call_do_not_touch_each_other(sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write) -> None:
    """Weights work on a whole batch: rows of other mixes are computed apart, and the model comes back untouched."""
    blends = [blend(), blend(ink=1.0), blend(ink=0.5, oil=0.5), blend(), blend(ink=1.0)]
    recipes = [replace(diffusion_recipe(tiny_sd, seed), blend=each) for seed, each in enumerate(blends)]
    together = [rendering.pixels for rendering in sd.generate(recipes)]
    fresh = Diffusion(str(tiny_sd))
    assert np.array_equal(together[0], render(fresh, recipes[0]))
    assert np.array_equal(together[3], render(fresh, recipes[3]))
    assert all(np.array_equal(one, render(sd, recipe)) for one, recipe in zip(together, recipes, strict=True))


def test_the_file_that_ran_is_recorded_with_the_picture(
    sd: Diffusion, tiny_sd: Path, tiny_loras: Path, diffusion_recipe: Write
) -> None:
    plain, styled = sd.generate([diffusion_recipe(tiny_sd), replace(diffusion_recipe(tiny_sd), blend=blend(ink=1.0))])
    digest = sha256((tiny_loras / "ink.safetensors").read_bytes()).hexdigest()
    assert (plain.identity, styled.identity) == ({}, {"adapters": {"ink.safetensors": digest}})


def test_in_bfloat16_the_model_comes_back_to_the_last_bit(
    tiny_sd: Path, tiny_loras: Path, diffusion_recipe: Write
) -> None:
    generator = Diffusion(str(tiny_sd), dtype="bfloat16", device="cpu", folder=tiny_loras)
    recipe = diffusion_recipe(tiny_sd, dtype="bfloat16")
    before = render(generator, recipe)
    styled = render(generator, replace(recipe, blend=blend(ink=0.7, oil=0.3)))
    assert not np.array_equal(before, styled)
    assert np.array_equal(before, render(generator, recipe))


class TestRefused:
    """What is no LoRA for this model is refused by the name of the file and of the tensor."""

    @pytest.fixture
    def refused(self, tiny_sd: Path, tiny_loras: Path, tmp_path: Path, diffusion_recipe: Write) -> Callable[..., str]:
        def attempt(change: Callable[[dict[str, Any]], None]) -> str:
            from safetensors.torch import load_file, save_file

            tensors = load_file(tiny_loras / "ink.safetensors")
            change(tensors)
            save_file(tensors, tmp_path / "broken.safetensors")
            with pytest.raises(WeightsError) as caught:
                render(
                    Diffusion(str(tiny_sd), folder=tmp_path),
                    replace(diffusion_recipe(tiny_sd), blend=blend(broken=1.0)),
                )
            return caught.value.message

        return attempt

    def test_half_a_lora(self, refused: Callable[..., str]) -> None:
        message = refused(lambda tensors: tensors.pop(sorted(tensors)[0]))
        assert message.startswith("broken.safetensors is half a LoRA: text_encoder")

    def test_matrices_of_another_model(self, refused: Callable[..., str]) -> None:
        import torch

        name = "unet.up_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
        message = refused(lambda tensors: tensors.update({f"{name}.lora_A.weight": torch.zeros(2, 768)}))
        assert f"{name} is (2, 768) and (8, 2), the model's weight (8, 8)" in message

    def test_layers_that_the_model_lacks(self, refused: Callable[..., str]) -> None:
        def move(tensors: dict[str, Any]) -> None:
            for half in "AB":
                tensors[f"unet.mid_block.nowhere.lora_{half}.weight"] = tensors.pop(
                    f"unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_{half}.weight"
                )

        assert "this model has no unet.mid_block.nowhere" in refused(move)

    def test_another_kind_of_adapter(self, refused: Callable[..., str]) -> None:
        import torch

        message = refused(lambda tensors: tensors.update({"unet.x.hada_w1_a": torch.zeros(2)}))
        assert "is a LoHa (unet.x.hada_w1_a)" in message

    def test_no_adapter_at_all(self, refused: Callable[..., str]) -> None:
        import torch

        def empty(tensors: dict[str, Any]) -> None:
            tensors.clear()
            tensors["weight"] = torch.zeros(2)

        assert "is no LoRA" in refused(empty)

    @pytest.mark.parametrize(("name", "words"), [("gone.safetensors", "no adapter file"), ("a.bin", "no safetensors")])
    def test_a_file_that_cannot_be_had(
        self, tiny_sd: Path, tmp_path: Path, diffusion_recipe: Write, name: str, words: str
    ) -> None:
        (tmp_path / "a.bin").write_bytes(b"pickle")
        style = StyleBlend(((Style("x", settings={"lora": name}), 1.0),))
        with pytest.raises(WeightsError, match=words):
            render(Diffusion(str(tiny_sd), folder=tmp_path), replace(diffusion_recipe(tiny_sd), blend=style))

    def test_a_truncated_file(self, tiny_sd: Path, tiny_loras: Path, tmp_path: Path, diffusion_recipe: Write) -> None:
        (tmp_path / "cut.safetensors").write_bytes((tiny_loras / "ink.safetensors").read_bytes()[:-100])
        with pytest.raises(WeightsError, match=r"cut\.safetensors cannot be read"):
            render(Diffusion(str(tiny_sd), folder=tmp_path), replace(diffusion_recipe(tiny_sd), blend=blend(cut=1.0)))


def test_tensors_that_are_not_used_are_named(
    tiny_sd: Path, tiny_loras: Path, tmp_path: Path, diffusion_recipe: Write
) -> None:
    """Embeddings of pivotal tuning, biases, whole weights: the picture is the plain LoRA's, and that is said."""
    import torch
    from safetensors.torch import load_file, save_file

    tensors = load_file(tiny_loras / "ink-kohya.safetensors")
    others = {f"bundle_emb.{number}": torch.zeros(2) for number in range(4)} | {
        "unet.conv_in.lora_B.bias": torch.ones(4)
    }
    save_file({**tensors, **others}, tmp_path / "more.safetensors")
    plain, more = (
        Diffusion(str(tiny_sd)).generate([of(diffusion_recipe(tiny_sd, batch_size=1), path)])[0]
        for path in (tiny_loras / "ink-kohya.safetensors", tmp_path / "more.safetensors")
    )
    assert plain.pixels.tobytes() == more.pixels.tobytes()
    assert plain.warnings == ()
    (warning,) = more.warnings
    assert warning.endswith("not all was used: bundle_emb.0, bundle_emb.1, bundle_emb.2, bundle_emb.3 and 1 more")


@pytest.mark.parametrize("prefix", ["base_model.model.", "diffusion_model.", "base_model.model.unet."])
def test_prefixes_of_peft_and_comfyui_are_known(
    prefix: str, tiny_sd: Path, tiny_loras: Path, tmp_path: Path, diffusion_recipe: Write
) -> None:
    from safetensors.torch import load_file, save_file

    tensors = {name: tensor for name, tensor in load_file(tiny_loras / "ink.safetensors").items() if "unet" in name}
    save_file(tensors, tmp_path / "plain.safetensors")
    save_file(
        {name.replace("unet.", prefix): tensor for name, tensor in tensors.items()}, tmp_path / "other.safetensors"
    )
    plain, other = (
        Diffusion(str(tiny_sd)).generate([of(diffusion_recipe(tiny_sd, batch_size=1), tmp_path / name)])[0]
        for name in ("plain.safetensors", "other.safetensors")
    )
    assert plain.pixels.tobytes() == other.pixels.tobytes()


def of(recipe: Recipe, lora: Path) -> Recipe:
    """The recipe with a LoRA for its only style."""
    return replace(recipe, blend=StyleBlend(((Style("lora", settings={"lora": str(lora)}), 1.0),)))
