"""The published vectors of IPIP-0499, profile unixfs-v1-2025.

The expected CIDs are those of test/cli/cid_profiles_test.go in ipfs/kubo (variable unixfsV12025), which Kubo's own
continuous integration holds. The same content must have the same CID for ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from collection.unixfs import directory_cid, file_cid


def test_a_small_file() -> None:
    assert file_cid(b"hello world") == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


def test_a_directory_block_of_exactly_256_kib_stays_one_block(vector_directory: Any) -> None:
    assert directory_cid(vector_directory(21)) == "bafybeic3h7rwruealwxkacabdy45jivq2crwz6bufb5ljwupn36gicplx4"


def test_a_directory_block_of_one_byte_more_becomes_a_hash_trie(vector_directory: Any) -> None:
    assert directory_cid(vector_directory(22)) == "bafybeiegvuterwurhdtkikfhbxcldohmxp566vpjdofhzmnhv6o4freidu"


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
