"""Graphs of ComfyUI: what they say for certain, and nothing else."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from collection.pictures.embedded import comfyui
from collection.pictures.embedded.fields import json_object
from collection.pictures.parameters import read_embedded_metadata


def read_graph(graph: dict[str, Any]) -> dict[str, str]:
    value = json_object(json.dumps(graph))
    assert value and comfyui.is_graph(value)
    return comfyui.read_graph(value)


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def text_to_image(**changed: Any) -> dict[str, Any]:
    return {
        "3": node("KSampler", seed=5, steps=20, cfg=8.0, sampler_name="dpmpp_2m", scheduler="karras", denoise=1.0,
                  model=["4", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0]),
        "4": node("CheckpointLoaderSimple", ckpt_name="harbour.safetensors"),
        "5": node("EmptyLatentImage", width=640, height=896, batch_size=1),
        "6": node("CLIPTextEncode", text="a cat", clip=["4", 1]),
        "7": node("CLIPTextEncode", text="a dog", clip=["4", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", images=["8", 0]),
        **changed,
    }  # fmt: skip


READ = {
    "Prompt": "a cat", "Negative prompt": "a dog", "Seed": "5", "Steps": "20", "CFG scale": "8.0",
    "Sampler": "dpmpp_2m", "Schedule type": "karras", "Size": "640x896", "Model": "harbour.safetensors",
}  # fmt: skip


def but(**changed: str) -> dict[str, str]:
    found = {**READ, **{name.replace("_", " "): value for name, value in changed.items()}}
    return {name: value for name, value in found.items() if value}


def sampler(**changed: Any) -> dict[str, Any]:
    return node("KSampler", **{**text_to_image()["3"]["inputs"], **changed})


CASES = {
    "plain": ({}, READ),
    "seed, text and model from other nodes": (
        {
            "3": sampler(seed=["20", 0], model=["21", 0]), "20": node("PrimitiveInt", value=7),
            "21": node("LoraLoader", lora_name="fog", strength_model=1.0, model=["4", 0], clip=["4", 1]),
            "6": node("CLIPTextEncode", text=["22", 0], clip=["21", 1]), "22": node("PrimitiveString", value="a fox"),
        },
        but(Seed="7", Prompt="a fox"),
    ),
    "two passes: the first": (
        {
            "8": node("VAEDecode", samples=["31", 0], vae=["4", 2]),
            "30": node("LatentUpscale", samples=["3", 0], width=1280, height=1792),
            "31": sampler(seed=99, steps=9, latent_image=["30", 0]),
        },
        READ,
    ),
    "two passes with pixels between them: the first": (
        {
            "8": node("VAEDecode", samples=["31", 0], vae=["4", 2]), "31": sampler(seed=99, latent_image=["30", 0]),
            "30": node("VAEEncode", pixels=["29", 0], vae=["4", 2]), "28": node("VAEDecode", samples=["3", 0]),
            "29": node("ImageUpscaleWithModel", image=["28", 0], upscale_model=["27", 0]),
            "27": node("UpscaleModelLoader", model_name="larger.pth"),
        },
        READ,
    ),
    "two pictures: what both share": (
        {
            "31": sampler(seed=99, positive=["32", 0]), "32": node("CLIPTextEncode", text="a fox", clip=["4", 1]),
            "33": node("VAEDecode", samples=["31", 0], vae=["4", 2]), "34": node("SaveImage", images=["33", 0]),
        },
        but(Seed="", Prompt=""),
    ),
    "a sampler that is not saved": ({"31": sampler(seed=99, latent_image=["5", 0])}, READ),
    "a control net between": (
        {
            "3": sampler(positive=["40", 0], negative=["40", 1]),
            "40": node("ControlNetApplyAdvanced", positive=["6", 0], negative=["7", 0], strength=1.0),
        },
        READ,
    ),
    "two texts combined": (
        {
            "3": sampler(positive=["40", 0]), "41": node("CLIPTextEncode", text="at night", clip=["4", 1]),
            "40": node("ConditioningCombine", conditioning_1=["6", 0], conditioning_2=["41", 0]),
        },
        but(Prompt="a cat\nat night"),
    ),
    "SDXL's two texts": (
        {"6": node("CLIPTextEncodeSDXL", text_g="a cat", text_l="a cat", width=1024, height=1024, clip=["4", 1])},
        READ,
    ),
    "no negative": ({"7": node("ConditioningZeroOut", conditioning=["6", 0])}, but(Negative_prompt="")),
    "a loader with both texts": (
        {
            "3": sampler(positive=["4", 1], negative=["4", 2], latent_image=["4", 3]),
            "4": node("Efficient Loader", ckpt_name="harbour.safetensors", positive="a cat", negative="a dog",
                      empty_latent_width=640, empty_latent_height=896),
        },
        READ,
    ),
    "a loader with both texts, one of another node": (
        {
            "3": sampler(positive=["4", 1], negative=["4", 2], latent_image=["4", 3]),
            "4": node("Efficient Loader", ckpt_name="harbour.safetensors", positive=["44", 0], negative="a dog",
                      empty_latent_width=640, empty_latent_height=896),
            "44": node("PrimitiveString", value="a fox"),
        },
        but(Prompt="a fox"),
    ),
    "a tuple of SDXL": (
        {
            "3": node("KSampler SDXL (Eff.)", sdxl_tuple=["4", 0], latent_image=["4", 1], optional_vae=["4", 2],
                      noise_seed=5, steps=20, cfg=8.0, sampler_name="dpmpp_2m", scheduler="karras",
                      start_at_step=0, refine_at_step=-1, preview_method="auto", vae_decode="true"),
            "4": node("Eff. Loader SDXL", base_ckpt_name="harbour.safetensors", refiner_ckpt_name="None",
                      positive="a cat", negative="a dog", empty_latent_width=640, empty_latent_height=896),
        },
        READ,
    ),
    "a tuple that is unpacked and packed again": (
        {
            "3": node("KSampler SDXL (Eff.)", sdxl_tuple=["45", 0], latent_image=["5", 0], noise_seed=7, steps=20,
                      cfg=8.0, sampler_name="dpmpp_2m", scheduler="karras"),
            "45": node("Pack SDXL Tuple", base_model=["4", 0], base_positive=["6", 0], base_negative=["7", 0]),
        },
        but(Seed="7"),
    ),
    "a pipe": (
        {
            "3": node("easy kSampler", pipe=["46", 0], image_output="Save", link_id=0),
            "46": node("easy preSampling", pipe=["4", 0], steps=20, cfg=8.0, sampler_name="dpmpp_2m",
                       scheduler="karras", denoise=1, seed=5),
            "4": node("easy fullLoader", ckpt_name="harbour.safetensors", positive="a cat", negative="a dog",
                      empty_latent_width=640, empty_latent_height=896),
        },
        READ,
    ),
    "a pipe of parts": (
        {
            "3": node("ImpactKSamplerBasicPipe", basic_pipe=["47", 0], latent_image=["5", 0], seed=5,
                      steps=20, cfg=8.0, sampler_name="dpmpp_2m", scheduler="karras"),
            "47": node("ToBasicPipe", model=["4", 0], clip=["4", 1], positive=["6", 0], negative=["7", 0]),
        },
        READ,
    ),
    "a text and a conditioning handed on": (
        {
            "3": sampler(positive=["40", 0]), "40": node("Reroute", **{"": ["6", 0]}),
            "6": node("CLIPTextEncode", text=["41", 0], clip=["4", 1]), "41": node("Reroute", **{"": ["42", 0]}),
            "42": node("StringConcatenate", string_a="a fox", string_b=["43", 0], delimiter=", "),
            "43": node("PrimitiveString", value="at night"),
        },
        but(Prompt="a fox, at night"),
    ),
    "strings that put themselves together": (
        {
            "6": node("CLIPTextEncode", text=["42", 0], clip=["4", 1]),
            "42": node("StringConcatenate", string_a=["42", 0], string_b=["42", 0], delimiter=""),
        },
        but(Prompt=""),
    ),
    "a text that is made up when it runs": (
        {
            "6": node("CLIPTextEncode", text=["50", 0], clip=["4", 1]),
            "50": node("DPRandomGenerator", text="a {red|blue} cat", seed=3, autorefresh="No"),
        },
        but(Prompt=""),
    ),
    "a switch between texts": (
        {
            "3": sampler(positive=["40", 0]), "41": node("CLIPTextEncode", text="at night", clip=["4", 1]),
            "40": node("AnySwitch", conditioning1=["6", 0], conditioning2=["41", 0], which=2),
        },
        but(Prompt=""),
    ),
    "from a picture": (
        {"5": node("VAEEncode", pixels=["60", 0]), "60": node("LoadImage", image="x.png")},
        but(Size=""),
    ),
    "a random seed": ({"3": sampler(seed=-1)}, but(Seed="")),
    "a node that links to itself": ({"6": node("Odd", conditioning=["6", 0])}, but(Prompt="")),
    "a link to nothing": ({"3": sampler(negative=["77", 0])}, but(Negative_prompt="")),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_graphs(name: str) -> None:
    changed, expected = CASES[name]
    assert read_graph(text_to_image(**changed)) == expected


def test_a_sampler_of_parts() -> None:
    """As the templates of Flux are drawn."""
    graph = {
        "10": node("SamplerCustomAdvanced", noise=["11", 0], guider=["12", 0], sampler=["13", 0], sigmas=["14", 0],
                   latent_image=["15", 0]),
        "11": node("RandomNoise", noise_seed=5),
        "12": node("BasicGuider", model=["16", 0], conditioning=["17", 0]),
        "13": node("KSamplerSelect", sampler_name="euler"),
        "14": node("BasicScheduler", scheduler="simple", steps=4, denoise=1.0, model=["16", 0]),
        "15": node("EmptySD3LatentImage", width=["18", 0], height=896, batch_size=1),
        "16": node("UNETLoader", unet_name="harbour.gguf"),
        "17": node("FluxGuidance", guidance=3.5, conditioning=["19", 0]),
        "18": node("PrimitiveInt", value=640),
        "19": node("CLIPTextEncodeFlux", clip_l="a cat", t5xxl="a cat in fog", guidance=3.5, clip=["20", 0]),
        "20": node("DualCLIPLoader", clip_name1="x"),
        "21": node("SaveImage", images=["22", 0]),
        "22": node("VAEDecode", samples=["10", 0]),
    }  # fmt: skip
    assert read_graph(graph) == {
        "Prompt": "a cat\na cat in fog", "Seed": "5", "Steps": "4", "Sampler": "euler", "Schedule type": "simple",
        "Size": "640x896", "Model": "harbour.gguf",
    }  # fmt: skip


def saved(form: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, form, **options)
    return file.getvalue()


def test_the_graph_is_found_wherever_its_nodes_write_it() -> None:
    graph, exif, chunk = json.dumps(text_to_image()), Image.Exif(), PngInfo()
    chunk.add_text("prompt", graph)
    chunk.add_text("workflow", '{"nodes": [], "links": []}')
    exif[0x0110], exif[0x010F] = f"prompt:{graph}", 'workflow:{"nodes": [], "links": []}'
    late = PngInfo()
    late.add(b"comf", b"prompt\0" + graph.encode("latin-1"), after_idat=True)
    inside = Image.Exif()
    inside.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + json.dumps({"prompt": graph}).encode("utf-16-le")
    for data in (
        saved("PNG", pnginfo=chunk), saved("PNG", pnginfo=late), saved("WEBP", exif=exif), saved("JPEG", exif=inside),
    ):  # fmt: skip
        found = read_embedded_metadata(data, "picture")
        assert (found.format, found.parameters, found.unread) == ("ComfyUI", READ, ())


def test_a_prompt_that_is_not_certain_is_named() -> None:
    chunk = PngInfo()
    chunk.add_text("prompt", json.dumps(text_to_image(**CASES["a text that is made up when it runs"][0])))
    found = read_embedded_metadata(saved("PNG", pnginfo=chunk), "picture")
    assert found.unread == ("a prompt that ComfyUI's nodes put together",)
    assert found.parameters["Seed"] == "5"


def test_a_graph_that_grows_without_end_is_read_in_no_time() -> None:
    graph = text_to_image(**{
        f"c{n}": node("ConditioningCombine", conditioning_1=[f"c{n + 1}", 0], conditioning_2=[f"c{n + 1}", 0])
        for n in range(2000)
    })  # fmt: skip
    graph["3"] = sampler(positive=["c0", 0], seed=["s0", 0])
    graph |= {f"s{n}": node("PrimitiveInt", value=[f"s{n + 1}", 0]) for n in range(2000)}
    assert read_graph(graph)["Steps"] == "20"


LINKS = st.lists(st.sampled_from([*text_to_image(), 0, 1, None, "x"]), max_size=3)
TABLES = st.dictionaries(st.text(max_size=3), st.integers())
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | LINKS | TABLES
NAMES = ["seed", "model", "positive", "negative", "latent_image", "text", "ckpt_name", "guider", "width"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(text_to_image())), st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_any_inputs_are_read_as_text_or_left_out(name: str, inputs: dict[str, Any]) -> None:
    graph = text_to_image()
    graph[name]["inputs"].update(inputs)
    assert all(isinstance(value, str) and value for value in read_graph(graph).values())
