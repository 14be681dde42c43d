"""Who makes a project's images: this process, others of this machine, or actors of a Ray cluster."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from collection.config import Config, DiffusionGenerator
from collection.project import Project, open_project

if TYPE_CHECKING:
    from collection.generate.run import Carrier
    from collection.generate.running.parcel import Archive, Workbench
    from collection.generate.running.ray_cluster import Cluster


def carrier_of(
    project: Project, *, judged: bool = True, workers: int | None = None, recycle: int | None = None,
    cluster: Cluster | None = None,
) -> Carrier:  # fmt: skip
    """This process, `workers` others that are each replaced after `recycle` images, or actors of a `cluster`.

    `judged`: each image is looked at while the next is made.
    """
    folder = project.folder.resolve()
    if cluster is not None:
        from collection.generate.running.ray_cluster import run_ray

        build = partial(open_workbench, folder, judged)
        return partial(run_ray, project.archive, build, cluster=_equipped(cluster, project.config))
    if workers is not None:
        from collection.generate.running.workers import run_workers

        workplace, devices = partial(open_workplace, folder, judged), _devices(project.config)
        return partial(run_workers, project.store, workplace, count=workers, recycle=recycle, devices=devices)
    from collection.generate.running.executor import work

    archive, bench = project.archive, _workbench(project, judged)
    return lambda told: work(archive, bench, told=told)


def open_workbench(folder: Path, judged: bool) -> Workbench:
    """What an actor of a cluster needs, where it sees the project's folder too; nothing is written."""
    return _workbench(open_project(folder), judged)


def open_workplace(folder: Path, judged: bool) -> tuple[Archive, Workbench]:
    """What a worker process of this machine needs."""
    project = open_project(folder)
    return project.archive, _workbench(project, judged)


def _workbench(project: Project, judged: bool) -> Workbench:
    from collection.generate.running.parcel import Workbench

    if not judged:
        return Workbench(project.generator)
    from collection.judge.panel import build_encoder, build_pixel_scorers
    from collection.judge.score import Scorers, judge

    wish, folder = project.config.score, project.folder
    scorers = Scorers(build_encoder(wish.encoder, folder), pixels=build_pixel_scorers(wish, folder))
    return Workbench(project.generator, partial(judge, scorers))


def _equipped(cluster: Cluster, config: Config) -> Cluster:
    """The cluster whose actors have what it takes to make what this process would make."""
    import torch

    wish = config.generator
    if not isinstance(wish, DiffusionGenerator):
        return replace(cluster, threads=torch.get_num_threads(), gpus=cluster.gpus or 0)
    threads = wish.threads or torch.get_num_threads()
    gpus = cluster.gpus or 0 if wish.device == "cpu" else cluster.gpus
    return replace(cluster, threads=threads, cores=threads, gpus=gpus)


def _devices(config: Config) -> tuple[str, ...]:
    """The CUDA devices that workers share out, if the configuration leaves them the choice."""
    wish = config.generator
    if not isinstance(wish, DiffusionGenerator) or wish.device not in ("auto", "cuda"):
        return ()
    from collection.generate.running.workers import cuda_devices

    return cuda_devices()
