from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from collection.plan.seeds import LARGEST_SEED, derived_seed, image_seed, image_seeds

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


def test_seeds_of_images_never_change_and_fit_into_32_bits() -> None:
    """Golden, as those above: other tools make the same noise of such a seed, and of no larger one."""
    assert list(islice(image_seeds("paper weather", "storms"), 2)) == [1699801891, 2781025450]
    assert image_seed(7, "main", 41) == derived_seed(7, "main", 41) >> 21
    assert max(islice(image_seeds("x", "main"), 10_000)) <= LARGEST_SEED


def test_no_two_images_of_a_series_have_one_seed() -> None:
    """A hundred thousand draws of 32 bits hold about one pair of equal ones: the later image draws again."""
    drawn = [image_seed("pairs", "main", number) for number in range(100_000)]
    seeds = list(islice(image_seeds("pairs", "main"), 100_000))
    assert len(set(drawn)) < len(drawn), "choose another collection seed: this one tests nothing"
    assert len(set(seeds)) == len(seeds)
    assert sum(one != other for one, other in zip(drawn, seeds, strict=True)) == len(drawn) - len(set(drawn))
