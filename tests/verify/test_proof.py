"""The proof of a published set as storages give it back: every change of it is found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from collection.config import Config
from collection.errors import PinError
from collection.publish.freeze import freeze
from collection.publish.layout import published_tree
from collection.publish.signature import typed_manifest
from collection.store.files import Files
from collection.store.publication_records import Deployment
from collection.store.records import Asset
from collection.store.review_records import Selection
from collection.store.store import Store
from collection.values import Recipe
from collection.verify.content import Source
from collection.verify.expected import ExpectedState, expected_state
from collection.verify.proof import check_proof, signer

KEY = Account.from_key("0x" + "11" * 32)


def flat(tree: Mapping[str, Any], place: str) -> Iterator[tuple[str, bytes]]:
    for name, entry in tree.items():
        if isinstance(entry, Mapping):
            yield from flat(entry, f"{place}/{name}")
        else:
            yield f"{place}/{name}", entry if isinstance(entry, bytes) else Path(entry).read_bytes()


def signed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    data = typed_manifest(manifest)
    signature = Account.sign_typed_data(KEY.key, full_message=data).signature
    return {**data, "signer": KEY.address, "signature": "0x" + bytes(signature).hex()}


@pytest.fixture(scope="module")
def _frozen(tmp_path_factory: pytest.TempPathFactory) -> tuple[ExpectedState, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("proof")
    store, files = Store(folder / "collection.db"), Files(folder / "files")
    store.replace_plan([Recipe("painter", "painter/1", seed, 8, 8) for seed in range(5)])
    store.add_assets(
        [
            Asset(one.id, one.recipe, files.add(b"image %d" % one.id), f"{one.id:064x}", 8, 8, 7)
            for one in store.planned()
        ]
    )
    store.replace_selection([Selection(number, number, "best") for number in range(1, 6)], "x", {})
    freeze(store, files, Config(title="Proof", supply=5, seed=1), sign=signed)
    frozen = store.frozen()
    assert frozen
    deployment = Deployment(1, "embedded", 1, KEY.address, KEY.address, 0, "a", frozen.root_cid, None, "confirmed")
    content = dict(flat(published_tree(files, frozen, store.tokens()), f"ipfs://{frozen.root_cid}"))
    expected = expected_state(store, deployment)
    store.close()
    return expected, content


@pytest.fixture
def expected(_frozen: tuple[ExpectedState, dict[str, bytes]]) -> ExpectedState:
    return _frozen[0]


@pytest.fixture
def content(_frozen: tuple[ExpectedState, dict[str, bytes]]) -> dict[str, bytes]:
    return dict(_frozen[1])


def source(content: Mapping[str, bytes]) -> Source:
    def read(uri: str) -> list[bytes]:
        if uri not in content:
            raise PinError(f"there is no {uri}")
        return [content[uri]]

    return Source("car", read)


def found(expected: ExpectedState, content: Mapping[str, bytes]) -> list[tuple[int | None, str]]:
    return [(finding.token_id, finding.why) for finding in check_proof(expected, source(content))]


def test_a_whole_proof_is_right_and_says_who_signed(expected: ExpectedState, content: dict[str, bytes]) -> None:
    assert found(expected, content) == []
    assert signer(expected, source(content)) == KEY.address
    assert len(expected.leaves) == 5


@pytest.mark.parametrize("name", ["manifest.json", "leaves.txt", "rarity.json", "signature.json", "check.py"])
def test_a_changed_or_missing_file_of_the_whole_is_named(
    expected: ExpectedState, content: dict[str, bytes], name: str
) -> None:
    uri = f"ipfs://{expected.deployment.root_cid}/proof/{name}"
    kept = content.pop(uri)
    ((token, why),) = found(expected, content)
    assert token is None
    assert name in why
    content[uri] = kept + b" "
    ((token, why),) = found(expected, content)
    assert token is None
    assert name in why


def test_a_wrong_inclusion_proof_costs_its_token(expected: ExpectedState, content: dict[str, bytes]) -> None:
    folder = f"ipfs://{expected.deployment.root_cid}/proof/tokens"
    proof = json.loads(content[f"{folder}/2.json"])
    for changed, why in (
        ({**proof, "path": proof["path"][1:]}, "does not lead to the root"),
        ({**proof, "index": 0}, "does not lead to the root"),
        ({**proof, "leaf": json.loads(content[f"{folder}/3.json"])["leaf"]}, "does not lead to the root"),
        ({"path": 7}, "holds no inclusion proof"),
    ):
        content[f"{folder}/2.json"] = json.dumps(changed).encode()
        ((token, told),) = found(expected, content)
        assert token == 2
        assert why in told
    del content[f"{folder}/2.json"]
    assert [token for token, _ in found(expected, content)] == [2]


def test_another_token_than_was_frozen_is_found(expected: ExpectedState, content: dict[str, bytes]) -> None:
    number, leaf = expected.leaves[3]
    other = replace(expected, leaves=[*expected.leaves[:3], (number, leaf.replace(" ", " 0", 1)), expected.leaves[4]])
    assert [token for token, _ in found(other, content)] == [number]


def test_a_set_from_before_there_were_proofs_has_none(expected: ExpectedState) -> None:
    assert found(replace(expected, proof_sha256=None), {}) == []
