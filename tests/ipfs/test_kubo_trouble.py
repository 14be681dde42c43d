"""Nodes that are away, silent, broken or wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from collection.errors import PinError
from collection.ipfs.kubo import Kubo
from collection.unixfs import file_cid, write_entry_car

ROOT = file_cid(b"content")
Answer = tuple[int, str]


@pytest.fixture
def node_that_says() -> Iterator[Callable[[Answer], str]]:
    """Starts a server that gives every call the same answer (status, JSON); returns its multiaddress."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer[1].encode())
                self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return f"/ip4/127.0.0.1/tcp/{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _refused(address: str, seconds: float = 30) -> PinError:
    with pytest.raises(PinError) as caught:
        Kubo(address, seconds).holds(ROOT)
    assert address in caught.value.message
    assert "collection pin" in (caught.value.hint or "")
    return caught.value


def test_a_node_that_is_away() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        _refused(f"/ip4/127.0.0.1/tcp/{held.getsockname()[1]}")


def test_a_node_that_is_silent() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        error = _refused(f"/ip4/127.0.0.1/tcp/{listening.getsockname()[1]}", seconds=0.2)
    assert "no answer in 0.2 s" in error.message


def test_an_address_that_is_none() -> None:
    _refused("127.0.0.1:5001")


@pytest.mark.parametrize(
    "answer",
    [(500, "broken"), (500, '{"Message":"disk full","Code":0}'), (404, "no such page"), (200, "<html>"), (200, "[]")],
)
def test_a_node_that_is_broken_or_none(node_that_says: Callable[[Answer], str], answer: Answer) -> None:
    _refused(node_that_says(answer))


def test_the_nodes_own_words_are_passed_on(node_that_says: Callable[[Answer], str]) -> None:
    assert "disk full" in _refused(node_that_says((500, '{"Message":"disk full","Code":0}'))).message


def _import_answer(root: str, trouble: str = "") -> Answer:
    return 200, f'{{"Root":{{"Cid":{{"/":"{root}"}},"PinErrorMsg":"{trouble}"}}}}'


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (_import_answer(file_cid(b"something else")), "but its root is"),
        (_import_answer(ROOT, "no space left"), "no space left"),
        (_import_answer(ROOT), "did not answer as an IPFS node does"),
        ((200, ""), "did not answer as an IPFS node does"),
    ],
)
def test_an_import_that_is_not_what_was_sent(
    node_that_says: Callable[[Answer], str], tmp_path: Path, answer: Answer, words: str
) -> None:
    address, car = node_that_says(answer), tmp_path / "set.car"
    write_entry_car(car, b"content", ROOT)
    with pytest.raises(PinError) as caught:
        Kubo(address).pin(car, ROOT)
    assert address in caught.value.message
    assert words in caught.value.message
