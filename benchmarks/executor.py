"""How a run is carried: restarting with 10,000 images done; one process beside two workers and two Ray nodes.

    python benchmarks/executor.py [images]

Every carrier starts cold (interpreter, imports, actors; the Ray nodes are up), as a person who types the command
finds it. The painter makes the images, so that the figures say what carrying costs, not what a model does.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from collection.generate.run import count_pending, generate, pending
from collection.generate.running.ray_cluster import Cluster
from collection.project import Project, open_project
from collection.stages.runners import runner_of
from collection.store.records import Asset
from collection.values import sha256_hex

DONE = 10_000
LEFT = 100


def project_in(folder: Path, images: int, side: int) -> Project:
    folder.mkdir()
    text = f'title = "Benchmark"\nsupply = 1\ncandidates = {images}\nseed = 1\n[image]\nsize = {side}\n'
    (folder / "collection.toml").write_text(text)
    project = open_project(folder)
    project.store.replace_plan(project.plan.recipes)
    return project


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def pretend(project: Project, count: int) -> None:
    """Rows and files of so many images, without painting them."""
    for planned in project.store.unmade()[:count]:
        data = f"{planned.id}".encode()
        path = project.files.path(sha256_hex(data))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    assets = [
        Asset(item.id, item.recipe, sha256_hex(f"{item.id}".encode()), f"{item.id:064x}", 64, 64, 100, {"engine": "x"})
        for item in project.store.unmade()[:count]
    ]
    project.store.add_assets(assets)


def restart(folder: Path) -> None:
    project = project_in(folder, DONE + LEFT, 64)
    pretend(project, DONE)
    seconds, count = timed(lambda: count_pending(project.store, project.files))
    print(f"restart    {DONE:,} done, {count} left: counted in {seconds:.2f} s", end="")
    seconds, todo = timed(lambda: pending(project.store, project.files))
    print(f", named in {seconds:.2f} s", end="")
    carried: list[float] = []
    begun = time.perf_counter()
    generate(project.store, project.files, lambda told: carried.append(time.perf_counter() - begun))
    print(f", at the first batch after {carried[0]:.2f} s")
    assert len(todo) == LEFT


def memory_of(pid: int) -> float:
    """Resident megabytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def carriers(folder: Path, images: int) -> None:
    ways: dict[str, dict[str, Any]] = {
        "one process": {},
        "2 workers": {"workers": 2},
    }
    files = [carried(folder / f"{number}", images, name, how) for number, (name, how) in enumerate(ways.items())]
    with two_ray_nodes() as address:
        files.append(carried(folder / "ray", images, "2 Ray nodes", {"cluster": Cluster(address)}))
    assert all(made == files[0] for made in files), "the carriers made different files"


@contextmanager
def two_ray_nodes() -> Iterator[str]:
    """The address of a cluster of two nodes with a core each, on this machine."""
    from ray.cluster_utils import Cluster as Nodes

    nodes = Nodes()
    for _ in range(2):
        nodes.add_node(num_cpus=1, include_dashboard=False)
    yield nodes.address
    nodes.shutdown()


def carried(folder: Path, images: int, name: str, how: dict[str, Any]) -> set[str]:
    project = project_in(folder, images, 256)
    memory: list[float] = []
    runner = runner_of(project, judged=False, **how)

    def watch(done: int, total: int) -> None:
        memory.append(memory_of(os.getpid()))

    seconds, _ = timed(lambda: generate(project.store, project.files, runner, progress=watch))
    print(
        f"{name:<12} {images} images of 256 pixels in {seconds:5.1f} s, {images / seconds:5.1f} images/s; "
        f"this process held {memory[len(memory) // 4]:.0f} MB after a quarter, {memory[-1]:.0f} MB at the end"
    )
    return {asset.file_sha256 for asset in project.store.assets()}


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    with TemporaryDirectory() as place:
        restart(Path(place) / "restart")
        carriers(Path(place), count)
