"""What other tools write into their pictures is read for what it is, or named and left alone.

The texts are made here after the documentation of each tool; every reader goes through the public door.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from collection.pictures.parameters import EmbeddedMetadata, read_embedded_metadata

PIXELS = np.random.default_rng(1).integers(0, 256, (40, 64, 3), dtype=np.uint8)
CAT = {
    "Prompt": "a cat", "Negative prompt": "a dog", "Steps": "20", "Sampler": "euler", "CFG scale": "7.5",
    "Seed": "1102676403634909", "Size": "640x896", "Model": "harbour",
}  # fmt: skip


def png(texts: Mapping[str, str], kind: str = "tEXt") -> bytes:
    chunks, file = PngInfo(), io.BytesIO()
    for key, text in texts.items():
        if kind == "iTXt":
            chunks.add_itxt(key, text, zip=True)
        elif text.isascii():
            chunks.add_text(key, text, zip=kind == "zTXt")
        else:
            body = zlib.compress(text.encode()) if kind == "zTXt" else text.encode()
            chunks.add(kind.encode(), key.encode() + (b"\0\0" if kind == "zTXt" else b"\0") + body)
    Image.fromarray(PIXELS).save(file, "PNG", pnginfo=chunks)
    return file.getvalue()


def exif(form: str, tags: Mapping[int, Any], comment: bytes = b"") -> bytes:
    said, file = Image.Exif(), io.BytesIO()
    for tag, value in tags.items():
        said[tag] = value
    if comment:
        said.get_ifd(0x8769)[0x9286] = comment
    Image.fromarray(PIXELS).save(file, form, exif=said)
    return file.getvalue()


def read(data: bytes) -> EmbeddedMetadata:
    return read_embedded_metadata(data, "picture")


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in CAT.items() if name not in names}


INVOKE = {
    "positive_prompt": "a cat", "negative_prompt": "a dog", "width": 640, "height": 896, "seed": 1102676403634909,
    "cfg_scale": 7.5, "steps": 20, "scheduler": "euler",
}  # fmt: skip
FLAT = {
    "prompt": "a cat", "negative_prompt": "a dog", "steps": 20, "sampler": "euler", "guidance_scale": 7.5,
    "seed": "1102676403634909", "resolution": "(640, 896)", "base_model": "harbour",
}  # fmt: skip
SWARM = {
    "prompt": "a cat", "negativeprompt": "a dog", "model": "harbour", "seed": 1102676403634909, "steps": 20,
    "cfgscale": 7.5, "width": 640, "height": 896, "sampler": "euler", "swarm_version": "0.9.6",
}  # fmt: skip
NOVEL = {
    "prompt": "a cat", "steps": 20, "height": 896, "width": 640, "scale": 7.5, "seed": 1102676403634909,
    "sampler": "euler", "uc": "a dog", "noise_schedule": "native",
}  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "texts"),
    [
        ("InvokeAI", {"invokeai_metadata": {**INVOKE, "model": {"key": "k", "name": "harbour", "base": "sdxl"}}}),
        ("InvokeAI", {"invokeai_metadata": {**INVOKE, "model": {"model_name": "harbour", "base_model": "sdxl"}},
                      "invokeai_graph": {"nodes": {}}}),
        ("InvokeAI", {"sd-metadata": {
            "model": "stable diffusion", "model_weights": "harbour", "app_version": "2.2.4", "image": {
                "prompt": [{"prompt": "a cat [a dog]", "weight": 1.0}], "steps": 20, "cfg_scale": 7.5, "height": 896,
                "width": 640, "seed": 1102676403634909, "sampler": "euler", "type": "txt2img",
            }}}),
        ("SwarmUI", {"parameters": {"sui_image_params": SWARM, "sui_extra_data": {"date": "2025-01-01"}}}),
        ("Fooocus", {"parameters": {**FLAT, "version": "Fooocus v2.5.5"}, "fooocus_scheme": "fooocus"}),
        ("Fooocus", {"parameters": {
            "Prompt": "a cat", "Negative": "a dog", "steps": 20, "cfg": 7.5, "width": 640, "height": 896,
            "seed": 1102676403634909, "sampler_name": "euler", "base_model_name": "harbour",
            "software": "RuinedFooocus",
        }}),
        ("StabilityMatrix", {"parameters-json": {
            "PositivePrompt": "a cat", "NegativePrompt": "a dog", "Steps": 20, "Sampler": "euler", "CfgScale": 7.5,
            "Seed": 1102676403634909, "Width": 640, "Height": 896, "ModelName": "harbour",
        }}),
        ("Easy Diffusion", {
            "prompt": "a cat", "negative_prompt": "a dog", "seed": "1102676403634909", "num_inference_steps": "20",
            "guidance_scale": "7.5", "sampler_name": "euler", "width": "640", "height": "896",
            "use_stable_diffusion_model": "C:\\Users\\anna\\models\\harbour",
        }),
        ("Easy Diffusion", {
            "Prompt": "a cat", "Negative Prompt": "a dog", "Seed": "1102676403634909", "Steps": "20",
            "Guidance Scale": "7.5", "Sampler": "euler", "Width": "640", "Height": "896",
            "Stable Diffusion model": "harbour",
        }),
        ("TensorArt", {"generation_data": {
            "prompt": "a cat", "negativePrompt": "a dog", "width": 640, "height": 896, "samplerName": "euler",
            "steps": 20, "cfgScale": 7.5, "seed": "1102676403634909", "baseModel": {"label": "harbour"},
        }}),
        ("Civitai", {"parameters": {"1": {"class_type": "KSampler", "inputs": {}}, "extraMetadata": json.dumps({
            "prompt": "a cat", "negativePrompt": "a dog", "cfgScale": 7.5, "sampler": "euler", "width": 640,
            "height": 896, "seed": 1102676403634909, "steps": 20, "baseModel": "harbour",
        })}}),
        ("Civitai", {"prompt": {"1": {"class_type": "KSampler", "inputs": {}}, "extraMetadata": json.dumps(FLAT)}}),
        ("texts", {**FLAT, "steps": "20", "guidance_scale": "7.5"}),
        ("A1111", {"Comment": "a cat\nNegative prompt: a dog\nSteps: 20, Sampler: euler, CFG scale: 7.5, "
                   "Seed: 1102676403634909, Size: 640x896, Model: harbour"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["tEXt", "zTXt", "iTXt"])
def test_parameters_of_other_tools(tool: str, texts: Mapping[str, Any], kind: str) -> None:
    told = {key: text if isinstance(text, str) else json.dumps(text) for key, text in texts.items()}
    found = read(png(told, kind))
    assert (found.format, dict(found.parameters), found.unread) == (tool, CAT, ())
    assert found.recipe is None


def draw_things(**fields: str) -> str:
    """An XMP packet as Draw Things writes it."""
    items = "".join(
        f'<{name.replace("_", ":")}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt>'
        f'</{name.replace("_", ":")}>' for name, text in fields.items()
    )  # fmt: skip
    return (
        '<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-'
        'rdf-syntax-ns#"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/'
        '1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:CreatorTool="Draw Things">'
        f"{items}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


DRAWN = {
    "c": "a cat", "uc": "a dog", "model": "harbour", "sampler": "euler", "scale": 7.5, "seed": 1102676403634909,
    "seed_mode": "Scale Alike", "size": "640x896", "steps": 20, "strength": 1, "v2": {"prompt": "no"},
}  # fmt: skip
DRAWN_TEXT = (
    "a cat\n-a dog\nSteps: 20, Sampler: euler, Guidance Scale: 7.5, Seed: 1102676403634909, Size: 640x896, "
    "Model: harbour"
)


@pytest.mark.parametrize(
    "fields",
    [
        {"dc_description": DRAWN_TEXT, "exif_UserComment": json.dumps(DRAWN)},
        {"exif_UserComment": json.dumps(DRAWN)},
        {"dc_description": DRAWN_TEXT},
    ],
)
def test_draw_things_in_xmp(fields: dict[str, str]) -> None:
    packet = draw_things(**fields)
    jpeg = io.BytesIO()
    Image.new("RGB", (8, 8)).save(jpeg, "JPEG", xmp=packet.encode())
    webp = io.BytesIO()
    Image.new("RGB", (8, 8)).save(webp, "WEBP", xmp=packet.encode())
    for data in (png({"XML:com.adobe.xmp": packet}, "iTXt"), jpeg.getvalue(), webp.getvalue()):
        found = read(data)
        assert found.format == "Draw Things"
        assert {key: found.parameters.get(key) for key in CAT} == CAT


def test_xmp_of_nobody_says_nothing_and_entities_are_not_unfolded() -> None:
    packet = draw_things(exif_UserComment=json.dumps(DRAWN))
    for broken in (packet[:-20], f'<!DOCTYPE a [<!ENTITY b "c">]>{packet}', "<x:xmpmeta>", packet.replace("li", "lo")):
        assert read(png({"XML:com.adobe.xmp": broken}, "iTXt")).parameters == {}
    other = draw_things(exif_UserComment="a cat\nSteps: 20, Sampler: euler, Seed: 4").replace("Draw Things", "Photos")
    assert read(png({"XML:com.adobe.xmp": other}, "iTXt")).parameters["Steps"] == "20"
    unread = read(png({"XML:com.adobe.xmp": draw_things(exif_UserComment="{}")}, "iTXt"))
    assert unread.unread == ("a text of Draw Things",)


@pytest.mark.parametrize("cat", ["a cat", "猫、灯台"])
def test_novelai_in_chunks_and_hidden_in_transparency(cat: str) -> None:
    texts = {
        "Software": "NovelAI", "Description": cat, "Source": "harbour", "Comment": json.dumps({**NOVEL, "prompt": cat}),
    }  # fmt: skip
    expected = {**CAT, "Prompt": cat, "Schedule type": "native"}
    assert read(png(texts)).parameters == expected
    assert read(exif("WEBP", {}, b"UNICODE\0" + json.dumps(texts).encode("utf-16-be"))).parameters == expected
    packed = gzip.compress(json.dumps(texts).encode())
    assert read(stealthy(b"stealth_pngcomp", packed)).parameters == expected
    text = f"{cat}\nSteps: 20, Sampler: euler, Seed: 4".encode()
    assert read(stealthy(b"stealth_pnginfo", text)).parameters["Prompt"] == cat
    assert read(stealthy(b"stealth_pngcomp", packed[:50])).parameters == {}
    assert read(stealthy(b"stealth_nothing", packed)).parameters == {}


def stealthy(signature: bytes, body: bytes) -> bytes:
    data = signature + (len(body) * 8).to_bytes(4) + body
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    alpha, file = np.full(128 * 80, 254, np.uint8), io.BytesIO()
    alpha[: bits.size] |= bits
    image = Image.new("RGB", (128, 80))
    image.putalpha(Image.fromarray(np.ascontiguousarray(alpha.reshape(128, 80).T)))
    image.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("signature", [b"stealth_rgbinfo", b"stealth_rgbcomp"])
def test_a_text_hidden_in_colours(form: str, mode: str, signature: bytes) -> None:
    body = "猫\nSteps: 20, Sampler: euler, Seed: 4".encode()
    body = gzip.compress(body) if signature.endswith(b"comp") else body
    bits = np.unpackbits(np.frombuffer(signature + (len(body) * 8).to_bytes(4) + body, np.uint8))
    columns, file = np.full((64, 40, 3), 120, np.uint8), io.BytesIO()
    columns.reshape(-1)[: bits.size] |= bits
    image = Image.fromarray(np.ascontiguousarray(columns.swapaxes(0, 1))).convert(mode)
    image.save(file, form, **({"lossless": True, "exact": True} if form == "WEBP" else {}))
    assert read(file.getvalue()).parameters == {"Prompt": "猫", "Steps": "20", "Sampler": "euler", "Seed": "4"}


@pytest.mark.parametrize("tag", [0x9C9C, 0x9C9B, 0x9C9F])
@pytest.mark.parametrize("form", ["JPEG", "WEBP", "PNG"])
def test_the_properties_that_windows_shows(form: str, tag: int) -> None:
    text = "灯台\nSteps: 4, Sampler: Euler, Seed: 1".encode("utf-16-le") + b"\0\0"
    found = read(exif(form, {tag: text}))
    assert found.parameters == {"Prompt": "灯台", "Steps": "4", "Sampler": "Euler", "Seed": "1"}
    assert read(exif(form, {tag: "a picture of the sea".encode("utf-16-le")})).parameters == {}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
)
def test_xmp_in_every_encoding(encoding: str) -> None:
    packet = draw_things(dc_description="灯台\nSteps: 20, Sampler: Euler, Seed: 4", xmp_CreatorTool="Draw Things")
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "WEBP", xmp=packet.encode(encoding))
    assert read(file.getvalue()).parameters["Prompt"] == "灯台"


def test_the_command_line_of_the_first_invokeai() -> None:
    found = read(png({"Dream": '"a cat [a dog]" -s 20 -S 1102676403634909 -W 640 -H 896 -C 7.5 -A euler'}))
    assert found.parameters == without("Model")
    assert read(png({"Dream": '"a cat -s 20'})).parameters == {}
    for prompt in ("a cat", "a cat's well-lit hat"):
        found = read(png({"Dream": f"{prompt} -s 20 -b 1 -W 640 -H 896 -C 7.5 -m euler -S 1102676403634909"}))
        assert found.parameters == {**without("Model", "Negative prompt"), "Prompt": prompt}


@pytest.mark.parametrize(
    ("code", "encoding"),
    [(b"JIS\0\0\0\0\0", "iso2022_jp"), (b"JIS\0\0\0\0\0", "shift_jis"), (b"JIS\0\0\0\0\0", "utf-8"),
     (b"Unicode\0", "utf-16-be"), (b"UNICODE\0", "utf-16-le")],
)  # fmt: skip
def test_a_comment_is_read_by_its_code_and_by_what_fits(code: bytes, encoding: str) -> None:
    found = read(exif("JPEG", {}, code + "灯台 と 海\nSteps: 4, Seed: 1, Size: 8x8".encode(encoding)))
    assert found.parameters == {"Prompt": "灯台 と 海", "Steps": "4", "Seed": "1", "Size": "8x8"}


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
@pytest.mark.parametrize("code", [b"UNICODE\0", b"ASCII\0\0\0", b""])
def test_json_in_a_comment(form: str, code: bytes) -> None:
    text = json.dumps({"sui_image_params": SWARM}).encode("utf-16-be" if code == b"UNICODE\0" else "utf-8")
    assert read(exif(form, {}, code + text)).parameters == CAT


def test_fooocus_writes_its_comment_beside_the_exif_directory() -> None:
    found = read(exif("JPEG", {0x9286: json.dumps(FLAT), 0x0131: "Fooocus v2.5.5"}))
    assert (found.format, found.parameters) == ("Fooocus", CAT)


@pytest.mark.parametrize(
    ("texts", "unread"),
    [
        ({"workflow": '{"nodes": [], "links": [], "version": 0.4}'}, "a ComfyUI workflow"),
        ({"prompt": '{"3": {"class_type": "KSam'}, "a ComfyUI workflow"),
        ({"invokeai_workflow": "{}"}, "an InvokeAI workflow"),
        ({"invokeai_metadata": '{"app_version": "5"}', "invokeai_graph": "{}"}, "an InvokeAI workflow"),
        ({"parameters": '{"colour": "red"}'}, "JSON of an unknown tool"),
        ({"prompt": '{"1": {"class_type": "Unknown", "inputs": {}}}'}, "a ComfyUI graph"),
        ({"parameters": '["a", 1]'}, "data in its `parameters` text"),
        ({"parameters": '{"prompt": "a ca'}, "data in its `parameters` text"),
        ({"parameters": "prompt: a cat\nseed: 5\nsteps: 20"}, "data in its `parameters` text"),
        ({"parameters": "---\npositive_prompt: |\nseed: 5\n"}, "data in its `parameters` text"),
        ({"parameters": "<x:xmpmeta>"}, "data in its `parameters` text"),
    ],
)
def test_what_is_not_read_is_named(texts: Mapping[str, str], unread: str) -> None:
    found = read(png(texts))
    assert (dict(found.parameters), found.unread) == ({}, (unread,))


@pytest.mark.parametrize(
    "prompt", ["[low] light on water", "{red|blue} owl", "<lora:ink:0.8> a cat", "((ink)) a cat", "[[a]], [b:c:0.5]"]
)
def test_a_prompt_alone_may_begin_with_a_bracket(prompt: str) -> None:
    assert read(png({"parameters": prompt})).parameters == {"Prompt": prompt}


def test_novelai_4_tells_what_is_unwanted_and_that_characters_have_prompts() -> None:
    captions = {"base_caption": "a cat", "char_captions": [{"char_caption": "red hat"}]}
    told = {
        **{key: value for key, value in NOVEL.items() if key != "uc"},
        "v4_prompt": {"caption": captions},
        "v4_negative_prompt": {"caption": {"base_caption": "a dog", "char_captions": []}},
    }
    found = read(png({"Software": "NovelAI", "Description": "a cat", "Comment": json.dumps(told)}))
    assert (found.parameters["Negative prompt"], found.unread) == ("a dog", ("prompts of single characters",))


@pytest.mark.parametrize(
    "texts",
    [
        {"parameters": '["a", 1]'},
        {"parameters": "<x:xmpmeta>"},
        {"Comment": "Created with GIMP", "Software": "GIMP"},
        {"Description": "a lighthouse", "Author": "anna"},
        {"prompt": "a cat"},
        {"parameters": '{"steps": {}, "prompt": [[[]]]}'},
    ],
)
def test_text_of_another_kind_claims_nothing(texts: Mapping[str, str]) -> None:
    assert read(png(texts)).parameters == {}


def test_control_characters_are_taken_out_of_claims() -> None:
    text = json.dumps({"prompt": "a \x1b[31mcat\0\nat night", "steps": 20, "seed": 3})
    assert read(png({"parameters": text})).parameters["Prompt"] == "a [31mcat\nat night"


@pytest.mark.parametrize("comment", [b"ASCII\0\0\0Screenshot", b"UNICODE\0\0S\0c\0r", bytes(40)])
def test_the_comment_of_a_camera_claims_nothing(comment: bytes) -> None:
    assert read(exif("JPEG", {}, comment)).parameters == {}


def test_broken_exif_prints_no_warning(recwarn: pytest.WarningsRecorder) -> None:
    file = io.BytesIO()
    Image.fromarray(PIXELS).save(file, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x09" + b"\xff" * 40)
    assert read(file.getvalue()).parameters == {}
    assert not list(recwarn)


def test_a_huge_text_is_read_without_its_picture_being_refused() -> None:
    data = png({"workflow": json.dumps({"nodes": ["x" * 3_000_000], "links": []})}, "zTXt")
    assert read(data).unread == ("a ComfyUI workflow",)
