"""A small server that forks a fresh, confined process for each picture: no picture knows of the one before.

It runs as a program of its own, reads requests from its standard input and writes answers to its standard output, each
a length of 8 bytes and then JSON; an answer is followed by as many bytes of pixels as it says.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import struct
import sys
import time
from contextlib import suppress
from typing import Any, BinaryIO

from collection.generate.script import confine, host

MOST_WORDS, TAIL = 2**20, 300
"""Bytes of JSON that a confined process may answer; characters of what it printed that are kept."""
PATIENCE = 1.0
"""Seconds that a process has to end by itself once it has answered."""
_LENGTHS = struct.Struct("!QQ")
"""Before an answer of a confined process: bytes of JSON, bytes of pixels."""


def serve(parent: int, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests of the process `parent` until there are no more."""
    confine.die_with_parent(parent)
    host.prepare()
    while True:
        length = requests.read(8)
        if len(length) < 8:
            return
        request = json.loads(requests.read(int.from_bytes(length)))
        said, pixels = render(request)
        words = json.dumps({**said, "bytes": len(pixels)}).encode()
        answers.write(len(words).to_bytes(8) + words + pixels)
        answers.flush()


def render(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The answer of a confined process to a request, or why there is none."""
    result, result_end = os.pipe()
    printed, printed_end = os.pipe()
    here, process = os.getpid(), os.fork()
    if process == 0:
        _be_child(here, request, result_end, printed_end)
    os.close(result_end)
    os.close(printed_end)
    wanted = int(request["width"]) * int(request["height"]) * 3
    try:
        received, tail, late = _collect(result, printed, float(request["seconds"]), wanted)
    finally:
        os.close(result)
        os.close(printed)
        status = _ended(process, 0 if late else PATIENCE)
    return _read(received, late, status, tail, request)


def _ended(process: int, seconds: float) -> int:
    """The status of a process that ends within so many seconds, or is ended."""
    end = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(process, os.WNOHANG)
        if found:
            return status
        if time.monotonic() >= end:
            os.kill(process, signal.SIGKILL)
            return os.waitpid(process, 0)[1]
        time.sleep(0.0005)


def _be_child(parent: int, request: dict[str, Any], result: int, printed: int) -> None:
    """Become the confined process; never returns."""
    try:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        os.dup2(result, 3)
        os.closerange(4, 1024)
        name, source = str(request.pop("name")), str(request.pop("source"))
        try:
            confine.confine(parent, int(request["megabytes"]), float(request["seconds"]))
        except OSError as error:
            _send(json.dumps({"error": f"scripts cannot be confined here: {error}"}).encode(), b"")
            os._exit(0)
        try:
            sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
            words, pixels = host.answer(name, source, request)
        except MemoryError:
            words, pixels = b'{"error": "memory"}', b""
        with suppress(Exception):  # whatever the script put there
            sys.stdout.flush()
        _send(words, pixels)
    finally:
        os._exit(0)


def _send(words: bytes, pixels: bytes) -> None:
    for part in (_LENGTHS.pack(len(words), len(pixels)), words, pixels):
        view = memoryview(part)
        while view:
            view = view[os.write(3, view) :]


def _collect(result: int, printed: int, seconds: float, wanted: int) -> tuple[bytes, str, bool]:
    """What a process answers and the end of what it prints, until it ends; whether it was still at work by then."""
    most = _LENGTHS.size + MOST_WORDS + wanted
    answer, tail, end = bytearray(), b"", time.monotonic() + seconds
    with selectors.DefaultSelector() as ready:
        ready.register(result, selectors.EVENT_READ)
        ready.register(printed, selectors.EVENT_READ)
        while result in ready.get_map() and len(answer) <= most:
            left = end - time.monotonic()
            if left <= 0:
                return b"", tail.decode(errors="replace"), True
            for key, _ in ready.select(left):
                data = os.read(key.fd, 2**16)
                if not data:
                    ready.unregister(key.fd)
                elif key.fd == result:
                    answer += data
                else:
                    tail = (tail + data)[-TAIL:]
    return bytes(answer), tail.decode(errors="replace"), False


def _read(received: bytes, late: bool, status: int, tail: str, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The answer in what a process sent, if it is one."""
    printed = {"printed": " ".join(tail.split())} if tail.strip() else {}
    if late:
        return {"error": f"it was not ready after {request['seconds']:g} s (timeout)", **printed}, b""
    if len(received) >= _LENGTHS.size:
        words, pixels = _LENGTHS.unpack_from(received)
        body = received[_LENGTHS.size :]
        if words <= MOST_WORDS and len(body) == words + pixels:
            said = _object(body[:words])
            if said.get("error") == "memory":
                said["error"] = f"it needs more memory than {request['megabytes']} MB (memory)"
            return {**said, **printed}, body[words:]
    if len(received) > _LENGTHS.size + MOST_WORDS:
        return {"error": "its process sent what is no picture", **printed}, b""
    how = f"by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else "by itself"
    return {"error": f"its process ended {how} before there was a picture", **printed}, b""


def _object(words: bytes) -> dict[str, Any]:
    try:
        said = json.loads(words)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {"error": "its process answered what is no JSON object"}


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
