"""The proof of a frozen set: a stranger checks it with twenty lines of Python or JavaScript, and sees what changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from collection.chain.keys import PrivateKey
from collection.publish.merkle import includes
from collection.publish.proof import SCRIPTS, Leaf, merkle_root, proof_directory, seadrop_provenance, write_proof
from collection.publish.rarity import rarity
from collection.publish.signature import typed_manifest
from collection.publish.traits import Trait
from collection.store.files import Files
from collection.values import Recipe, canonical_json, sha256_hex

TOKENS = 5
MANIFEST = {"title": "Hats", "bayc_provenance": "ab" * 32, "images_cid": "bafyi", "metadata_cid": "bafym"}


def unpack(tree: Mapping[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, entry in tree.items():
        if isinstance(entry, Mapping):
            unpack(entry, folder / name)
        else:
            (folder / name).write_bytes(entry if isinstance(entry, bytes) else entry.read_bytes())


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A published folder of five tokens, every second without a recipe, signed by the key 1."""
    files = Files(tmp_path / "files")
    folder, leaves = tmp_path / "published", []
    for number in range(1, TOKENS + 1):
        image, metadata = b"picture %d" % number, b'{"name":"%d"}' % number
        unpack({"images": {f"{number}.png": image}, "metadata": {f"{number}.json": metadata}}, folder)
        recipe = Recipe("painter", "painter/1", number, 8, 8) if number % 2 else None
        of_recipe = recipe.sha256 if recipe else None
        leaves.append(Leaf(number, sha256_hex(image), f"{number:064x}", sha256_hex(metadata), of_recipe))
    ranks = rarity({number: [Trait("hat", str(number % 3))] for number in range(1, TOKENS + 1)})
    key = PrivateKey(bytes(31) + b"\1")

    def sign(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        data = typed_manifest(manifest)
        return {**data, "signer": key.address, "signature": key.sign_typed(data)}

    unpack({"proof": proof_directory(files, write_proof(files, leaves, MANIFEST, ranks, sign))}, folder)
    return folder


@pytest.fixture(params=["check.py", "check.mjs"])
def check(request: pytest.FixtureRequest, published: Path, missing: Callable[[str], NoReturn]) -> Callable[[int], str]:
    """Checks a token by a script out of the published folder; returns all that it prints."""
    program = sys.executable if request.param == "check.py" else shutil.which("node") or missing("no node")

    def run(number: int) -> str:
        script = published / "proof" / request.param
        done = subprocess.run([program, script, published, str(number)], capture_output=True, text=True)
        assert (done.returncode == 0) == ("is proven" in done.stdout), done
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


def test_a_stranger_proves_every_token(check: Callable[[int], str], published: Path) -> None:
    root = json.loads((published / "proof" / "manifest.json").read_text())["merkle_root"]
    for number in range(1, TOKENS + 1):
        assert check(number) == f"token {number} is proven under the root {root}\n"


def test_a_stranger_sees_a_changed_file(check: Callable[[int], str], published: Path) -> None:
    (published / "images" / "2.png").write_bytes(b"another")
    (published / "metadata" / "3.json").write_bytes(b"{}")
    assert "images/2.png" in check(2)
    assert "metadata/3.json" in check(3)
    assert "is proven" in check(1)


def test_a_stranger_sees_a_forged_proof(check: Callable[[int], str], published: Path) -> None:
    path = published / "proof" / "tokens" / "4.json"
    told = json.loads(path.read_text())
    for changed in (
        {**told, "leaf": told["leaf"].replace(f"{4:064x}", f"{5:064x}")},
        {**told, "path": told["path"][:-1]},
        {**told, "index": 0},
        json.loads((published / "proof" / "tokens" / "5.json").read_text()),
    ):
        path.write_text(json.dumps(changed))
        assert "is NOT proven" in check(4)


def test_the_files_say_what_they_are(published: Path) -> None:
    manifest = json.loads((published / "proof" / "manifest.json").read_text())
    lines = (published / "proof" / "leaves.txt").read_text().splitlines()
    assert manifest["tokens"] == len(lines) == TOKENS
    for name, sha256 in manifest["files"].items():
        assert sha256_hex((published / "proof" / name).read_bytes()) == sha256
    for place, line in enumerate(lines):
        proof = (published / "proof" / "tokens" / f"{place + 1}.json").read_bytes()
        told = json.loads(proof)
        assert proof == canonical_json(told)
        assert (told["leaf"], told["index"]) == (line, place)
        path = [bytes.fromhex(node) for node in told["path"]]
        assert includes(bytes.fromhex(manifest["merkle_root"]), TOKENS, place, line.encode(), path)
        assert (line.split()[4] == "-") == (place % 2 == 1), "a token without a recipe says so"
    ranks = json.loads((published / "proof" / "rarity.json").read_text())
    assert [token for token, *_ in sorted(ranks["tokens"])] == [*range(1, TOKENS + 1)]


def test_any_wallet_s_library_finds_the_signer(published: Path) -> None:
    from eth_account import Account
    from eth_account.messages import encode_typed_data

    told = json.loads((published / "proof" / "signature.json").read_text())
    signer, signature = told.pop("signer"), told.pop("signature")
    manifest = json.loads((published / "proof" / "manifest.json").read_text())
    assert told["message"]["merkleRoot"] == f"0x{manifest['merkle_root']}"
    assert Account.recover_message(encode_typed_data(full_message=told), signature=signature) == signer
    told["message"]["tokens"] += 1
    assert Account.recover_message(encode_typed_data(full_message=told), signature=signature) != signer


def test_without_a_key_there_is_no_signature(tmp_path: Path) -> None:
    files, leaf = Files(tmp_path / "files"), Leaf(1, "a" * 64, "b" * 64, "c" * 64, None)
    proof = proof_directory(files, write_proof(files, [leaf], MANIFEST, rarity({}), lambda _: None))
    assert set(proof) == {"check.mjs", "check.py", "leaves.txt", "manifest.json", "rarity.json", "tokens"}


def test_the_root_depends_on_every_part_of_a_leaf() -> None:
    base = ["a" * 64, "b" * 64, "c" * 64, "d" * 64]
    roots = {merkle_root([Leaf(1, *base)]), merkle_root([Leaf(2, *base)])}
    roots |= {merkle_root([Leaf(1, *base[:place], "e" * 64, *base[place + 1 :])]) for place in range(4)}
    assert len(roots) == 6


def test_the_provenance_of_seadrop_is_keccak_over_the_text_of_a_cid() -> None:
    """The hash is what pycryptodome gives."""
    cid = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
    assert seadrop_provenance(cid) == "27bdcde325b1f75f418259cc6e8eb0c3a6aab6fb11319979b433d47d0c585752"


def test_the_scripts_of_the_page_are_those_of_the_proof(repository: Path) -> None:
    page = (repository / "docs" / "publish.md").read_text()
    for name, language in {"check.py": "python", "check.mjs": "js"}.items():
        text = (SCRIPTS / name).read_text()
        assert f"```{language}\n{text}```" in page
        assert len([line for line in text.splitlines() if line.strip()]) <= 20
