"""The local gateway: files for a browser, and blocks that a receiver checks; on loopback alone."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from collection.ipfs.gateway import Gateway, LocalBlocks
from collection.unixfs import Car, cid_bytes, directory_cid, file_cid, write_entry_car
from collection.unixfs.cid import cid_of_block

TREE: dict[str, Any] = {
    "images": {f"{number}.png": b"picture %d" % number for number in (1, 2, 10)},
    "large.bin": bytes(3 << 20),
    "metadata": {f"{number}.json": b'{"name":"%d"}' % number for number in range(6000)},
    "a <b>&.txt": b"odd",
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    path = tmp_path_factory.mktemp("gateway") / "set.car"
    root = write_entry_car(path, TREE)
    with Car(path) as car, Gateway(LocalBlocks([car]), root) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(gateway: Gateway, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.server_port, timeout=20)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def test_files_come_as_a_browser_takes_them(gateway: Gateway) -> None:
    status, body, headers = ask(gateway, f"/ipfs/{gateway.root}/images/2.png")
    assert (status, body, headers["content-type"]) == (200, b"picture 2", "image/png")
    assert headers["etag"] == f'"{file_cid(b"picture 2")}"'
    assert "immutable" in headers["cache-control"]
    assert ask(gateway, f"/ipfs/{gateway.root}/metadata/5999.json")[1] == b'{"name":"5999"}', "out of a hash trie"
    status, body, headers = ask(gateway, f"/ipfs/{gateway.root}/large.bin")
    assert (len(body), headers["content-length"]) == (3 << 20, str(3 << 20))


def test_directories_are_listed_in_the_order_of_counting(gateway: Gateway) -> None:
    status, _, headers = ask(gateway, "/")
    assert (status, headers["location"]) == (301, f"/ipfs/{gateway.root}/")
    status, _, headers = ask(gateway, f"/ipfs/{gateway.root}/images")
    assert (status, headers["location"]) == (301, f"/ipfs/{gateway.root}/images/")
    body = ask(gateway, f"/ipfs/{gateway.root}/images/")[1].decode()
    assert body.index("1.png") < body.index("2.png") < body.index("10.png")
    assert "a &lt;b&gt;&amp;.txt" in ask(gateway, f"/ipfs/{gateway.root}/")[1].decode()
    assert ask(gateway, f"/ipfs/{gateway.root}/a%20%3Cb%3E%26.txt")[1] == b"odd"


@pytest.mark.parametrize("how", ["query", "header"])
def test_a_raw_block_has_its_hash(gateway: Gateway, how: str) -> None:
    query, headers = ("?format=raw", {}) if how == "query" else ("", {"Accept": "application/vnd.ipld.raw"})
    for path in ("", "/images", "/large.bin"):
        status, body, told = ask(gateway, f"/ipfs/{gateway.root}{path}{query}", **headers)
        assert (status, told["content-type"]) == (200, "application/vnd.ipld.raw")
        cid = cid_bytes(told["etag"].strip('"'))
        assert cid_of_block(cid[1], body) == cid


def test_a_car_holds_the_way_and_all_below_it(gateway: Gateway, tmp_path: Path) -> None:
    path = tmp_path / "images.car"
    status, body, told = ask(gateway, f"/ipfs/{gateway.root}/images?format=car")
    assert (status, told["content-type"]) == (200, "application/vnd.ipld.car; version=1")
    path.write_bytes(body)
    with Car(path) as car:
        assert car.root == directory_cid(TREE["images"])
        assert car.read("10.png") == b"picture 10"
        assert cid_bytes(gateway.root) in car, "the block that proves the way"
    path.write_bytes(ask(gateway, f"/ipfs/{gateway.root}?format=car")[1])
    with Car(path) as car:
        assert car.root == gateway.root
        assert car.verify() == len(car)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ipfs/{root}/gone.png", 404), ("/ipfs/{other}", 404), ("/ipfs/{other}?format=car", 404),
        ("/ipfs/{root}/../../etc/passwd", 404), ("/ipfs/nonsense", 400), ("/ipfs/", 400), ("/ipns/{root}", 400),
        ("/ipfs/{root}?format=tar", 400),
    ],
)  # fmt: skip
def test_what_is_not_there_is_named(gateway: Gateway, path: str, status: int) -> None:
    found, body, _ = ask(gateway, path.format(root=gateway.root, other=file_cid(b"elsewhere")))
    assert found == status
    assert body.strip()


def test_it_answers_by_no_other_name(gateway: Gateway) -> None:
    assert ask(gateway, "/", Host="evil.example")[0] == 403
    assert ask(gateway, "/", Host=f"localhost:{gateway.server_port}")[0] == 301
    assert gateway.server_address[0] == "127.0.0.1"


def test_head_tells_the_size_alone(gateway: Gateway) -> None:
    status, body, headers = ask(gateway, f"/ipfs/{gateway.root}/images/1.png", "HEAD")
    assert (status, body, headers["content-length"]) == (200, b"", "9")


def test_a_damaged_block_never_leaves(tmp_path: Path) -> None:
    path = tmp_path / "set.car"
    root = write_entry_car(path, {"a.txt": b"the content"})
    path.write_bytes(path.read_bytes().replace(b"the content", b"the cOntent"))
    with Car(path) as car, Gateway(LocalBlocks([car]), root) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        found = ask(server, f"/ipfs/{root}/a.txt")
        server.shutdown()
        thread.join()
    assert found[0] == 404
    assert b"does not have its hash" in found[1]
