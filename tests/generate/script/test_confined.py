"""What a script may not do: each attempt is named, and nothing of it is left."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from collection.generate.script import landlock
from collection.generate.script.process import environment

Ask, Drawing = Callable[..., Any], Callable[[str], str]
PIXELS = 64 * 64 * 3
FORBIDDEN = "a script may not write files"
"""What an error says of it, whatever was tried."""

CONFINED = {
    "forks": "import os\nos.fork()",
    "starts a program": "import subprocess\nsubprocess.run(['true'])",
    "becomes a program": "import os\nos.execv('/bin/true', ['true'])",
    "kills its parent": "import os\nos.kill(os.getppid(), 9)",
    "kills every process": "import os\nos.kill(-1, 9)",
    "opens a socket": "import socket\nsocket.socket()",
    "opens a local socket": "import socket\nsocket.socketpair()",
    "makes a folder": "import os\nos.mkdir('made')",
    "makes a link": "import os\nos.symlink('/etc', 'made')",
    "writes to the memory of others": "open(f'/proc/{__import__(\"os\").getppid()}/mem', 'wb')",
    "makes a file in memory": "import os\nos.memfd_create('made')",
}


@pytest.mark.parametrize("body", CONFINED.values(), ids=CONFINED)
def test_it_reaches_nothing_outside(ask: Ask, drawing: Drawing, body: str) -> None:
    said, pixels = ask(drawing(body))
    assert FORBIDDEN in said["error"] and "(line " in said["error"]
    assert not pixels


def test_it_writes_no_file_and_removes_none(ask: Ask, drawing: Drawing, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    for attempt in (
        f"open({str(kept)!r}, 'w')", f"open({str(kept)!r}, 'a')", f"open({str(tmp_path / 'new')!r}, 'x')",
        f"import os\nos.open({str(kept)!r}, os.O_RDONLY | os.O_TRUNC)", f"import os\nos.unlink({str(kept)!r})",
        f"import os\nos.rename({str(kept)!r}, {str(tmp_path / 'new')!r})", f"import os\nos.chmod({str(kept)!r}, 0)",
        f"import os\nos.truncate({str(kept)!r}, 0)",
    ):  # fmt: skip
        assert FORBIDDEN in ask(drawing(attempt))[0]["error"], attempt
    assert kept.read_text() == "mine" and list(tmp_path.iterdir()) == [kept]


def test_it_reads_no_file_of_others(ask: Ask, drawing: Drawing, tmp_path: Path, missing: Callable[[str], None]) -> None:
    if not landlock.version():
        missing("this kernel has no Landlock")
    (tmp_path / "secret").write_text("1234")
    for path in (tmp_path / "secret", "/etc/passwd", "/proc/self/environ", f"/proc/{os.getpid()}/environ"):
        assert FORBIDDEN in ask(drawing(f"open({str(path)!r}).read()"))[0]["error"]


def test_it_reaches_no_server_of_this_machine(ask: Ask, drawing: Drawing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said, _ = ask(drawing(f"import socket\nsocket.create_connection(('127.0.0.1', {port}))"))
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert "error" in said


def test_secrets_of_the_environment_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOYER_KEY", "0x1234")
    assert "DEPLOYER_KEY" not in environment()


FATAL = {
    "loops": ("while True: pass", "it was not ready after 0.5 s (timeout)"),
    "sleeps": ("import time\ntime.sleep(99)", "it was not ready after 0.5 s (timeout)"),
    "eats memory": ("x = [0] * 10**9", "it needs more memory than 256 MB (memory)"),
    "eats memory slowly": ("x = []\nwhile True: x.append(bytearray(2**20))", "more memory than 256 MB"),
    "eats memory of numpy": ("import numpy\nnumpy.ones((2**15, 2**15))", "more memory than 256 MB"),
    "raises its limit": ("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "ValueError"),
    "starts many threads": (
        "import threading, time\nfor _ in range(9999): threading.Thread(target=time.sleep, args=(9,)).start()",
        "can't start new thread",
    ),
    "calls sys.exit": ("import sys\nsys.exit(3)", "it called sys.exit(3) (line 5)"),
    "ends itself": ("import os\nos._exit(0)", "its process ended by itself before there was a picture"),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)", "its process ended by SIGKILL"),
    "aborts": ("import os\nos.abort()", "its process ended by SIGABRT"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "its process ended by SIGSEGV"),
    "recurses": ("def f(): f()\nf()", "RecursionError"),
    "raises": ("1 / 0", "ZeroDivisionError: division by zero (line 4)"),
    "is interrupted": ("raise KeyboardInterrupt('x')", "KeyboardInterrupt: x (line 4)"),
    "answers for itself": ("import os\nos.write(3, b'x' * 10**7)", "what is no picture"),
    "closes its answer": ("import os\nos.close(3)\nos._exit(1)", "before there was a picture"),
    "returns nothing": ("return None", "render returned a NoneType, not a picture"),
    "returns another size": ("return Image.new('RGB', (3, 5))", "a picture of 3x5, not 64x64"),
    "returns floats": ("import numpy\nreturn numpy.zeros((64, 64, 3))", "float64 numbers of shape (64, 64, 3)"),
    "returns what is transparent": ("return Image.new('RGBA', size)", "transparent in places"),
}


@pytest.mark.parametrize(("body", "why"), FATAL.values(), ids=FATAL)
def test_what_ends_badly_is_named_and_the_next_picture_is_made(
    ask: Ask, drawing: Drawing, body: str, why: str, good: str
) -> None:
    seconds = 0.5 if "0.5 s" in why else 20
    said, pixels = ask(drawing(body), seconds)
    assert why in said["error"] and not pixels
    assert len(ask(good)[1]) == PIXELS


BROKEN = {
    "syntax": ("def render(:", "SyntaxError: invalid syntax (art.py, line 1)"),
    "nothing": ("x = 1", "it has no function render(rng, features, size)"),
    "no features": ("def render(rng, features, size): ...", "it has no function features(rng)"),
    "no dict": ("def render(*a): ...\ndef features(rng): return 7", "its features are a int"),
    "no text": ("def render(*a): ...\ndef features(rng): return {'a': [1]}", "the feature 'a' is [1]"),
    "not finite": ("def render(*a): ...\ndef features(rng): return {'a': float('nan')}", "finite number"),
    "declared badly": ("FEATURES = 3\ndef render(*a): ...\ndef features(rng): return {}", "its FEATURES are a int"),
    "other arguments": ("def render(): ...\ndef features(rng): return {}", "TypeError"),
    "not there": ("import nothing_of_that_name", "ModuleNotFoundError"),
    "raises at once": ("raise ValueError('no')", "ValueError: no (line 1)"),
}


@pytest.mark.parametrize(("source", "why"), BROKEN.values(), ids=BROKEN)
def test_a_script_that_cannot_draw_is_named(ask: Ask, source: str, why: str) -> None:
    assert why in ask(source)[0]["error"]


def test_what_it_prints_is_not_taken_for_an_answer(ask: Ask, drawing: Drawing) -> None:
    said, pixels = ask(drawing("print('much ' * 200_000)\nimport sys; print('the end', file=sys.stderr)"))
    assert len(pixels) == PIXELS and said["printed"].endswith("the end") and len(said["printed"]) <= 300


def test_no_picture_knows_of_the_one_before(ask: Ask, drawing: Drawing) -> None:
    counting = drawing("import random\nrandom.made = getattr(random, 'made', 0) + 1\nprint(random.made)")
    assert [ask(counting)[0]["printed"] for _ in range(3)] == ["1", "1", "1"]


def test_chance_that_is_not_drawn_from_rng_comes_from_the_hash_too(ask: Ask, drawing: Drawing) -> None:
    body = "import random, numpy\nprint(random.random(), numpy.random.rand(), {'a', 'b', 'c'}, rng.random(), rng.hash)"
    assert ask(drawing(body))[0]["printed"] == ask(drawing(body))[0]["printed"]


def test_its_processes_end_with_what_started_them(drawing: Drawing) -> None:
    """Also while a script loops: the server is told by the kernel, not by its pipe."""
    program = (
        "import threading, time\n"
        "from collection.generate.script.process import Limits, Scripts\n"
        "s = Scripts()\n"
        f"arguments = 'a.py', {drawing('while True: pass')!r}, '0x' + 'a' * 64, (64, 64), {{}}, Limits(60, 256)\n"
        "threading.Thread(target=s.ask, args=arguments, daemon=True).start()\n"
        "while s._server is None: time.sleep(0.01)\n"
        "print(s._server.pid, flush=True)\ntime.sleep(60)\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        server = int(parent.stdout.readline())
        opened = os.pidfd_open(server)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        ready, _, _ = select.select([opened], [], [], 30)
        os.close(opened)
    assert ready
