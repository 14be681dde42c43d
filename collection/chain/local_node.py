"""A node of this machine: found, started on loopback with a state that is kept, and stopped again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from collection.atomic_file import write_durably
from collection.chain.networks import Network, rpc_address
from collection.errors import ChainError

HOST, PORT = "127.0.0.1", 8545
_STARTING = 20.0  # seconds until a node must answer
_STOPPING = 10.0  # seconds in which it may write down its state

PROGRAMS = {"anvil": "anvil", "ganache": "ganache", "hardhat": "npx"}
"""The program of each local network."""
INSTALL = {
    "anvil": "npm install -g @foundry-rs/anvil",
    "ganache": "npm install -g ganache",
    "hardhat": "npm install --save-dev hardhat, in the folder of the project",
}


@dataclass(frozen=True, slots=True)
class LocalNode:
    """The node of a project: where it keeps what it needs, and where it listens."""

    network: Network
    folder: Path
    """Of its state, its log and the file that remembers its process."""
    port: int

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    @property
    def keeps_state(self) -> bool:
        """Whether its blocks are there again when it is started anew."""
        return self.network.name != "hardhat"

    @property
    def pid(self) -> int | None:
        """The process that was started here, if it still runs."""
        with suppress(OSError, ValueError, KeyError):
            told = json.loads((self.folder / "node.json").read_text())
            if _runs(told["pid"], told["program"]):
                return int(told["pid"])
        return None

    def start(self) -> int:
        """Start it, unless it runs; returns its process id.

        Raises ChainError where its program is not installed, something else listens there, or it does not answer.
        """
        if (running := self.pid) is not None:
            return running
        program = shutil.which(PROGRAMS[self.network.name])
        if program is None:
            raise ChainError(f"{self.network.name} is not installed", INSTALL[self.network.name])
        if answers(self.address):
            raise ChainError(f"another program listens at {self.address}", "name another port in chain.rpc")
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "node.log").open("ab") as log:
            process = subprocess.Popen(
                [program, *self._options()], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        told = {"pid": process.pid, "program": self.network.name}
        write_durably(self.folder / "node.json", json.dumps(told).encode())
        deadline = time.monotonic() + _STARTING
        while not answers(self.address):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise ChainError(f"{self.network.name} does not answer at {self.address}", f"see {log.name}")
            time.sleep(0.1)
        return process.pid

    def stop(self) -> bool:
        """Stop it and wait until its state is written; False if it did not run."""
        pid = self.pid
        if pid is None:
            return False
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _STOPPING
        while _runs(pid, self.network.name):
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)  # it may be a child of this process
            if time.monotonic() > deadline:
                raise ChainError(f"process {pid} of {self.network.name} does not end", f"kill {pid}")
            time.sleep(0.05)
        (self.folder / "node.json").unlink(missing_ok=True)
        return True

    def _options(self) -> Sequence[str]:
        state = str(self.folder / "state")
        return {
            "anvil": ["--host", HOST, "--port", str(self.port), "--state", f"{state}.json", "--state-interval", "5"],
            "ganache": ["--host", HOST, "--port", str(self.port), "--database.dbPath", state, "--wallet.deterministic"],
            "hardhat": ["hardhat", "node", "--hostname", HOST, "--port", str(self.port)],
        }[self.network.name]


def local_node(network: Network, folder: Path, rpc: str | None) -> LocalNode:
    """The node of a project folder; raises ChainError where its network is none of this machine."""
    if network.kind == "embedded":
        raise ChainError(
            "the embedded chain is part of every command: there is nothing to start or stop",
            'network = "anvil" under [chain] for a node of its own',
        )
    if network.kind != "local":
        raise ChainError(f"{network.name} is no chain of this machine", 'network = "anvil", "ganache" or "hardhat"')
    address = urlsplit(rpc_address(network, rpc))
    if address.hostname not in (HOST, "localhost"):
        raise ChainError(f"chain.rpc names another machine, {address.hostname}", f'rpc = "http://{HOST}:{PORT}"')
    return LocalNode(network, folder / "chain" / network.name, address.port or PORT)


def answers(address: str) -> bool:
    """Whether something answers JSON-RPC there."""
    from web3 import HTTPProvider, Web3

    provider = HTTPProvider(address, exception_retry_configuration=None, request_kwargs={"timeout": 2})
    return bool(Web3(provider).is_connected())


def _runs(pid: int, program: str) -> bool:
    """Whether a process of that program, and not another that got its number, runs."""
    told = subprocess.run(["ps", "-p", str(pid), "-o", "stat=,command="], capture_output=True, text=True, check=False)
    return told.returncode == 0 and not told.stdout.lstrip().startswith("Z") and program in told.stdout
