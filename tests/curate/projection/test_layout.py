"""Images on a plane: neighbours stay neighbours, the same vectors give the same places, new images change none."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from collection.curate.projection import nearest as nearest_module
from collection.curate.projection.layout import clusters, lay_beside, lay_out
from collection.curate.projection.names import METHODS, short_names
from collection.curate.projection.nearest import nearest
from collection.curate.projection.principal import principal
from collection.curate.projection.tsne import _Grid, _repulsion
from collection.values import silent

Points = npt.NDArray[np.float32]
KINDS, EACH = 6, 40


@pytest.fixture(scope="module")
def vectors() -> Points:
    """Six kinds of images, forty of each, in 64 dimensions."""
    rng = np.random.default_rng(5)
    kinds = rng.normal(size=(KINDS, 64)).repeat(EACH, axis=0)
    return (kinds + 0.4 * rng.normal(size=kinds.shape)).astype(np.float32)


KIND = np.arange(KINDS).repeat(EACH)


def test_principal_components_are_those_of_the_svd(vectors: Points) -> None:
    centred = vectors - vectors.mean(axis=0)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    found = principal(vectors, 5)
    assert np.abs(found) == pytest.approx(np.abs(left[:, :5] * lengths[:5]), abs=0.02)
    assert principal(vectors[:, :3], 50).shape == (KINDS * EACH, 3)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_alike_lies_together_and_the_same_gives_the_same(vectors: Points, method: str) -> None:
    points = principal(vectors, 50)
    places = lay_out(points, method, silent)
    assert places.shape == (len(vectors), 2)
    assert 0 <= places.min() < places.max() <= 1
    assert np.array_equal(places, lay_out(points.copy(), method, silent))
    near = nearest(places, places, 6)[0]
    assert (KIND[near] == KIND[:, None]).mean() > (0.98 if method == "tsne" else 0.6)


def test_new_images_stand_beside_the_most_alike(vectors: Points) -> None:
    points = principal(vectors, 50)
    places = lay_out(points, "tsne", silent)
    new = lay_beside(points, places, points[::7] + 0.01)
    assert np.linalg.norm(new - places[::7], axis=1).max() < 0.02


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_a_few_images_have_places_too(vectors: Points, count: int) -> None:
    points = principal(vectors[:count], 50) if count else np.zeros((0, 3), np.float32)
    for method in METHODS:
        places = lay_out(points, method, silent)
        assert places.shape == (count, 2)
        assert np.isfinite(places).all()
    assert len(clusters(points)) == count


def test_copies_of_one_image_have_places(vectors: Points) -> None:
    places = lay_out(principal(vectors[:1].repeat(30, axis=0), 50), "tsne", silent)
    assert np.isfinite(places).all()


def test_the_grid_repels_as_the_pairs_do(vectors: Points) -> None:
    places = (principal(vectors, 2) * 3).astype(np.float32)
    exact, on_grid = _repulsion(places), _Grid().repulsion(places)
    assert np.corrcoef(exact.ravel(), on_grid.ravel())[0, 1] > 0.99


def test_neighbours_by_cells_are_nearly_those_of_all_pairs(vectors: Points, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = nearest(vectors, vectors, 8)[0]
    monkeypatch.setattr(nearest_module, "EXACT", 100)
    rows, far = nearest(vectors, vectors, 8)
    shared = [len(set(one) & set(other)) for one, other in zip(exact.tolist(), rows.tolist(), strict=True)]
    assert np.mean(shared) > 7.5
    assert far[0] == pytest.approx(((vectors[rows[0]] - vectors[0]) ** 2).sum(axis=1), rel=1e-3, abs=1e-2)


def test_clusters_are_the_kinds_the_largest_first(vectors: Points) -> None:
    found = clusters(principal(vectors, 50))
    assert all(len(set(found[kind == KIND])) == 1 for kind in range(KINDS))
    assert (np.diff(np.bincount(found)) <= 0).all()


def test_vectors_are_named_without_revisions() -> None:
    assert short_names(["clip@1|a", "clip@2", "colour/1"]) == {
        "clip": "clip@1|a",
        "clip~2": "clip@2",
        "colour": "colour/1",
    }
