"""The published vectors of IPIP-0499, both profiles.

The expected CIDs are those of test/cli/cid_profiles_test.go in ipfs/kubo, which Kubo's own
continuous integration holds. The same content must have the same CID for ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collection.unixfs import UNIXFS_V0_2015, directory_cid, file_cid


def test_a_small_file() -> None:
    assert file_cid(b"hello world") == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


def test_a_directory_block_of_exactly_256_kib_stays_one_block(vector_directory: Any) -> None:
    assert (
        directory_cid(vector_directory("unixfs-v1-2025", 4766, 11, 21))
        == "bafybeic3h7rwruealwxkacabdy45jivq2crwz6bufb5ljwupn36gicplx4"
    )


def test_a_directory_block_of_one_byte_more_becomes_a_hash_trie(vector_directory: Any) -> None:
    assert (
        directory_cid(vector_directory("unixfs-v1-2025", 4766, 11, 22))
        == "bafybeiegvuterwurhdtkikfhbxcldohmxp566vpjdofhzmnhv6o4freidu"
    )


@pytest.mark.opt_in("REQUIRE_ALL")
def test_files_of_1024_and_1025_chunks(tmp_path: Path, key_stream: Any) -> None:
    """It writes 1 GiB, so it runs at the gate only."""
    path, stream = tmp_path / "large", key_stream("v1-2025-seed")
    with path.open("wb") as file:
        for _ in range(1024):
            file.write(stream(1 << 20))
    assert file_cid(path) == "bafybeihmf37wcuvtx4hpu7he5zl5qaf2ineo2lqlfrapokkm5zzw7zyhvm"
    with path.open("ab") as file:
        file.write(stream(1 << 20))
    assert file_cid(path) == "bafybeihmzokxxjqwxjcryerhp5ezpcog2wcawfryb2xm64xiakgm4a5jue"
    path.unlink()


class TestVersion0:
    """What Kubo's `ipfs add` does by itself."""

    @pytest.mark.parametrize(
        ("size", "seed", "cid"),
        [
            (262144, "chunk-v0-seed", "QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE"),
            (262145, "chunk-v0-seed", "QmYyLxtzZyW22zpoVAtKANLRHpDjZtNeDjQdJrcQNWoRkJ"),
            (174 * 262144, "v0-seed", "QmUbBALi174SnogsUzLpYbD4xPiBSFANF4iztWCsHbMKh2"),
            (174 * 262144 + 1, "v0-seed", "QmV81WL765sC8DXsRhE5fJv2rwhS4icHRaf3J9Zk5FdRnW"),
        ],
    )
    def test_a_file_at_and_over_a_limit(self, key_stream: Any, size: int, seed: str, cid: str) -> None:
        assert file_cid(key_stream(seed)(size), UNIXFS_V0_2015) == cid

    def test_a_small_file(self) -> None:
        assert file_cid(b"hello world", UNIXFS_V0_2015) == "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD"

    @pytest.mark.parametrize(
        ("count", "length", "cid"),
        [
            (4096, 30, "QmX5GtRk3TSSEHtdrykgqm4eqMEn3n2XhfkFAis5fjyZmN"),
            (4033, 31, "QmeMiJzmhpJAUgynAcxTQYek5PPKgdv3qEvFsdV3XpVnvP"),
        ],
    )
    def test_a_directory_at_and_over_the_limit(self, vector_directory: Any, count: int, length: int, cid: str) -> None:
        tree = vector_directory("unixfs-v0-2015", count, length, length)
        assert directory_cid(tree, UNIXFS_V0_2015) == cid
