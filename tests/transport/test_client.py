"""The client: where it may go, how long it waits, and how much it takes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import pytest

from collection.errors import UnavailableError, UsageError
from collection.transport import Client, Patience, RequestError, Secret, StoppedError, TokenBucket, public_addresses
from collection.transport.addresses import is_public

Script = list[tuple[int, dict[str, str], bytes]]


@pytest.fixture
def server() -> Iterator[tuple[str, Script, list[str]]]:
    """Its address, what it says to the next requests, and the paths that were asked for."""
    script: Script = []
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            status, headers, body = script.pop(0) if script else (200, {}, b"done")
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        found.daemon_threads = True
        threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}", script, asked
        found.shutdown()


class Waits(Client):
    """Does not wait, and remembers how long it would have."""

    def wait(self, seconds: float) -> None:
        if seconds:
            self.__dict__.setdefault("waited", []).append(seconds)


def client(**more: Any) -> Client:
    found = Waits(TokenBucket(1e9, 100), Patience(**{"tries": 4, "first_wait": 1.0, "longest_wait": 60, **more}))
    found.__dict__["waited"] = []
    return found


def waits(of: Client) -> list[float]:
    return [seconds for seconds in of.__dict__["waited"] if seconds > 1e-3]


def test_waits_double_with_a_random_part(server: Any) -> None:
    url, script, _ = server
    script += [(500, {}, b"")] * 3
    asking = client()
    assert asking.ask("GET", url).body == b"done"
    assert [round(low, 3) for low in (1, 2, 4)] == [1, 2, 4]
    assert all(low <= found <= 1.25 * low for low, found in zip((1, 2, 4), waits(asking), strict=True))


@pytest.mark.parametrize("when", ["7", "a date"])
def test_the_server_says_when(server: Any, when: str) -> None:
    url, script, _ = server
    named = when if when == "7" else formatdate(time.time() + 40, usegmt=True)
    script.append((429, {"Retry-After": named}, b""))
    asking = client()
    asking.ask("GET", url)
    [waited] = waits(asking)
    assert waited == 7 if when == "7" else 20 < waited <= 40


def test_a_server_that_wants_an_hour_is_left_alone(server: Any) -> None:
    url, script, asked = server
    script.append((429, {"Retry-After": "3600"}, b"daily quota"))
    with pytest.raises(RequestError, match="daily quota; it wants to be left alone for 3,600 s"):
        client().ask("GET", url)
    assert len(asked) == 1


def test_a_refusal_that_stays_is_asked_once(server: Any) -> None:
    url, script, asked = server
    script.append((404, {}, b"<html>"))
    with pytest.raises(RequestError, match=r"replies 404$") as caught:
        client().ask("GET", url)
    assert (caught.value.status, len(asked)) == (404, 1)


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_an_answer_is_bounded(server: Any, headers: dict[str, str]) -> None:
    url, script, _ = server
    body = b"x" * 5000
    if headers:
        script.append((200, headers, b"1388\r\n" + body + b"\r\n0\r\n\r\n"))
    else:
        script.append((200, {}, body))
    with pytest.raises(RequestError, match=r"4,000|4000"):
        client().ask("GET", url, most=4000)


def test_a_file_has_no_piece_twice(server: Any) -> None:
    url, script, _ = server
    script.append((200, {"Content-Length": "9"}, b"half"))
    file, asking = BytesIO(b"before"), client(seconds=0.2)
    file.seek(6)
    asking.ask("GET", url, into=file)
    assert file.getvalue() == b"beforedone"


def test_a_redirect_stays_with_the_host(server: Any) -> None:
    url, script, asked = server
    script.append((302, {"Location": "/there"}, b""))
    assert client().ask("GET", url).url == f"{url}/there"
    script.append((302, {"Location": "http://elsewhere.example/"}, b""))
    with pytest.raises(RequestError, match=r"sends on to elsewhere\.example, which is not asked"):
        client().ask("GET", url)
    script += [(302, {"Location": "/there"}, b"")] * 9
    with pytest.raises(RequestError, match="on and on"):
        client().ask("GET", url)
    assert "/there" in asked


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/x", "http://", "gopher:x"])
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(RequestError, match="no address on the web"):
        client().ask("GET", url)


def test_stopped_it_waits_no_more(server: Any) -> None:
    url, script, _ = server
    script += [(503, {"Retry-After": "50"}, b"")]
    asking = Client()
    threading.Timer(0.05, asking.stop).start()
    with pytest.raises(StoppedError):
        asking.ask("GET", url)


class TestPublicAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
            "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1",
            "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1", "ff02::1",
        ],
    )  # fmt: skip
    def test_what_is_near_is_not_public(self, address: str) -> None:
        assert not is_public(address)

    @pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
    def test_what_is_far_is(self, address: str) -> None:
        assert is_public(address)

    @pytest.mark.parametrize("host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::1]"])
    def test_no_spelling_of_this_machine_is_asked(self, server: Any, host: str) -> None:
        url, _, asked = server
        asking = Client(patience=Patience(tries=1), find_addresses=public_addresses)
        with pytest.raises(UnavailableError, match=r"no public address|no host"):
            asking.ask("GET", url.replace("127.0.0.1", host))
        assert asked == []

    def test_one_bad_address_among_good_ones_is_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entries = [(0, 0, 0, "", ("1.1.1.1", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
        with pytest.raises(UnavailableError, match=r"10\.0\.0\.1"):
            public_addresses("mixed.example", 80)


def test_a_bucket_lets_a_few_through_and_then_one_at_a_time() -> None:
    at = [0.0]
    bucket = TokenBucket(2, 3, lambda: at[0])
    assert [bucket.take() for _ in range(5)] == [0, 0, 0, 0.5, 1]
    at[0] = 10
    assert [bucket.take() for _ in range(4)] == [0, 0, 0, 0.5], "what was not used does not pile up"


def test_a_secret_is_named_and_never_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError) as caught:
        Secret.named("hunter2")
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}"
    monkeypatch.setenv("NAME", " hunter2\n")
    assert Secret.named("env:NAME").read() == "hunter2"
    assert "hunter2" not in repr(Secret.named("env:NAME"))
    monkeypatch.setenv("NAME", "hunter\n2")
    with pytest.raises(UnavailableError, match="no header can carry"):
        Secret.named("env:NAME").read()
