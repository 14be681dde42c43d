"""Collections on the embedded chain, whose content is on IPFS, on web servers, in the URI itself, or gone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from collection.chain.connection import Chain, open_chain
from collection.chain.contract import TokenSettings, artifact
from collection.chain.networks import find_network
from collection.errors import ChainError, UsageError
from collection.ipfs.gateway import Gateway, LocalBlocks
from collection.pictures.files import encode_png
from collection.project import open_project
from collection.rescue.rescue import RescueReport, RescueSettings, rescue
from collection.stages.rescue import RescueStage, ids_of
from collection.transport import Patience
from collection.unixfs import UNIXFS_V0_2015, Car, directory_cid, file_cid, graph_of, write_car
from collection.values import sha256_hex

QUICK = Patience(tries=2, seconds=5, first_wait=0.001, longest_wait=0.01)
PICTURES = [encode_png(np.random.default_rng(n).integers(0, 256, (8, 8, 3), dtype=np.uint8)) for n in range(5)]
TOML = 'title = "T"\nsupply = 1\nseed = 1\ncandidates = 0\n[[series]]\nname = "s"\nprompt = "p"\n'


@contextmanager
def serving(answers: dict[str, bytes | int]) -> Iterator[SimpleNamespace]:
    """A web server that has these paths; `asked` are the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            said = answers.get(self.path.partition("?")[0], 404)
            self.send_response(said if isinstance(said, int) else 200)
            self.end_headers()
            self.wfile.write(said if isinstance(said, bytes) else b"")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", asked=asked, answers=answers)
        server.shutdown()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with open_chain(find_network("embedded"), tmp_path_factory.mktemp("chain")) as opened:
        yield opened


def deployed(chain: Chain, base_uri: str, count: int = 4) -> Any:
    """A contract with minted tokens, whose owner may move the metadata."""
    owner, compiled = chain.web3.eth.accounts[0], artifact()
    settings = TokenSettings(
        name="Lost", symbol="L", owner=owner, max_supply=count, base_uri=base_uri, contract_uri="ipfs://x",
        provenance="5e" * 32, royalty_receiver=owner, royalty_basis_points=0,
    )  # fmt: skip
    factory = chain.web3.eth.contract(abi=compiled.abi, bytecode=compiled.bytecode)
    sent = factory.constructor(settings.as_argument()).transact({"from": owner})
    made = chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    contract = chain.web3.eth.contract(address=made["contractAddress"], abi=compiled.abi)
    contract.functions.mintBatch(owner, 1, count).transact({"from": owner})
    return contract


@pytest.fixture
def lost(chain: Chain, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Four tokens: an image by CID, one on a web server, one in a data: URI, and one that is gone."""
    images = directory_cid({"1.png": PICTURES[0]}, UNIXFS_V0_2015)
    with serving({"/2.png": PICTURES[1]}) as web:
        uris = {
            1: f"ipfs://{images}/1.png", 2: f"{web.url}/2.png",
            3: "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg'/>", 4: f"{web.url}/gone.png",
        }  # fmt: skip
        level = {"trait_type": "Level", "value": 7, "display_type": "number"}
        metadata: dict[str, Any] = {
            f"{number}.json": json.dumps({"name": f"#{number}", "image": uri, "attributes": [level]}).encode()
            for number, uri in uris.items()
        }
        tree: dict[str, Any] = {"metadata": metadata, "images": {"1.png": PICTURES[0]}}
        graph = graph_of(tree, UNIXFS_V0_2015)
        car = tmp_path / "all.car"
        write_car(car, graph, graph.cid)
        with Car(car) as blocks, Gateway(LocalBlocks([blocks]), graph.cid) as server:
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            base = directory_cid(metadata, UNIXFS_V0_2015)
            yield SimpleNamespace(
                contract=deployed(chain, f"ipfs://{base}/"), web=web, gateway=f"http://127.0.0.1:{server.server_port}",
                metadata=metadata, base=base, images=images, car=car,
            )  # fmt: skip
            server.shutdown()


@pytest.fixture
def run(chain: Chain, tmp_path: Path) -> Callable[..., RescueReport]:
    def rescued(contract: Any, **more: Any) -> RescueReport:
        address = contract if isinstance(contract, str) else contract.address
        settings = RescueSettings(**{"patience": QUICK, "gateways": (), "arweave": (), "allow_local": True, **more})
        return rescue(chain, address, tmp_path / "rescued", settings)

    return rescued


def test_each_token_is_told_by_what_it_hangs(lost: Any, run: Any) -> None:
    found = run(lost.contract, gateways=(lost.gateway,))
    assert {token_id: record.hold for token_id, record in found.records.items()} == {
        1: "ipfs", 2: "http", 3: "ipfs", 4: "http",
    }  # fmt: skip
    assert {token_id: list(parts) for token_id, parts in found.missing.items()} == {4: ["image"]}
    assert "replies 404" in found.missing[4]["image"]
    parts = found.records[1].parts
    assert parts["image"].sha256 == sha256_hex(PICTURES[0])
    assert parts["image"].cid == file_cid(PICTURES[0], UNIXFS_V0_2015)
    assert parts["metadata"].sha256 == sha256_hex(lost.metadata["1.json"])
    assert found.records[3].parts["image"].file.endswith(".svg")
    assert (found.facts.name, found.facts.standard) == ("Lost", "ERC-721")
    assert found.facts.setters == ("setBaseURI(string)",)
    assert found.facts.can_move, "the owner's key"
    assert list(found.hosts) == [lost.web.url.removeprefix("http://")], "nobody else was asked"


def test_the_car_holds_every_file_under_the_cid_that_it_had(lost: Any, run: Any) -> None:
    found = run(lost.contract, gateways=(lost.gateway,))
    assert set(found.car.whole) == {lost.base, lost.images}
    with Car(found.car.path) as car:
        assert car.verify() == len(car) == found.car.blocks
        assert car.listing("ipfs") == {cid: cid for cid in sorted((lost.base, lost.images))}
        assert car.read(f"ipfs/{lost.base}/3.json") == car.read("metadata/3.json") == lost.metadata["3.json"]
        assert [car.read(f"images/{n}.png") for n in (1, 2)] == PICTURES[:2]
        report = json.loads(car.read("report.json"))
    assert report["contract"]["can_move"] is True
    assert [token["token_id"] for token in report["tokens"]] == [1, 2, 3, 4]


def test_a_lying_gateway_is_named_and_another_is_asked(lost: Any, run: Any) -> None:
    with serving({}) as liar:
        liar.answers.update({f"/ipfs/{cid}": b"lie" for cid in (lost.base, lost.images)})
        found = run(lost.contract, gateways=(liar.url, lost.gateway))
        assert found.liars == {liar.url: 2}
        assert list(found.missing) == [4]
        alone = run(lost.contract, gateways=(liar.url,), ids=(1,))
        assert not alone.missing, "what is here already needs nobody"


def test_nobody_near_is_asked_for_a_stranger(lost: Any, run: Any) -> None:
    found = run(lost.contract, gateways=(lost.gateway,), allow_local=False)
    assert lost.web.asked == []
    assert list(found.missing) == [2, 4]
    assert "no public address" in found.missing[2]["image"]


def test_a_run_that_lacks_something_is_continued(lost: Any, run: Any) -> None:
    with serving({}) as empty:
        before = run(lost.contract, gateways=(empty.url,))
    assert list(before.missing) == [1, 2, 3, 4]
    assert "no gateway gives block" in before.missing[1]["metadata"]
    run(lost.contract, cars=(lost.car,))
    lost.web.answers["/gone.png"] = PICTURES[3]
    lost.web.asked.clear()
    after = run(lost.contract)
    assert (after.fetched, after.missing, lost.web.asked) == (1, {}, ["/gone.png"])


def test_a_moved_uri_and_changed_content_are_told(lost: Any, run: Any, chain: Chain) -> None:
    run(lost.contract, gateways=(lost.gateway,))
    owner = chain.web3.eth.accounts[0]
    other = json.dumps({"image": f"{lost.web.url}/2.png", "properties": {"image_sha256": "0" * 64}}).encode()
    lost.web.answers |= {f"/m/{n}.json": other for n in range(1, 5)}
    lost.contract.functions.setBaseURI(f"{lost.web.url}/m/").transact({"from": owner})
    found = run(lost.contract)
    assert found.holds == {"http": 4}
    assert found.fetched == 4
    assert any("metadata: it was" in why for why in found.mismatches[1])
    assert any(why.startswith("properties.image_sha256 in the metadata is 0000") for why in found.mismatches[2])


def test_ids_and_a_token_that_does_not_exist(lost: Any, run: Any) -> None:
    found = run(lost.contract, gateways=(lost.gateway,), ids=(9, 1))
    assert list(found.records) == [1, 9]
    assert "it may be burned" in found.missing[9]["metadata"]


def test_an_erc1155_contract_needs_ids(run: Any, chain: Chain) -> None:
    uri = b"data:application/json,{%22name%22:%22{id}%22,%22image%22:%22data:,x%22}"
    answer = (32).to_bytes(32, "big") + len(uri).to_bytes(32, "big") + uri.ljust(96, b"\0")
    runtime = bytes.fromhex(f"60{len(answer):02x}600c60003960{len(answer):02x}6000f3") + answer
    code = bytes.fromhex(f"60{len(runtime):02x}600c60003960{len(runtime):02x}6000f3") + runtime
    sent = chain.web3.eth.send_transaction({"from": chain.web3.eth.accounts[0], "data": code})
    address = chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)["contractAddress"]
    with pytest.raises(ChainError, match="neither ERC-721 nor ERC-1155") as caught:
        run(str(address))
    assert "--erc1155" in (caught.value.hint or "")
    with pytest.raises(ChainError, match="cannot list its ids"):
        run(str(address), erc1155=True)
    found = run(str(address), erc1155=True, ids=(10,))
    path = found.folder / found.records[10].parts["metadata"].file
    assert json.loads(path.read_bytes())["name"] == f"{10:064x}"


def test_no_contract_is_named(run: Any) -> None:
    with pytest.raises(ChainError, match="there is no contract at"):
        run("0x" + "12" * 20)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"[" * 1000 + b"]" * 1000, "nested more than"), (b"\xff\xd8", "no UTF-8 text"), (b"[]", "no JSON object"),
        (b'{"image": 7}', "names no image"), (b'{"image": "ipfs://none/1"}', "not a CID"),
        (b'{"image": "file:///etc/passwd"}', "no URI that can be read"),
        (b'{"description": "' + b"x" * 5_000_000 + b'"}', "names no image"),
    ],
)  # fmt: skip
def test_bad_metadata_costs_its_token(chain: Chain, run: Any, content: bytes, why: str) -> None:
    good = json.dumps({"image": "data:image/png,x"}).encode()
    with serving({"/1.json": content, "/2.json": good}) as web:
        found = run(deployed(chain, f"{web.url}/", 2))
    assert why in json.dumps([found.records[1].missing, found.records[1].mismatches])
    assert not found.records[2].missing
    assert not found.records[2].mismatches


def test_it_is_taken_into_a_project(lost: Any, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "collection.toml").write_text(TOML)
    with open_chain(find_network("embedded"), folder) as own:
        contract = deployed(own, f"ipfs://{lost.base}/")
    settings = RescueSettings(patience=QUICK, gateways=(lost.gateway,), allow_local=True)
    with open_project(folder) as project:
        report = RescueStage(contract.address, settings, pin=True).run(project)
        assert not report.complete
        assert [failure.what for failure in report.failures] == ["token 4"]
        images = {asset.generator["source"]: asset for asset in project.store.assets()}
        assert list(images) == ["images/rescued-1.png", "images/rescued-2.png"]
        [trait] = images["images/rescued-1.png"].told_traits
        assert (trait.name, trait.value, trait.number, trait.display_type) == ("Level", "7", True, "number")
        assert any("a key can move the metadata" in note for note in report.notes)
        assert (folder / "car" / f"{report.details['root']}.car").is_file(), "pinned again"


@pytest.mark.parametrize("words", ["x", "1-", "-1", "5-1", "1-9999999", "1;2", "²"])
def test_ids_that_cannot_be_meant(words: str) -> None:
    with pytest.raises(UsageError, match=r"token id"):
        ids_of(words)
    assert ids_of("1-3, 7,2") == (1, 2, 3, 7)
