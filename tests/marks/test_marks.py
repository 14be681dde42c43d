"""Marks in picture files: written without touching a pixel, read back by us, by Pillow and by exiftool."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from collection.errors import ImageError
from collection.marks import Disclosure, read_xmp, write_xmp

FULL = Disclosure(
    "trainedAlgorithmicMedia", "diffusion: stabilityai/sd-turbo", "abc", 'a "red" <fox> & ünïcode 🦊', "Ada"
)
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30).map(str.strip)
FORMATS: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG"}, "jpeg": {"format": "JPEG"}, "webp": {"format": "WEBP", "quality": 80},
    "lossless": {"format": "WEBP", "lossless": True},
}  # fmt: skip


def picture(mode: str = "RGB", size: tuple[int, int] = (37, 21), **how: Any) -> bytes:
    chance = np.random.default_rng(1).integers(0, 255, (size[1], size[0], len(mode)), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(chance, mode).save(file, **how)
    return file.getvalue()


def pixels(data: bytes) -> Any:
    with Image.open(io.BytesIO(data)) as image:
        return image.size, image.mode, image.tobytes()


@pytest.mark.parametrize("name", FORMATS)
def test_a_mark_is_read_back_and_no_pixel_changes(name: str) -> None:
    data = picture(**FORMATS[name])
    assert read_xmp(data) is None
    marked = write_xmp(data, FULL.packet())
    found = read_xmp(marked)
    assert found
    assert Disclosure.from_packet(found) == FULL
    assert pixels(marked) == pixels(data)
    assert write_xmp(marked, FULL.packet()) == marked, "once, however often it is written"
    other = write_xmp(marked, Disclosure("algorithmicMedia").packet())
    assert Disclosure.from_packet(read_xmp(other) or b"") == Disclosure("algorithmicMedia")


def test_transparency_of_webp_stays() -> None:
    data = picture("RGBA", format="WEBP", lossless=True)
    assert pixels(write_xmp(data, FULL.packet())) == pixels(data)


@given(st.builds(Disclosure, st.just("algorithmicMedia"), TEXT, TEXT, TEXT, TEXT))
def test_any_text_survives(disclosure: Disclosure) -> None:
    assert Disclosure.from_packet(disclosure.packet()) == disclosure


@pytest.mark.parametrize("name", FORMATS)
def test_exiftool_reads_every_field(name: str, tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    program = shutil.which("exiftool") or missing("no exiftool")
    path = tmp_path / f"picture.{name if name in ('png', 'jpeg') else 'webp'}"
    path.write_bytes(write_xmp(picture(**FORMATS[name]), FULL.packet()))
    command = [program, "-json", "-n", "-charset", "utf8", "-XMP:all", "-warning", path]
    (told,) = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert "Warning" not in told
    assert told["DigitalSourceType"].endswith("/digitalsourcetype/trainedAlgorithmicMedia")
    by_name = {key.casefold(): value for key, value in told.items()}
    assert by_name["aisystemused"] == FULL.system
    assert by_name["aisystemversionused"] == FULL.version
    assert by_name["aipromptinformation"] == FULL.prompt
    assert by_name["aipromptwritername"] == FULL.prompt_writer


def test_a_mark_that_exiftool_wrote_is_read(tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    program = shutil.which("exiftool") or missing("no exiftool")
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
    for name in ("png", "jpeg", "webp"):
        path = tmp_path / f"picture.{name}"
        path.write_bytes(picture(**FORMATS[name]))
        wanted = f"-XMP-iptcExt:DigitalSourceType={source}"
        if subprocess.run([program, "-q", "-overwrite_original", wanted, path], capture_output=True).returncode == 0:
            assert Disclosure.from_packet(read_xmp(path.read_bytes()) or b"").source_type == "algorithmicMedia"


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_that_is_cut_off_says_so(name: str) -> None:
    data = picture(**FORMATS[name])
    short = data[: 30 if name == "png" else 16]
    with pytest.raises(ImageError, match="cut off"):
        write_xmp(short, FULL.packet())


@given(st.binary(max_size=60), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"RIFF\0\0\0\0WEBP"]))
def test_any_bytes_are_read_or_refused(rest: bytes, head: bytes) -> None:
    for work in (read_xmp, lambda data: write_xmp(data, b"x")):
        try:
            work(head + rest)
        except ImageError as error:
            assert error.message


@pytest.mark.parametrize("packet", [b"", b"<x", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", b"\xff\xfe", b"<a/>"])
def test_what_is_no_xmp_says_nothing(packet: bytes) -> None:
    assert not Disclosure.from_packet(packet)


def test_a_jpeg_cannot_hold_a_packet_of_any_length() -> None:
    with pytest.raises(ImageError, match="64 KiB"):
        write_xmp(picture(format="JPEG"), b"x" * 70_000)
