"""A Ray cluster of two nodes on this machine, and worker processes, make a model's pictures as one process does."""

from __future__ import annotations

import operator
from functools import partial
from threading import Event, Thread

import psutil
import pytest

from collection.errors import CollectionError, UsageError
from collection.generate.run import count_pending
from collection.generate.running.ray_cluster import ActorFailure, Cluster, RenderActor, run_ray, store_result


@pytest.fixture(scope="session")
def ray(missing):
    """The module."""
    try:
        import ray
    except ModuleNotFoundError:
        missing("ray is not installed: pip install 'nft-collection[ray]'")
    return ray


@pytest.fixture(scope="session")
def two_nodes(ray):
    """The address of a cluster of two nodes with a core each."""
    from ray.cluster_utils import Cluster as Nodes

    nodes = Nodes()
    for _ in range(2):
        nodes.add_node(num_cpus=1, include_dashboard=False)
    yield nodes.address
    ray.shutdown()
    nodes.shutdown()


@pytest.fixture
def diffusing(planned_project, tiny_sd):
    """A project of five pictures by a tiny Stable Diffusion pipeline, two at a time."""

    def open_planned(name):
        table = f'[generator]\nuse = "diffusion"\nmodel = "{tiny_sd}"\nsteps = 2\nbatch_size = 2\nthreads = 1\n'
        return planned_project(name, 5, table)

    return open_planned


def test_cluster_workers_and_one_process_make_the_same_files(two_nodes, diffusing, carried, hashes):
    alone, spread, shared = (diffusing(name) for name in ("alone", "spread", "shared"))
    carried(alone)
    wanted = hashes(alone.store)
    assert len(wanted) == 5
    report = carried(spread, cluster=Cluster(two_nodes, actors=1))  # each would load diffusers; two are shaken below
    assert (report.made, report.failed) == (5, ())
    assert hashes(spread.store) == wanted
    assert carried(shared, workers=1).made == 5
    assert hashes(shared.store) == wanted
    assert spread.store.assets()[0].generator == alone.store.assets()[0].generator


def test_killed_actors_lose_nothing(two_nodes, planned_project, carried, hashes):
    alone, spread = planned_project("steady", 24, side=200), planned_project("shaken", 24, side=200)
    carried(alone)
    victims, over = [], Event()

    def kill() -> None:
        while len(victims) < 2 and not over.wait(0.02):
            crew = [
                process
                for process in psutil.process_iter(["name"])
                if "ray::RenderActor" in (process.info["name"] or "")
            ]
            if crew and len(spread.store.generated_files()) > 4 * len(victims):
                crew[0].kill()
                victims.append(crew[0].pid)

    killer = Thread(target=kill, daemon=True)
    killer.start()
    report = carried(spread, cluster=Cluster(two_nodes))
    over.set()
    killer.join()
    assert len(victims) == 2, "the run was over too early to show anything"
    assert (report.made, report.failed) == (24, ())
    assert hashes(spread.store) == hashes(alone.store)


def test_an_actor_that_does_not_fit_is_refused_before_anything_is_done(two_nodes, planned_project, carried):
    project = planned_project("gpus", 1)
    with pytest.raises(UsageError, match="0 GPUs; an actor needs 1 and 2"):
        carried(project, cluster=Cluster(two_nodes, gpus=2))
    assert count_pending(project.store, project.files) == 1


def test_no_cluster_at_an_address(planned_project, carried, ray):
    with pytest.raises(UsageError, match="no Ray cluster at nonsense"):
        carried(planned_project("nowhere", 1), cluster=Cluster("nonsense"))


def test_memory_trouble_of_an_actor_plans_a_smaller_batch(library, recipes):
    library.store.replace_plan(recipes(4, batch_size=4))
    library.store.queue_batches([[1, 2, 3, 4]])
    batch = library.store.take_batch("driver", 60)
    store_result(library, batch, ActorFailure("no memory for 4 images", None, too_large=True))
    assert [batch.recipes for batch in library.store.unended_batches()] == [(5, 6), (7, 8)]


class Unforeseen:
    """What opens nothing, for a reason that nobody thought of."""

    def __call__(self):
        raise IndexError("list index out of range")


def test_an_error_that_nobody_foresaw_is_told_by_name_in_the_actor():
    answer = RenderActor(Unforeseen(), threads=1).make([])
    assert "IndexError: list index out of range (test_ray.py, line" in answer.message
    assert not answer.too_large


def test_an_error_that_nobody_foresaw_ends_the_run_with_its_name(two_nodes, library, recipes):
    library.store.replace_plan(recipes(2))
    library.store.queue_batches([[1], [2]])
    with pytest.raises(CollectionError, match=r"an actor failed: IndexError: list index out of range"):
        run_ray(library, partial(operator.getitem, [], 0), lambda: None, Cluster(two_nodes))
