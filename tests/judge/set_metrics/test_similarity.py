"""Similarity by vectors alone, against the plain computation with all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.judge.set_metrics import novelty, reference_similarity
from collection.judge.set_metrics import style_consistency as consistency_of
from collection.judge.set_metrics.novelty import distance_to_nearest
from collection.judge.set_metrics.reference_similarity import most_similar
from collection.judge.set_metrics.style_consistency import style_consistency

Vectors = np.ndarray


def unit(count: int, seed: int, width: int = 6) -> Vectors:
    x = np.random.default_rng(seed).normal(size=(count, width))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few rows make several blocks."""
    for module in (reference_similarity, consistency_of):
        monkeypatch.setattr(module, "_BLOCK_ELEMENTS", 40)
    monkeypatch.setattr(novelty, "_QUERIES", 4)
    monkeypatch.setattr(novelty, "_COLUMNS", 8)


@settings(deadline=None, max_examples=40)
@given(count=st.integers(2, 40), seed=st.integers(0, 99), neighbours=st.integers(1, 12))
def test_novelty_is_the_mean_distance_to_the_nearest_of_the_rest(count: int, seed: int, neighbours: int) -> None:
    x = unit(count, seed)
    wanted = [
        np.sort([1 - float(x[i] @ x[j]) for j in range(count) if j != i])[:neighbours].mean() for i in range(count)
    ]
    assert distance_to_nearest(x, neighbours=neighbours) == pytest.approx(np.maximum(wanted, 0), abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(count=st.integers(1, 30), others=st.integers(1, 30), seed=st.integers(0, 99), neighbours=st.integers(1, 12))
def test_others_are_searched_whole(count: int, others: int, seed: int, neighbours: int) -> None:
    x, y = unit(count, seed), unit(others, seed + 100)
    distances = 1 - x.astype(float) @ y.T.astype(float)
    wanted = np.sort(distances, axis=1)[:, :neighbours].mean(axis=1)
    assert distance_to_nearest(x, y, neighbours) == pytest.approx(np.maximum(wanted, 0), abs=1e-5)
    rows, cosines = most_similar(x, y)
    assert cosines == pytest.approx(1 - distances.min(axis=1), abs=1e-5)
    assert np.einsum("nd,nd->n", x, y[rows]) == pytest.approx(cosines, abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(styles=st.lists(st.sampled_from("abc"), min_size=1, max_size=30), seed=st.integers(0, 99))
def test_style_consistency_leaves_the_image_itself_out(styles: list[str], seed: int) -> None:
    x = unit(len(styles), seed)
    consistency, margin = style_consistency(x, styles)

    def towards(row: int, members: list[int]) -> float:
        centre = x[members].astype(float).sum(axis=0)
        return float(x[row] @ centre / np.linalg.norm(centre))

    for row, style in enumerate(styles):
        own = [other for other, name in enumerate(styles) if name == style and other != row]
        if not own:
            assert np.isnan(consistency[row])
            assert np.isnan(margin[row])
            continue
        assert consistency[row] == pytest.approx(towards(row, own), abs=1e-4)
        groups = [[o for o, name in enumerate(styles) if name == n] for n in sorted(set(styles) - {style})]
        if groups:
            best = max(towards(row, group) for group in groups)
            assert margin[row] == pytest.approx(consistency[row] - best, abs=1e-4)
        else:
            assert np.isnan(margin[row])


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 99), order=st.permutations(range(12)))
def test_the_order_of_the_images_does_not_matter(seed: int, order: list[int]) -> None:
    x, styles = unit(12, seed), ["a", "b", "b"] * 4
    assert distance_to_nearest(x[order]) == pytest.approx(distance_to_nearest(x)[order], abs=1e-6)
    one = style_consistency(x[order], [styles[row] for row in order])
    other = style_consistency(x, styles)
    for ours, theirs in zip(one, other, strict=True):
        assert ours == pytest.approx(theirs[order], abs=1e-5)


def test_one_image_alone_has_no_novelty_and_no_style() -> None:
    assert np.isnan(distance_to_nearest(unit(1, 0))).all()
    assert np.isnan(style_consistency(unit(1, 0), ["a"])[0]).all()
    assert distance_to_nearest(unit(0, 0)).shape == (0,)
