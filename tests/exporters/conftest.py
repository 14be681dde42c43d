"""A gallery of three signed tokens, a node that tells of their contract, and pages in a real browser."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eth_utils.crypto import keccak

from collection.pictures.files import encode_png
from collection.project import open_project
from collection.stages.publish import FreezeStage
from collection.stages.site import make_site
from collection.store.publication_records import Deployment
from collection.store.records import Asset
from collection.store.review_records import Selection

KEY = "0x" + "11" * 32
CONTRACT = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
COPIES = "0xc0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0"
"""The contract of the copies."""
OWNERS = ["0x70997970C51812dc3A010C7d01b50e0d17dc79C8"] * 2
TOML = """\
title = "Hats <script>alert(1)</script>"
description = "Three hats"
supply = 3
candidates = 0
seed = "hats"
[chain]
network = "sepolia"
key = "env:SITE_KEY"
rpc = "http://127.0.0.1:9"
"""
HATS = ("cap", "crown, <b>golden</b>", "cap")


@pytest.fixture(scope="module")
def hats(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a project with three frozen tokens and a contract on Sepolia."""
    folder = tmp_path_factory.mktemp("hats")
    (folder / "collection.toml").write_text(TOML)
    with pytest.MonkeyPatch.context() as patch, open_project(folder) as project:
        patch.setenv("SITE_KEY", KEY)
        pictures = [encode_png(np.full((40, 30, 3), 60 * number, np.uint8)) for number in range(3)]
        project.store.add_imported(
            [
                Asset(0, None, project.files.add(png), f"{number:064x}", 30, 40, len(png), features={"Hat": hat})
                for number, (png, hat) in enumerate(zip(pictures, HATS, strict=True))
            ]
        )
        numbers = [asset.id for asset in project.store.assets()]
        project.store.replace_selection([Selection(number, number, "best") for number in numbers], "x", {})
        FreezeStage().run(project)
        frozen = project.store.frozen()
        assert frozen
        project.store.add_deployment(
            Deployment(0, "sepolia", 11155111, CONTRACT, OWNERS[0], 0, "a", frozen.root_cid, "0x1", "confirmed")
        )
    return folder


@pytest.fixture(scope="module")
def burned() -> set[int]:
    """Tokens without an owner that the node says were burned; of the others it says that they were not."""
    return set()


@pytest.fixture(scope="module")
def node(hats: Path, burned: set[int]) -> Iterator[str]:
    """A node of Sepolia: the owners of tokens 1 and 2, and what the contract says of the set."""
    with open_project(hats) as project:
        frozen = project.store.frozen()
    assert frozen
    uri = f"ipfs://{frozen.metadata_cid}/".encode()
    text = f"{32:064x}{len(uri):064x}" + uri.hex().ljust(-(-len(uri) // 32) * 64, "0")
    said = {"provenanceHash()": frozen.provenance, "baseURI()": text, "maxSupply()": f"{3:064x}"}
    of_copies = {key: said[key] for key in ("provenanceHash()", "baseURI()")} | {
        "images()": f"{3:064x}", "copies()": f"{50:064x}", "closed()": f"{0:064x}",
    }  # fmt: skip
    answers = {CONTRACT: {**said, "metadataFrozen()": f"{1:064x}"}, COPIES: of_copies}
    selectors = {keccak(text=name)[:4].hex(): name for each in answers.values() for name in each}

    def answer(call: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {"jsonrpc": "2.0", "id": call["id"]}
        if call["method"] == "eth_chainId":
            return {**told, "result": hex(11155111)}
        asked, block = call["params"]
        assert block == "latest"
        known, data = answers[asked["to"]], asked["data"][2:]
        name = selectors.get(data[:8])
        if name is not None and name in known:
            return {**told, "result": f"0x{known[name]}"}
        if name is not None:
            return {**told, "error": {"code": 3, "message": "execution reverted"}}
        number = int(data[8:], 16)
        if data[:8] == keccak(text="burned(uint256)")[:4].hex():
            return {**told, "result": f"0x{number in burned:064x}"}
        assert data[:8] == keccak(text="ownerOf(uint256)")[:4].hex()
        if number > len(OWNERS):
            return {**told, "error": {"code": 3, "message": "execution reverted"}}
        return {**told, "result": "0x" + OWNERS[number - 1][2:].lower().rjust(64, "0")}

    class Handler(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._end(b"")

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._end(json.dumps([*map(answer, asked)] if isinstance(asked, list) else answer(asked)).encode())

        def _end(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.send_header("Access-Control-Allow-Headers", "content-type")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def gallery(hats: Path, node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery of that project, with that node."""
    folder = tmp_path_factory.mktemp("gallery") / "site"
    with open_project(hats) as project:
        make_site(project, folder, node=node)
    return folder


@pytest.fixture
def changed(gallery: Path, tmp_path: Path) -> Path:
    """A copy of the gallery, to be changed."""
    return Path(shutil.copytree(gallery, tmp_path / "changed"))


@pytest.fixture
def served() -> Iterator[Callable[[Path], str]]:
    """Serves a folder as a gateway would, under a path; returns the address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    servers: list[ThreadingHTTPServer] = []

    def serve(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder.parent)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/{folder.name}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def visited(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page in a browser of its own: `visited(address, width=1440, height=900, dark=False)`.

    The page's `asked` are the hosts of its requests. The test fails if the page made a mistake.
    """
    contexts, mistakes = [], list[str]()

    def visit(address: str, width: int = 1440, height: int = 900, dark: bool = False) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("console", lambda said: mistakes.append(said.text) if "Content Security Policy" in said.text else None)
        page.asked = set()
        page.on("request", lambda request: page.asked.add(request.url))
        page.goto(address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not mistakes
