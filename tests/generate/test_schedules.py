"""Blends that change between steps, and the way from one recipe to another."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import GenerationError
from collection.generate.diffusion.batch_items import Conditioning
from collection.generate.diffusion.generator import Diffusion
from collection.generate.slerp import slerp
from collection.values import Pixels, Recipe, Style, StyleBlend

Write = Callable[..., Recipe]


@pytest.fixture(scope="module")
def sd(tiny_sd: Path, tiny_loras: Path, tiny_ip_adapter: Path, pictures: Any) -> Diffusion:
    """Its adapters are found by their whole paths."""
    return Diffusion(str(tiny_sd), pictures=pictures)


@pytest.fixture(scope="module")
def sdxl(tiny_sdxl: Path) -> Diffusion:
    return Diffusion(str(tiny_sdxl))


@pytest.fixture(scope="module")
def lcm(tiny_lcm: Path) -> Diffusion:
    return Diffusion(str(tiny_lcm))


@pytest.fixture
def ink(tiny_loras: Path, pictures: Any) -> Style:
    """A style of all three kinds."""
    return Style(
        "ink", "ink", settings={"lora": str(tiny_loras / "ink.safetensors"), "references": [pictures.noise(1)]}
    )


@pytest.fixture
def oil(tiny_loras: Path, pictures: Any) -> Style:
    return Style(
        "oil", "oil", settings={"lora": str(tiny_loras / "oil.safetensors"), "references": [pictures.noise(2)]}
    )


def only(style: Style) -> StyleBlend:
    return StyleBlend(((style, 1.0),))


def render(generator: Diffusion, *recipes: Recipe) -> list[Pixels]:
    return [rendering.pixels for rendering in generator.generate(recipes)]


def same(one: Pixels, other: Pixels) -> bool:
    return np.array_equal(one, other)


@pytest.mark.parametrize("which", ["sd", "sdxl", "lcm"])
def test_a_later_blend_takes_over_at_its_step(
    which: str, request: pytest.FixtureRequest, diffusion_recipe: Write
) -> None:
    generator: Diffusion = request.getfixturevalue(which)
    early, late = only(Style("ink", "ink")), only(Style("oil", "oil"))

    def scheduled(switch: float) -> Recipe:
        return replace(diffusion_recipe(generator.model, steps=4, switch_at=switch), blend=early, switch_to=late)

    whole = diffusion_recipe(generator.model, steps=4)
    made = render(generator, *(scheduled(switch) for switch in (0, 0.25, 0.3, 0.5, 0.75, 1)))
    assert same(made[0], render(generator, replace(whole, blend=late))[0])
    assert same(made[5], render(generator, replace(whole, blend=early))[0])
    assert same(made[2], made[3])
    assert len({made[index].tobytes() for index in (0, 1, 3, 5)}) == 4


def test_a_schedule_is_the_one_of_diffusers_with_the_embeddings_exchanged(
    sd: Diffusion, tiny_sd: Path, diffusion_recipe: Write
) -> None:
    import torch
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(tiny_sd)
    late, negative = pipeline.encode_prompt("a cat, oil", "cpu", 1, True)

    def exchange(pipeline: Any, index: int, timestep: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        return {**tensors, "prompt_embeds": torch.cat([negative, late])} if index == 1 else tensors

    theirs = pipeline(
        "a cat, ink",
        num_inference_steps=4,
        width=32,
        height=32,
        generator=torch.Generator().manual_seed(1),
        callback_on_step_end=exchange,
        callback_on_step_end_tensor_inputs=["prompt_embeds"],
        output_type="np",
    ).images[0]
    blends = {"blend": only(Style("ink", "ink")), "switch_to": only(Style("oil", "oil"))}
    (ours,) = render(sd, replace(diffusion_recipe(tiny_sd, steps=4, switch_at=0.5), **blends))
    assert np.abs(ours - theirs * 255).max() <= 0.51


def test_styles_of_all_three_kinds_take_turns(
    sd: Diffusion, tiny_ip_adapter: Path, ink: Style, oil: Style, diffusion_recipe: Write
) -> None:
    take_turns(sd, ink, oil, diffusion_recipe(sd.model, ip_adapter=str(tiny_ip_adapter), batch_size=2))


def test_in_sdxl_too(tiny_sdxl: Path, tiny_sdxl_adapters: Path, pictures: Any, diffusion_recipe: Write) -> None:
    generator = Diffusion(str(tiny_sdxl), folder=tiny_sdxl_adapters, pictures=pictures)
    ink, oil = (
        Style(name, name, settings={"lora": f"{name}.safetensors", "references": [pictures.noise(seed)]})
        for seed, name in enumerate(("ink", "oil"))
    )
    take_turns(generator, ink, oil, diffusion_recipe(tiny_sdxl, ip_adapter="ip.safetensors", batch_size=2))


def take_turns(generator: Diffusion, ink: Style, oil: Style, plain: Recipe) -> None:
    """Prompt, LoRA and reference picture change at once, and the next batch begins afresh."""
    recipes = [
        replace(plain, blend=only(ink), switch_to=only(oil)),
        replace(plain, blend=only(oil), switch_to=only(ink)),
        replace(plain, blend=only(ink)),
        replace(plain, switch_to=only(ink)),
        plain,
    ]
    made = render(generator, *recipes)
    assert all(same(each, render(generator, recipe)[0]) for each, recipe in zip(made, recipes, strict=True))
    assert len({picture.tobytes() for picture in made}) == 5
    assert same(made[4], render(Diffusion(generator.model), plain)[0])


@pytest.mark.parametrize("which", ["sd", "sdxl", "lcm"])
def test_both_ends_of_a_way_are_the_recipes_themselves(
    which: str, request: pytest.FixtureRequest, diffusion_recipe: Write
) -> None:
    generator: Diffusion = request.getfixturevalue(which)
    here = diffusion_recipe(generator.model, 1, styles={"ink": 1, "oil": 3})
    there = diffusion_recipe(generator.model, 2**40, prompt="a dog", styles={"oil": 1})
    steps = [0, 0.01, 0.5, 0.99, 1]
    way = [replace(here, interpolation_target=there, options={**here.options, "alpha": t}) for t in steps]
    made = render(generator, *way)
    ends = render(generator, here, there)
    assert same(made[0], ends[0])
    assert same(made[4], ends[1])
    far = np.abs(ends[0].astype(int) - ends[1]).mean()
    assert np.abs(made[1].astype(int) - ends[0]).mean() < 0.2 * far
    if which != "lcm":  # a consistency model draws new noise at every step, from one seed or the other
        assert np.abs(made[3].astype(int) - ends[1]).mean() < 0.2 * far
    assert all(same(each, render(generator, recipe)[0]) for each, recipe in zip(made, way, strict=True))


def test_a_way_with_loras_and_references_is_as_smooth(
    sd: Diffusion, tiny_ip_adapter: Path, ink: Style, oil: Style, diffusion_recipe: Write
) -> None:
    plain = diffusion_recipe(sd.model, ip_adapter=str(tiny_ip_adapter), batch_size=1)
    here, there = replace(plain, blend=only(ink)), replace(plain, seed=2, blend=only(oil))
    near = replace(here, interpolation_target=there, options={**here.options, "alpha": 0.01})
    made = render(sd, here, near, there)
    far = np.abs(made[0].astype(int) - made[2]).mean()
    assert 0 < np.abs(made[0].astype(int) - made[1]).mean() < 0.2 * far


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"steps": 3}, "has steps 2, the one it moves toward 3"),
        ({"width": 48}, "has width 32, the one it moves toward 48"),
        ({"init_image": "x"}, "has an init image or is itself on its way"),
    ],
)
def test_ends_that_no_way_joins_are_refused(
    sd: Diffusion, diffusion_recipe: Write, changed: dict[str, Any], words: str
) -> None:
    here, there = diffusion_recipe(sd.model), diffusion_recipe(sd.model, 2, **changed)
    with pytest.raises(GenerationError, match=words):
        render(sd, replace(here, interpolation_target=there))


def test_a_way_from_a_sketch_is_refused(sd: Diffusion, pictures: Any, diffusion_recipe: Write) -> None:
    here = diffusion_recipe(sd.model, init_image=pictures.noise(1))
    with pytest.raises(GenerationError, match="begins from noise"):
        render(sd, replace(here, interpolation_target=diffusion_recipe(sd.model)))


@given(st.integers(0, 999), st.floats(0, 1))
@settings(max_examples=40, deadline=None)
def test_the_arc_between_two_noises(seed: int, t: float) -> None:
    """At t the angle to one end is t of the whole, and lengths lie between those of the ends."""
    import torch

    here, there = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(seed)).double()
    met = slerp(here, there, t)
    lengths = sorted([here.norm().item(), there.norm().item()])

    def angle(one: Any, other: Any) -> float:
        return math.acos(min(1.0, (torch.dot(one.flatten(), other.flatten()) / (one.norm() * other.norm())).item()))

    here_unit, there_unit = here / here.norm(), there / there.norm()
    whole = angle(here, there)
    assert angle(here_unit, slerp(here_unit, there_unit, t)) == pytest.approx(t * whole, abs=1e-5)
    assert 0.9 * lengths[0] <= met.norm().item() <= 1.1 * lengths[1]
    assert torch.allclose(met, slerp(there, here, 1 - t))
    assert torch.equal(slerp(here, here, t).round(decimals=9), here.round(decimals=9))


weights = st.dictionaries(st.sampled_from("abcd"), st.floats(0.05, 1), min_size=1, max_size=4)


@given(weights, weights, st.floats(0, 1))
def test_between_two_mixes_weights_change_along_a_line(
    here: dict[str, float], there: dict[str, float], t: float
) -> None:
    def mix(terms: dict[str, float]) -> Conditioning:
        return Conditioning((("text", 1.0),), (("", 1.0),), loras=tuple(sorted(terms.items())))

    met = dict(mix(here).toward(mix(there), t).loras)
    for name in {*here, *there}:
        expected = (1 - t) * here.get(name, 0.0) + t * there.get(name, 0.0)
        assert met.get(name, 0.0) == pytest.approx(expected, abs=1e-12)
