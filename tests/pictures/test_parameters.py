"""The recipe inside a picture file."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from collection.errors import ImageError
from collection.pictures.files import as_png, decode_image, encode_png, pixel_sha256
from collection.pictures.parameters import read_embedded_metadata
from collection.values import Recipe, Style, StyleBlend, sha256_hex

PIXELS = np.arange(64 * 64 * 3, dtype=np.uint8).reshape(64, 64, 3)
DIFFUSION = {"steps": 20, "guidance": 7.0, "scheduler": "EulerAncestral", "batch": 4}


def recipe(**changed: Any) -> Recipe:
    styles = {"ink": Style("ink", "ink wash"), "zen": Style("zen", "calm")}
    fields: dict[str, Any] = {
        "generator": "diffusion", "model": "a/model", "seed": 7, "width": 64, "height": 64, "prompt": "a cat, at night",
        "negative_prompt": "blur", "blend": StyleBlend.of({"ink": 3, "zen": 1}, styles), "options": DIFFUSION,
    }  # fmt: skip
    return Recipe(**fields | changed)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=60),
    st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20),
)
def test_what_is_written_is_read_again(prompt: str, model: str) -> None:
    written = recipe(prompt=prompt, model=model)
    data = encode_png(PIXELS, written)
    found = read_embedded_metadata(data, "picture")
    assert found.recipe == written
    assert found.parameters["Seed"] == "7"
    assert found.parameters.get("Model", "") == model.partition("@")[0]
    with Image.open(io.BytesIO(data)) as image:
        assert sha256_hex(str(image.info["collection"]).encode()) == written.sha256


def test_every_letter_of_our_own_text_is_known() -> None:
    """Two letters whose Latin-1 bytes are the UTF-8 of another."""
    written = recipe(prompt="Ã©", model="Â\xa0")
    found = read_embedded_metadata(encode_png(PIXELS, written), "picture")
    assert found.recipe == written
    assert found.parameters["Model"] == "Â\xa0"


def test_the_pixels_do_not_depend_on_the_text() -> None:
    plain, told = encode_png(PIXELS), encode_png(PIXELS, recipe())
    assert plain != told
    assert encode_png(PIXELS, recipe()) == told, "the same bytes each time"
    assert pixel_sha256(decode_image(plain, "a")) == pixel_sha256(decode_image(told, "b"))
    assert read_embedded_metadata(plain, "a").parameters == {}


def test_a_picture_of_another_tool() -> None:
    text = (
        'a dog\nin rain\nNegative prompt: ugly,\nbad\nSteps: 30, Sampler: DPM++ 2M, Lora hashes: "a: 1, b: 2", Seed: 9'
    )
    chunk, file = PngInfo(), io.BytesIO()
    chunk.add_text("parameters", text)
    Image.fromarray(PIXELS).save(file, "PNG", pnginfo=chunk)
    found = read_embedded_metadata(file.getvalue(), "theirs.png")
    assert found.recipe is None
    assert found.parameters == {
        "Prompt": "a dog\nin rain", "Negative prompt": "ugly,\nbad", "Steps": "30", "Sampler": "DPM++ 2M",
        "Lora hashes": "a: 1, b: 2", "Seed": "9",
    }  # fmt: skip


def test_a_jpeg_of_another_tool_says_it_in_its_exif() -> None:
    exif, file = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "café\nSteps: 4, Seed: 1, Size: 8x8".encode("utf-16-be")
    Image.fromarray(PIXELS).save(file, "JPEG", exif=exif)
    found = read_embedded_metadata(file.getvalue(), "theirs.jpg")
    assert found.parameters == {"Prompt": "café", "Steps": "4", "Seed": "1", "Size": "8x8"}


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"generator": "painter"})])
def test_a_chunk_that_holds_no_recipe_is_refused_by_name(text: str) -> None:
    chunk, file = PngInfo(), io.BytesIO()
    chunk.add_text("collection", text)
    Image.fromarray(PIXELS).save(file, "PNG", pnginfo=chunk)
    if text:
        with pytest.raises(ImageError, match=r"bad\.png"):
            read_embedded_metadata(file.getvalue(), "bad.png")
    else:
        assert read_embedded_metadata(file.getvalue(), "bad.png").recipe is None


def test_a_file_that_is_no_picture_is_refused_by_name() -> None:
    for read in (read_embedded_metadata, as_png):
        with pytest.raises(ImageError, match=r"notes\.txt"):
            read(b"hello", "notes.txt")


def test_a_photograph_becomes_a_png_the_right_way_up() -> None:
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # the camera was turned: to be shown a quarter clockwise
    Image.fromarray(PIXELS[:32]).save(file, "JPEG", exif=exif)
    assert decode_image(as_png(file.getvalue(), "photo.jpg"), "photo.png").shape == (64, 32, 3)
    png = encode_png(PIXELS)
    assert as_png(png, "init_image.png") is png
