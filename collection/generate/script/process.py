"""The way to confined scripts: starts the server that forks them (zygote), asks it, and ends it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import collection
from collection.errors import GenerationError
from collection.generate.script.confine import able
from collection.values import parse_json

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
KEPT = ("PATH", "LD_LIBRARY_PATH")
"""Variables that a script's process has of this one; secrets in others stay here."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one picture may take."""

    seconds: float
    megabytes: int


class Scripts:
    """Runs scripts, each picture in a fresh confined process. Started when it is first asked."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None

    def ask(
        self, name: str, source: str, hash: str, size: tuple[int, int], traits: Mapping[str, str], limits: Limits
    ) -> tuple[Mapping[str, Any], bytes]:
        """What a script says of the picture of a hash, and its pixels; "error" among it says what went wrong.

        Raises GenerationError where this machine cannot confine scripts.
        """
        request = {
            "name": name, "source": source, "hash": hash, "width": size[0], "height": size[1], "traits": dict(traits),
            "seconds": limits.seconds, "megabytes": limits.megabytes,
        }  # fmt: skip
        server = self._running()
        assert server.stdin and server.stdout
        try:
            words = json.dumps(request).encode()
            server.stdin.write(len(words).to_bytes(8) + words)
            server.stdin.flush()
            said = parse_json(_exactly(server, int.from_bytes(_exactly(server, 8))).decode())
            return said, _exactly(server, said.pop("bytes"))
        except OSError as error:
            self.close()
            raise GenerationError(f"the process that runs scripts ended: {error}", "try again") from error
        except BaseException:  # what is half said cannot be gone on with
            self.close()
            raise

    def close(self) -> None:
        """End the server."""
        server, self._server = self._server, None
        if server is not None:
            _end(server)

    def _running(self) -> subprocess.Popen[bytes]:
        if not able():
            raise GenerationError(
                "scripts cannot be confined on this machine, so none is run",
                "they need Linux on x86-64 or arm64 (docs/scripts.md)",
            )
        if self._server is None or self._server.poll() is not None:
            self._server = subprocess.Popen(
                [sys.executable, "-B", "-P", "-m", "collection.generate.script.zygote", str(os.getpid())],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=environment(), cwd="/", start_new_session=True,
            )  # fmt: skip
            weakref.finalize(self, _end, self._server)
        return self._server


def environment() -> dict[str, str]:
    """The variables of a script's process: no secret of this one, and nothing that differs between runs."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    own = str(Path(collection.__file__).parent.parent)
    fixed = {"PYTHONHASHSEED": "0", "PYTHONPATH": own, "LANG": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent"}
    return {**kept, **dict.fromkeys(ONE_THREAD, "1"), **fixed}


def _exactly(server: subprocess.Popen[bytes], count: int) -> bytes:
    assert server.stdout
    data = server.stdout.read(count)
    if len(data) < count:
        raise OSError(f"it ended with status {server.wait(10)}")
    return data


def _end(server: subprocess.Popen[bytes]) -> None:
    server.kill()
    server.wait()
    for stream in (server.stdin, server.stdout):
        if stream:
            with suppress(OSError):  # what was not yet sent
                stream.close()
