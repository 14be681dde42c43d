import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.judge.duplicates import neighbours, short_forms
from collection.judge.duplicates.cosine import cosine_distances, limit
from collection.judge.duplicates.neighbours import near_vectors


def around(centres, count, width, noise, seed):
    """Unit vectors around a few centres."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(centres, width))[rng.integers(0, centres, count)]
    vectors = vectors + noise * rng.choice([0.1, 1], (count, 1)) * rng.normal(size=(count, width))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def as_pairs(found):
    return {(a, b): d for a, b, d in zip(found.queries, found.others, found.distances, strict=True)}


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_distance_is_the_same_whichever_of_the_two_asks(dtype):
    """To the last digit: what is rounded may not hang on which of the two was scaled to length 1 first."""
    rng = np.random.default_rng(3)
    one, other = (rng.normal(size=(200, 5)).astype(dtype) for _ in range(2))
    there = as_pairs(near_vectors(one, other, 2.0, top=200))
    back = {(b, a): distance for (a, b), distance in as_pairs(near_vectors(other, one, 2.0, top=200)).items()}
    assert len(there) == 200 * 200
    assert there == back


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 40), st.integers(40, 120), st.sampled_from([8, 33, 64]), st.sampled_from([0.0, 0.2, 0.6]),
    st.integers(0, 10**6), st.sampled_from([0.5, 0.8, 0.9, 0.98, 1.0]), st.booleans(),
)  # fmt: skip
def test_what_short_forms_leave_out_is_not_near(centres, count, width, noise, seed, cosine, half):
    """The search by short forms finds the pairs of the definition, whatever the shape of the set."""
    vectors = around(centres, count, width, noise, seed).astype(np.float16 if half else np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(short_forms, "WORTH", 1)
        patch.setattr(short_forms, "LOOKED_UP", 0)
        patch.setattr(neighbours, "LOOKED_UP", 0)
        patch.setattr(neighbours, "COLUMNS", 32)
        forms = short_forms.short_forms(vectors, vectors, cosine)
        found = as_pairs(near_vectors(vectors, vectors, limit(cosine), before=np.arange(count), top=count))
    assert forms is not None
    assert forms[0].shape[1] <= width / 4
    wanted = {}
    for later in range(count):
        apart = cosine_distances(np.repeat(vectors[later : later + 1], later, axis=0), vectors[:later])
        wanted |= {(later, earlier): d for earlier, d in enumerate(apart) if d <= limit(cosine)}
    assert found == wanted


def test_bounds_are_above_cosines_and_vectors_of_few_directions_have_shorter_forms():
    rng = np.random.default_rng(5)
    flat = rng.normal(size=(9000, 12)) @ rng.normal(size=(12, 128)) + 0.05 * rng.normal(size=(9000, 128))
    vectors = (flat / np.linalg.norm(flat, axis=1, keepdims=True)).astype(np.float32)
    forms = short_forms.short_forms(vectors, vectors, 0.97)
    assert forms is not None
    assert forms[0].shape[1] < 32, "a quarter is what vectors without structure need"
    bounds, cosines = forms[0][:500] @ forms[1][500:1000].T, vectors[:500] @ vectors[500:1000].T
    assert (bounds >= cosines).all()


def test_short_forms_are_not_made_where_they_would_not_pay():
    alike = around(2, 9000, 64, 0.01, 1)
    apart = around(9000, 9000, 256, 0.0, 2)
    assert short_forms.short_forms(alike, alike, 0.9) is None, "half of all pairs would be looked up"
    assert short_forms.short_forms(apart[:100], apart, 0.9) is None, "few queries"
    assert short_forms.short_forms(apart, apart, 0.1) is None, "no bound is below"
    assert short_forms.short_forms(apart, apart, 0.9) is not None


def test_a_crowd_of_look_alikes_among_unlike_pictures_is_found_whole(monkeypatch):
    """Its tiles leave too many pairs to look up, and are multiplied out."""
    vectors = np.concatenate([around(9000, 9000, 256, 0.0, 2), around(1, 300, 256, 0.001, 3)])
    found = near_vectors(vectors, vectors, limit(0.9), before=np.arange(9300), top=400)
    assert np.count_nonzero(found.queries >= 9000) == 300 * 299 / 2
    monkeypatch.setattr(short_forms, "WORTH", 10**9)
    assert as_pairs(found) == as_pairs(near_vectors(vectors, vectors, limit(0.9), before=np.arange(9300), top=400))
