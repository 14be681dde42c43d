"""Nodes on loopback, and a frozen set that was never painted."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

import numpy as np
import pytest

from collection.chain.connection import Chain, open_chain
from collection.chain.contract import TokenSettings
from collection.chain.networks import find_network
from collection.chain.transactions import Account, find_account
from collection.errors import PinError
from collection.pictures.files import pixel_sha256
from collection.publish.provenance import provenance_hash
from collection.store.publication_records import Freeze
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Recipe, canonical_json, sha256_hex
from collection.verify.content import Source
from collection.verify.expected import expected_state
from collection.verify.findings import VerifyReport
from collection.verify.verify import verify

ROYALTIES = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@dataclass(frozen=True)
class Place:
    """A chain to be opened: a network and where its node listens."""

    network: str
    folder: Path
    rpc: str | None = None

    def open(self) -> Chain:
        return open_chain(find_network(self.network), self.folder, self.rpc)


@dataclass
class Project:
    """A store with frozen tokens, and the content that they stand for."""

    store: Store
    content: dict[str, bytes]
    freeze: Freeze

    def source(self, name: str = "memory") -> Source:
        """A storage that has the content, as it is when it is asked."""

        def content(uri: str) -> Iterator[bytes]:
            if uri not in self.content:
                raise PinError(f"{uri} is not there")
            yield self.content[uri]

        return Source(name, content)

    def settings(self, account: Account) -> TokenSettings:
        return TokenSettings(
            name="Paper Weather",
            symbol="WTHR",
            owner=account.address,
            max_supply=len(self.store.tokens()),
            base_uri=f"ipfs://{self.freeze.metadata_cid}/",
            contract_uri=f"ipfs://{self.freeze.root_cid}/collection.json",
            provenance=self.freeze.provenance,
            royalty_receiver=ROYALTIES,
            royalty_basis_points=500,
        )


def pixels_of(image: bytes) -> Any:
    """What stands for the pixels of a picture that was never painted."""
    return np.frombuffer(sha256_hex(image).encode()[:30], np.uint8).reshape(2, 5, 3)


@pytest.fixture
def prove() -> Callable[..., VerifyReport]:
    """Verifies the newest contract of a project: its records, its content, and renderings that come out alike.

    `settings` replaces what was recorded of the deployment; the rest goes to `verify`.
    """

    def proven(project: Project, chain: Chain, settings: Mapping[str, Any] | None = None, **more: Any) -> VerifyReport:
        def rerender(metadata: Mapping[str, Any]) -> Any:
            return pixels_of(project.content[metadata["image"]])

        expected = expected_state(project.store, project.store.deployments()[-1])
        expected = replace(expected, settings={**expected.settings, **(settings or {})})
        given = {"sources": [project.source()], "rerender": rerender, "sample": (1, 7), **more}
        return verify(project.store, chain, expected, **given)

    return proven


@pytest.fixture
def make_project() -> Iterator[Callable[..., Project]]:
    """Freezes `count` tokens into a store in a folder; the same name is the same set."""
    stores: list[Store] = []

    def made(folder: Path, count: int, name: str = "set") -> Project:
        store = Store(folder / "collection.db")
        stores.append(store)
        recipes = [Recipe("painter", "painter/1", seed, 8, 8) for seed in range(count)]
        store.replace_plan(recipes)
        content, assets, tokens = {}, [], []
        for planned in store.planned():
            image_uri = f"ipfs://images-{name}/{planned.id}.png"
            image, metadata = f"image {planned.id}".encode(), canonical_json({"image": image_uri})
            content |= {image_uri: image, f"ipfs://metadata-{name}/{planned.id}.json": metadata}
            pixels = pixel_sha256(pixels_of(image))
            files = {"file_sha256": sha256_hex(image), "pixel_sha256": pixels, "size": len(image)}
            assets.append(Asset(id=planned.id, recipe=planned.recipe, width=8, height=8, **files))
            tokens.append((planned.id, planned.id, sha256_hex(image), sha256_hex(metadata)))
        store.add_assets(assets)
        order = provenance_hash(asset.file_sha256 for asset in assets)
        freeze = Freeze(order, f"images-{name}", f"metadata-{name}", f"root-{name}", "00" * 32)
        return Project(store, content, store.add_freeze(freeze, tokens, "inputs", {}))

    yield made
    for store in stores:
        store.close()


@pytest.fixture(scope="session")
def begin(forks: Callable[..., Any]) -> Callable[..., Any]:
    """Begins a program in Python, `begin(*words, program=...)`: a process of its own, to be killed."""
    modules = ("collection.chain.deploy", "collection.chain.mint", "collection.chain.embedded", "web3.middleware")
    begun = forks(*modules, "web3.providers.eth_tester", "eth_tester", "collection.store.store", only=True)
    apart: Callable[..., Any] = begun.apart
    return apart


@pytest.fixture
def royalties() -> str:
    """Who is paid them."""
    return ROYALTIES


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[bytes], tuple[int, bytes]]], str]]:
    """Serves a stand-in for a node: what answers a request by (status, body), and by status 0 not at all."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[bytes], tuple[int, bytes]]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                code, data = answer(self.rfile.read(int(self.headers["Content-Length"])))
                if code == 0:
                    self.close_connection = True
                    return
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def first_account() -> Callable[[Chain], Account]:
    return lambda chain: find_account(chain, None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    from web3 import HTTPProvider, Web3

    return bool(Web3(HTTPProvider(address, exception_retry_configuration=None)).is_connected())


@pytest.fixture(scope="session")
def start_node(repository: Path, missing: Callable[[str], NoReturn]) -> Iterator[Callable[..., str]]:
    """Starts a node with options on a free loopback port; returns its address. All are killed at the end."""
    modules = repository / "tests" / "node" / "node_modules"
    anvils = [*(modules / "@foundry-rs").glob("anvil-*/bin/anvil"), modules / "anvil"]
    commands: dict[str, list[Any]] = {
        "anvil": [anvils[0], "--silent", "--host", "127.0.0.1"],
        "ganache": ["node", modules / "ganache" / "dist" / "node" / "cli.js", "--logging.quiet", "--host", "127.0.0.1"],
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *options: str) -> str:
        command = commands[name]
        program = next(part for part in command if isinstance(part, Path))
        if not program.is_file() or not shutil.which(str(command[0])):
            missing(f"{name} is not installed: sh packaging/node-tools.sh tests/node")
        port = free_port()
        process = subprocess.Popen(
            [*command, "--port", str(port), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        started.append(process)
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            if answers(address):
                return address
            assert process.poll() is None, f"{name} ended with code {process.returncode}"
            time.sleep(0.1)
        raise AssertionError(f"{name} does not answer at {address}")

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def anvil(start_node: Callable[..., str]) -> str:
    """Anvil under the rule that mainnet has and Anvil leaves off: no transaction over 2**24 gas (EIP-7825)."""
    return start_node("anvil", "--enable-tx-gas-limit")


@pytest.fixture(scope="session")
def ganache(start_node: Callable[..., str]) -> str:
    return start_node("ganache")


@pytest.fixture(params=["embedded", "anvil", "ganache"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Every chain that the suite runs on."""
    if request.param == "embedded":
        return Place("embedded", tmp_path)
    rpc = request.getfixturevalue(request.param)
    return Place("ganache" if request.param == "ganache" else "anvil", tmp_path, rpc)


@pytest.fixture
def chain(place: Place) -> Iterator[Chain]:
    """Each of these chains, open."""
    with place.open() as opened:
        yield opened


@pytest.fixture
def account(chain: Chain, first_account: Callable[[Chain], Account]) -> Account:
    """The first account of the open chain."""
    return first_account(chain)


@pytest.fixture
def embedded(tmp_path: Path) -> Place:
    return Place("embedded", tmp_path)


@pytest.fixture
def embedded_chain(embedded: Place) -> Iterator[Chain]:
    """That chain, open."""
    with embedded.open() as opened:
        yield opened


@pytest.fixture
def anvil_place(anvil: str, tmp_path: Path) -> Place:
    return Place("anvil", tmp_path, anvil)


@pytest.fixture
def elsewhere() -> Callable[..., Place]:
    """A place like another, with something changed."""
    return replace
