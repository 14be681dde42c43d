"""proof.html in a real browser: what is as it was frozen is proven, and whatever was changed is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from collection.publish.merkle import MerkleTree
from collection.publish.signature import typed_manifest

KEY = "0x" + "11" * 32
SIGNER = Account.from_key(KEY).address
CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
Visit = Callable[..., Any]
Answer = Callable[..., tuple[str, Any]]


@pytest.fixture
def answer(visited: Visit, served: Callable[[Path], str]) -> Answer:
    """What the page answers of a folder, with the fields filled in; and the page."""

    def ask(folder: Path, **fields: str) -> tuple[str, Any]:
        page = visited(f"{served(folder)}proof.html")
        page.wait_for_selector("#stop[hidden]", state="attached")
        for name, value in fields.items():
            page.fill(f"#{name}", value)
        page.click("#form button")
        page.wait_for_selector("#stop[hidden]", state="attached")
        return page.inner_text("#said"), page

    return ask


def root_of(folder: Path) -> str:
    return str(json.loads((folder / "proof" / "manifest.json").read_text())["merkle_root"])


def rewrite(file: Path, **members: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **members}))


def test_a_whole_set_is_proven_and_by_whom(gallery: Path, answer: Answer, node: str) -> None:
    root = root_of(gallery)
    said, page = answer(gallery, root=f"0x{root.upper()}", signer=SIGNER.lower(), node=node, address=CONTRACT)
    assert said.startswith(f"Proven: 3 of 3 tokens: image, metadata and place are those under the root {root}")
    for voucher in ("the root that you know", f"the signature of {SIGNER}", "chain 11155111, whose metadata is frozen"):
        assert voucher in said
    assert page.locator("#whole li").count() == 10
    assert page.locator("#whole .wrong, #faults li").count() == 0


def test_one_token_by_its_number(gallery: Path, answer: Answer, visited: Visit, served: Any) -> None:
    said, _ = answer(gallery, number="2")
    assert said.startswith("Proven: token 2:")
    assert "there is no token 9" in answer(gallery, number="9")[0]
    page = visited(f"{served(gallery)}proof.html#token=3")
    page.wait_for_selector("#said:has-text('Proven: token 3')")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("images/2.png", "its image is another file"),
        ("metadata/2.json", "its metadata is another file"),
        ("proof/tokens/2.json", "JSON"),
    ],
)
def test_a_changed_file_costs_its_token(changed: Path, answer: Answer, name: str, fault: str) -> None:
    path = changed / name
    path.write_bytes(path.read_bytes() + b"!")
    said, page = answer(changed)
    assert said.startswith("Proven: 2 of 3 tokens")
    assert page.locator("#faults li").all_inner_texts()[0].startswith("Token 2: ")
    assert fault in page.inner_text("#faults")
    path.unlink()
    said, page = answer(changed)
    assert said.startswith("Proven: 2 of 3 tokens")
    assert "is missing" in page.inner_text("#faults")


def test_a_swapped_image_and_a_path_of_another_token_are_found(changed: Path, answer: Answer) -> None:
    first, second = changed / "images/1.png", changed / "images/2.png"
    swapped = first.read_bytes(), second.read_bytes()
    second.write_bytes(swapped[0])
    first.write_bytes(swapped[1])
    proof = changed / "proof/tokens/3.json"
    rewrite(proof, path=json.loads(proof.read_text())["path"][:-1])
    said, page = answer(changed)
    assert said.startswith("Not proven: 0 of 3")
    assert "does not lead to the root" in page.locator("#faults li").all_inner_texts()[2]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"root": "ab" * 32}, "The root that you know"),
        ({"signer": CONTRACT}, "Signature of the manifest"),
    ],
)
def test_another_root_or_signer_than_is_known_proves_nothing(
    gallery: Path, answer: Answer, fields: dict[str, str], wrong: str
) -> None:
    said, page = answer(gallery, **fields)
    assert said.startswith("Nothing is proven")
    assert wrong in said
    assert page.locator("#whole .wrong").count() == 1


def test_a_set_made_anew_around_a_changed_image_is_found(changed: Path, answer: Answer, node: str) -> None:
    """Whoever changes an image, its line, the root and all hashes beside it cannot sign, nor change the contract."""
    image = changed / "images/1.png"
    image.write_bytes(image.read_bytes() + b"!")
    leaves, manifest = changed / "proof/leaves.txt", changed / "proof/manifest.json"
    old = leaves.read_text().split(" ")[1]
    leaves.write_text(leaves.read_text().replace(old, sha256(image.read_bytes()).hexdigest()))
    lines = leaves.read_text().splitlines()
    images = "".join(line.split(" ")[1] for line in lines)
    told = json.loads(manifest.read_text())
    files = {**told["files"], "leaves.txt": sha256(leaves.read_bytes()).hexdigest()}
    tree = MerkleTree([line.encode() for line in lines])
    for place, line in enumerate(lines):
        rewrite(changed / f"proof/tokens/{place + 1}.json", leaf=line, path=[node.hex() for node in tree.path(place)])
    rewrite(manifest, merkle_root=tree.root.hex(), bayc_provenance=sha256(images.encode()).hexdigest(), files=files)
    said, _ = answer(changed)
    assert "Signature of the manifest is wrong" in said
    unsigned = {name: digest for name, digest in files.items() if name != "signature.json"}
    rewrite(manifest, files=unsigned)
    said, _ = answer(changed)
    assert said.startswith("In itself the set agrees, 3 of 3 tokens")
    assert "Nothing vouches for that root" in said
    said, _ = answer(changed, node=node, address=CONTRACT)
    assert "Provenance hash in the contract is wrong" in said


def test_a_forged_signature_is_none(changed: Path, answer: Answer) -> None:
    signature, manifest = changed / "proof/signature.json", changed / "proof/manifest.json"
    forger = Account.from_key("0x" + "22" * 32)
    signed = forger.sign_typed_data(full_message=typed_manifest(json.loads(manifest.read_text())))
    rewrite(signature, signature="0x" + bytes(signed.signature).hex())
    files = {**json.loads(manifest.read_text())["files"], "signature.json": sha256(signature.read_bytes()).hexdigest()}
    rewrite(manifest, files=files)
    assert "Signature of the manifest is wrong" in answer(changed)[0]


def test_a_folder_that_the_visitor_chooses_from_a_disk(gallery: Path, changed: Path, visited: Visit) -> None:
    page = visited(f"file://{gallery}/proof.html")
    page.set_input_files("#folder", gallery)
    page.click("#form button")
    page.wait_for_selector("#said:has-text('Proven: 3 of 3')")
    (changed / "images/3.png").write_bytes(b"")
    page.set_input_files("#folder", changed)
    page.click("#form button")
    page.wait_for_selector("#said:has-text('Proven: 2 of 3')")
    page.set_input_files("#folder", changed / "images")
    page.click("#form button")
    page.wait_for_selector("#said:has-text('there is no proof/manifest.json among these files')")


def test_the_hashes_are_those_of_the_libraries(gallery: Path, visited: Visit) -> None:
    from eth_utils.crypto import keccak

    page = visited(f"file://{gallery}/proof.html")
    for length in (0, 1, 55, 56, 63, 64, 65, 111, 135, 136, 137, 1000):
        data = [number * 7 % 256 for number in range(length)]
        for name, expected in {
            "sha256": sha256(bytes(data)).hexdigest(),
            "keccak256": keccak(bytes(data)).hex(),
        }.items():
            assert page.evaluate(f"data => hexOf({name}(Uint8Array.from(data)))", data) == expected
    for number in range(1, 9):
        account = Account.from_key(f"0x{number:064x}")
        digest = sha256(bytes([number])).digest()
        signature = account.unsafe_sign_hash(digest).signature.hex()
        found = page.evaluate("([d, s]) => recoveredAccount(bytesOfHex(d), s)", [digest.hex(), signature])
        assert found == account.address
