"""The comment of EXIF in all its encodings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.pictures.embedded.user_comment import read_user_comment

TEXTS = [
    "a cat\nSteps: 3, Seed: 4, Size: 8x8",
    "灯台、霧の海\nSteps: 3, Seed: 4, Size: 8x8",
    "маяк в тумане\nSteps: 3, Seed: 4, Size: 8x8",
    "灯台、霧の海、夜の港",
    "маяк в тумане, ночь",
    "🦊 fox",
    '{"prompt": "灯"}',
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("mark", [False, True])
@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-8"])
def test_unicode_in_whatever_order_it_is_written(text: str, encoding: str, mark: bool) -> None:
    data = (("\ufeff" if mark else "") + text).encode(encoding)
    assert read_user_comment(b"UNICODE\0" + data) == text


@pytest.mark.parametrize("code", [b"ASCII\0\0\0", bytes(8), b""])
@pytest.mark.parametrize("text", TEXTS)
def test_utf8_under_other_names(code: bytes, text: str) -> None:
    assert read_user_comment(code + text.encode()) == text


def test_the_other_codes_of_the_standard() -> None:
    assert read_user_comment(b"JIS\0\0\0\0\0" + "灯台".encode("iso2022_jp")) == "灯台"
    assert read_user_comment(b"ASCII\0\0\0caf\xe9\0\0") == "café"
    assert read_user_comment(bytes(8) + "a cat".encode("utf-16-le")) == "a cat"
    assert read_user_comment("ç¯å°") == "ç¯å°"
    assert read_user_comment(b"") == ""


@given(st.binary(max_size=60))
def test_any_bytes_are_some_text(data: bytes) -> None:
    assert isinstance(read_user_comment(data), str)
    assert isinstance(read_user_comment(b"UNICODE\0" + data), str)
