import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection.plan.quotas import largest_remainder

shares = st.lists(st.floats(min_value=0.001, max_value=1e6), min_size=1, max_size=30)


@given(st.integers(min_value=0, max_value=100_000), shares)
def test_the_sum_is_exact_and_nobody_is_a_whole_unit_off(total: int, wanted: list[float]) -> None:
    counts = largest_remainder(total, wanted)
    assert sum(counts) == total
    for count, share in zip(counts, wanted, strict=True):
        assert abs(count - total * share / sum(wanted)) < 1 + 1e-6


@pytest.mark.parametrize(
    ("total", "wanted", "counts"),
    [(40, [1], [40]), (10, [1, 1, 1], [4, 3, 3]), (7, [6, 3, 1], [4, 2, 1]), (2, [1, 1, 1], [1, 1, 0])],
)
def test_known_cases(total: int, wanted: list[float], counts: list[int]) -> None:
    assert largest_remainder(total, wanted) == counts
