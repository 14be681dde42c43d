from hypothesis import given
from hypothesis import strategies as st

from collection.plan.seeds import derived_seed

names = st.lists(st.one_of(st.integers(), st.text(max_size=20)), max_size=4)


def test_the_seeds_of_a_collection_never_change() -> None:
    """Golden: computed once; other values here would give every collection in the world other pictures."""
    assert derived_seed("paper weather", "storms", 0) == 3564742936154648
    assert derived_seed(7, "main", 41) == 1001629000659050


@given(st.text(), names)
def test_a_seed_is_an_exact_json_integer(seed: str, path: list[int | str]) -> None:
    assert 0 <= derived_seed(seed, *path) < 2**53


def test_an_integer_and_its_digits_are_one_seed() -> None:
    assert derived_seed(7, "a") == derived_seed("7", "a")


def test_parts_do_not_run_together() -> None:
    assert derived_seed("a", "bc") != derived_seed("ab", "c")
    assert derived_seed("a") != derived_seed("a", "")


def test_ten_thousand_images_have_ten_thousand_seeds() -> None:
    assert len({derived_seed("x", "main", number) for number in range(10_000)}) == 10_000
