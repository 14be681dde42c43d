"""IPFS nodes on loopback, without peers, in temporary folders: for tests, and for benchmarks/pin.py."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

JS_IPFS = "tests/node/node_modules/ipfs/src/cli.js"
"""The script of js-ipfs, below the repository."""
ALONE: dict[str, Any] = {
    "Bootstrap": [],
    "Addresses": {"Swarm": [], "API": "/ip4/127.0.0.1/tcp/0", "Gateway": "/ip4/127.0.0.1/tcp/0"},
    "Discovery": {"MDNS": {"Enabled": False}},
    "Routing": {"Type": "none"},
}
"""No peers, no listening but for the API (and the gateway) on ports of loopback that the system gives."""
JS_ALONE: dict[str, Any] = {
    "Addresses": {"RPC": "/ip4/127.0.0.1/tcp/0", "Delegates": []},
    "Pubsub": {"Enabled": False},
}
"""The same for what js-ipfs alone knows."""


@contextmanager
def running(command: list[str], folder: Path, extra: Mapping[str, Any] = JS_ALONE) -> Iterator[str]:
    """A node whose repository is `folder`: its multiaddress; it is ended by its process id.

    Raises RuntimeError with what the node wrote if it does not start.
    """
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "IPFS_PATH": str(folder)}
    subprocess.run([*command, "init"], env=environment, check=True, capture_output=True, timeout=120)
    config = json.loads((folder / "config").read_text())
    _merge(config, ALONE)
    _merge(config, extra)
    (folder / "config").write_text(json.dumps(config))
    with (folder / "daemon.log").open("wb") as log:
        node = subprocess.Popen([*command, "daemon", "--offline"], env=environment, stdout=log, stderr=log)
    try:
        yield _address(node, folder)
    finally:
        node.terminate()
        try:
            node.wait(20)
        except subprocess.TimeoutExpired:
            node.kill()
            node.wait()


def _address(node: subprocess.Popen[bytes], folder: Path) -> str:
    """The API's multiaddress, once the daemon says that it is ready (both write the file `api` a little before)."""
    for _ in range(600):
        if b"Daemon is ready" in (folder / "daemon.log").read_bytes():
            return (folder / "api").read_text().strip().removesuffix("/http")
        if node.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"the IPFS node did not start:\n{(folder / 'daemon.log').read_text()}")


def _merge(config: dict[str, Any], wanted: Mapping[str, Any]) -> None:
    for key, value in wanted.items():
        if isinstance(value, Mapping):
            _merge(config.setdefault(key, {}), value)
        else:
            config[key] = value
