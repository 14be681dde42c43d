"""A picture is not refused for what stands beside its pixels."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from collection.pictures.files import encode_png, read_picture
from collection.pictures.parameters import read_embedded_metadata
from collection.pictures.png_chunks import read_chunks, split

PIXELS = np.random.default_rng(2).integers(0, 256, (9, 7, 3), dtype=np.uint8)
PNG = encode_png(PIXELS)
LONG = zlib.compress(bytes(1_300_000))


def chunk(kind: bytes, body: bytes, crc: int | None = None) -> bytes:
    return (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body) if crc is None else crc)
    )


def with_chunk(extra: bytes, behind: bool = False) -> bytes:
    return PNG[:-12] + extra + PNG[-12:] if behind else PNG[:33] + extra + PNG[33:]


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize(("extra", "note"), [
    (chunk(b"zTXt", b"workflow\0\0" + LONG), "its too long text (zTXt workflow) left out"),
    (chunk(b"iTXt", b"workflow\0\1\0\0\0" + LONG), "its too long text (iTXt workflow) left out"),
    (chunk(b"tEXt", b"parameters\0a cat", crc=1), "its broken text (tEXt parameters) left out"),
    (chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(1 << 25))), "its too long colour profile (iCCP) left out"),
    (chunk(b"iCCP", b"x\0\0" + LONG[:40]), "its broken colour profile (iCCP) left out"),
    (chunk(b"iCCP", b"x\0\0" + LONG), "its colour profile, which is broken, left out"),
    (chunk(b"eXIf", b"MM\0*", crc=1), "its broken chunk (eXIf) left out"),
    (chunk(b"tIME", b"", crc=1), "its broken chunk (tIME) left out"),
])  # fmt: skip
def test_what_is_too_long_or_broken_costs_itself(extra: bytes, note: str, behind: bool) -> None:
    read = read_picture(with_chunk(extra, behind))
    assert np.array_equal(read.pixels, PIXELS)
    assert (read.notes, read.whole) == ((note,), False)


@pytest.mark.parametrize("extra", [
    chunk(b"tEXt", b"parameters\0" + b"x" * 3_000_000), chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a cat")),
    chunk(b"iTXt", b"a\0\0\0\0\0" + b"x" * 3_000_000), chunk(b"tIME", b"\7\xe8\1\1\1\1\1"),
    chunk(b"zTXt", b"a\0\0no zlib"),
])  # fmt: skip
def test_what_other_readers_read_is_kept_without_a_note(extra: bytes) -> None:
    read = read_picture(with_chunk(extra))
    assert (read.notes, read.whole) == ((), True)
    Image.open(io.BytesIO(with_chunk(extra))).load()


def test_a_file_without_text_is_not_copied() -> None:
    assert split(PNG).pixels is PNG
    assert split(b"GIF89a").pixels == b"GIF89a"


@given(st.binary(max_size=60), st.integers(0, len(PNG)))
def test_any_bytes_can_be_taken_apart(data: bytes, place: int) -> None:
    broken = PNG[:place] + data + PNG[place:]
    assert len(split(broken).pixels) <= len(broken)
    assert all(item.end <= len(broken) for item in read_chunks(broken))


def test_texts_are_read_although_one_is_broken() -> None:
    bad = chunk(b"tEXt", b"Comment\0x", crc=1)
    good = chunk(b"tEXt", b"parameters\0a cat\nSteps: 3, Seed: 4, Size: 8x8")
    assert read_embedded_metadata(with_chunk(bad + good), "x").parameters["Seed"] == "4"
