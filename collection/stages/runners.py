"""Who makes a project's images: this process, others of this machine, or actors of a Ray cluster."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from collection.config import Config
from collection.project import Project, open_project

if TYPE_CHECKING:
    from collection.generate.run import Runner
    from collection.generate.running.batch_result import RenderContext
    from collection.generate.running.ray_cluster import Cluster
    from collection.store.library import ImageLibrary


def runner_of(
    project: Project, *, judged: bool = True, workers: int | None = None, max_images_per_worker: int | None = None,
    cluster: Cluster | None = None,
) -> Runner:  # fmt: skip
    """This process, `workers` others (each replaced after `max_images_per_worker` images), or actors of a `cluster`.

    `judged`: each image is looked at while the next is made.
    """
    folder = project.folder.resolve()
    if cluster is not None:
        from collection.generate.running.ray_cluster import run_ray

        build = partial(open_context, folder, judged)
        return partial(run_ray, project.library, build, cluster=_equipped(cluster, project.config))
    if workers is not None:
        from collection.generate.running.workers import run_workers

        workplace, devices = partial(open_workplace, folder, judged), _devices(project.config)
        return partial(
            run_workers, project.store, workplace, count=workers, max_images=max_images_per_worker, devices=devices
        )
    from collection.generate.running.executor import work

    library, context = project.library, _context(project, judged)
    return lambda done: work(library, context, on_batch_done=done)


def open_context(folder: Path, judged: bool) -> RenderContext:
    """What an actor of a cluster needs, where it sees the project's folder too; nothing is written."""
    return _context(open_project(folder), judged)


def open_workplace(folder: Path, judged: bool) -> tuple[ImageLibrary, RenderContext]:
    """What a worker process of this machine needs."""
    project = open_project(folder)
    return project.library, _context(project, judged)


def _context(project: Project, judged: bool) -> RenderContext:
    from collection.generate.running.batch_result import RenderContext

    if not judged:
        return RenderContext(project.generator)
    from collection.judge.encoders.plugin import open_encoder
    from collection.judge.score import Scorers, score_batch
    from collection.judge.scorer_factory import build_pixel_scorers

    settings, folder = project.config.score, project.folder
    scorers = Scorers(open_encoder(settings.encoder, folder), pixels=build_pixel_scorers(settings, folder))
    return RenderContext(project.generator, partial(score_batch, scorers))


def _equipped(cluster: Cluster, config: Config) -> Cluster:
    """The cluster whose actors have what it takes to make what this process would make."""
    import torch

    from collection.generate.registry import resources

    wanted = resources(config)
    if wanted.device is None:
        return replace(cluster, threads=torch.get_num_threads(), gpus=cluster.gpus or 0)
    threads = wanted.threads or torch.get_num_threads()
    gpus = cluster.gpus or 0 if wanted.device == "cpu" else cluster.gpus
    return replace(cluster, threads=threads, cores=threads, gpus=gpus)


def _devices(config: Config) -> tuple[str, ...]:
    """The CUDA devices that workers share out, if the configuration leaves them the choice."""
    from collection.generate.registry import resources

    if resources(config).device not in ("auto", "cuda"):
        return ()
    from collection.generate.running.workers import cuda_devices

    return cuda_devices()
