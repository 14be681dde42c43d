from __future__ import annotations

import hashlib

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import PinError
from collection.unixfs import cid_bytes, cid_text
from collection.unixfs.cid import DAG_PB, RAW, cid_of_block, read_varint, varint

CIDS = st.builds(cid_of_block, st.sampled_from([RAW, DAG_PB]), st.binary(max_size=64))
OLD = st.builds(cid_of_block, st.just(DAG_PB), st.binary(max_size=64), st.just(0))
untimed = settings(deadline=None)


@untimed
@given(st.integers(0, 2**64 - 1), st.binary(max_size=3), st.binary(max_size=3))
def test_a_varint_reads_back_wherever_it_lies(number: int, before: bytes, after: bytes) -> None:
    data = before + varint(number) + after
    assert read_varint(data, len(before)) == (number, len(data) - len(after))


@untimed
@given(st.integers(0, 2**64 - 1))
def test_a_varint_that_is_cut_off_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="cut off"):
        read_varint(varint(number)[:-1], 0)


def test_the_varint_example_of_the_protobuf_documentation() -> None:
    assert varint(150) == b"\x96\x01"


@untimed
@given(CIDS)
def test_text_reads_back_in_base32_and_base58(cid: bytes) -> None:
    assert cid_bytes(cid_text(cid)) == cid
    assert cid_bytes("z" + base58.b58encode(cid).decode()) == cid


@untimed
@given(OLD)
def test_version_0_is_the_bare_multihash_in_base58(cid: bytes) -> None:
    assert cid_text(cid) == base58.b58encode(cid).decode()
    assert cid_bytes(cid_text(cid)) == cid


@untimed
@given(st.binary(max_size=64))
def test_the_digest_of_a_cid_is_the_blocks_sha256(block: bytes) -> None:
    assert cid_of_block(RAW, block) == b"\x01\x55\x12\x20" + hashlib.sha256(block).digest()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        "bafy",
        "ipfs://bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e",
        "BAFKREIFZJUT3TE2NHYEKKLSS27NH3K72YSCO7Y32KOAO5EEI66WOF36N5E",
        "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5f",
        "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLy",
        "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyf0",
        "z0",
        "z" + "1" * 90,
    ],
)
def test_what_is_no_cid_of_ours_is_refused_by_name(text: str) -> None:
    with pytest.raises(PinError) as caught:
        cid_bytes(text)
    assert repr(text) in caught.value.message
