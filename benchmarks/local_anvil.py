"""The Anvil of tests/node, for benchmarks."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from collection.chain.connection import open_chain
from collection.chain.networks import find_network
from collection.errors import ChainError

MODULES = Path(__file__).resolve().parents[1] / "tests" / "node" / "node_modules" / "@foundry-rs"


@contextmanager
def anvil() -> Iterator[str]:
    """A fresh Anvil on a free loopback port, by its address; it ends with the block."""
    program = next(MODULES.glob("anvil-*/bin/anvil"), None)
    if program is None:
        raise SystemExit("Anvil is not here: sh packaging/node-tools.sh tests/node")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    node = subprocess.Popen([program, "--silent", "--host", "127.0.0.1", "--port", str(port)])
    try:
        _wait_for(rpc := f"http://127.0.0.1:{port}")
        yield rpc
    finally:
        node.terminate()
        node.wait()


def _wait_for(rpc: str) -> None:
    for _ in range(600):
        try:
            with open_chain(find_network("anvil"), Path(), rpc):
                return
        except ChainError:
            time.sleep(0.1)
    raise SystemExit(f"Anvil does not answer at {rpc}")
