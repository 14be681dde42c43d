"""What the URIs of metadata hang by, in all the shapes that people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.errors import PinError
from collection.rescue.block_log import BlockLog
from collection.rescue.uris import Hold, place_of
from collection.unixfs import cid_bytes, file_cid

CID = file_cid(b"content")
OLD = "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD"


@pytest.mark.parametrize(
    ("uri", "cid", "path"),
    [
        (f"ipfs://{CID}", CID, ""), (f"ipfs://{CID}/1.json", CID, "1.json"),
        (f"ipfs://ipfs/{OLD}/a%20b.png", OLD, "a b.png"),
        (f"ipfs:/{OLD}/1", OLD, "1"), (f"  IPFS://{CID}/images/1.png?x=1#y ", CID, "images/1.png"), (OLD, OLD, ""),
        (f"{OLD}/7", OLD, "7"),
    ],
)  # fmt: skip
def test_immutable(uri: str, cid: str, path: str) -> None:
    place = place_of(uri)
    assert (place.hold, place.cid, place.path) == (Hold.CID, cid, path)


@pytest.mark.parametrize(
    ("uri", "cid", "path"),
    [
        (f"https://ipfs.io/ipfs/{OLD}/1.json", OLD, "1.json"),
        (f"https://x.mypinata.cloud/ipfs/{CID}?pinataGatewayToken=a", CID, ""),
        (f"https://{CID}.ipfs.dweb.link/a/b.png", CID, "a/b.png"), ("https://art.example/ipfs/none/1", "", ""),
        ("https://art.example/1.json", "", ""), ("http://art.example:8080/1?a=b", "", ""),
    ],
)  # fmt: skip
def test_a_web_server_and_the_cid_that_its_address_holds(uri: str, cid: str, path: str) -> None:
    place = place_of(uri)
    assert (place.hold, place.cid, place.path, place.url) == (Hold.SERVER, cid, path, uri)


@pytest.mark.parametrize(
    ("uri", "data"),
    [
        ("data:application/json;base64,e30=", b"{}"), ("data:application/json;base64,e30", b"{}"),
        ("data:application/json;utf8,{%22a%22:1}", b'{"a":1}'), ("data:,x", b"x"),
        ("data:image/svg+xml; base64 ,PHN2\nZz4=", b"<svg>"),
    ],
)  # fmt: skip
def test_bytes_of_the_uri_itself(uri: str, data: bytes) -> None:
    assert place_of(uri) == place_of(uri)
    assert (place_of(uri).hold, place_of(uri).data) == (Hold.CHAIN, data)


@pytest.mark.parametrize(
    ("uri", "hold"),
    [
        ("ar://abc_DEF-1/1.json", Hold.ARWEAVE), ("ipns://art.example/1.json", Hold.NAME), ("", Hold.NOTHING),
        ("ftp://a/b", Hold.NOTHING), ("file:///etc/passwd", Hold.NOTHING), ("1.png", Hold.NOTHING),
        ("data:x", Hold.NOTHING),
        ("data:;base64,%%%", Hold.NOTHING), ("ipfs://none/1", Hold.NOTHING), ("https://", Hold.NOTHING),
        ("https://[::1/x", Hold.NOTHING), ("x" * 10_000, Hold.NOTHING), ("javascript:alert(1)", Hold.NOTHING),
    ],
)  # fmt: skip
def test_all_else_is_named(uri: str, hold: Hold) -> None:
    place = place_of(uri)
    assert place.hold is hold
    assert (hold is Hold.NOTHING) == bool(place.why)
    assert len(place.why) < 400


def test_a_block_that_was_being_written_is_left_out(tmp_path: Path) -> None:
    first, second = cid_bytes(CID), cid_bytes(file_cid(b"second"))
    with BlockLog(tmp_path / "blocks") as log:
        log.add(first, b"content")
        log.add(second, b"second")
    whole = (tmp_path / "blocks").read_bytes()
    (tmp_path / "blocks").write_bytes(whole[:-2])
    with BlockLog(tmp_path / "blocks") as log:
        assert log.block(first) == b"content"
        with pytest.raises(PinError, match="is not here"):
            log.block(second)
        log.add(second, b"second")
    assert (tmp_path / "blocks").read_bytes() == whole


def test_a_damaged_block_is_never_given(tmp_path: Path) -> None:
    with BlockLog(tmp_path / "blocks") as log:
        log.add(cid_bytes(CID), b"content")
    path = tmp_path / "blocks"
    path.write_bytes(path.read_bytes().replace(b"content", b"cOntent"))
    with BlockLog(path) as log, pytest.raises(PinError, match="damaged"):
        log.block(cid_bytes(CID))
