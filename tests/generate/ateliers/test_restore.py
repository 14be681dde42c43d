"""Copies of one picture are laid on each other, their damage is found, and each is mended from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from collection.errors import GenerationError, UsageError
from collection.generate.restore.align import aligned
from collection.generate.restore.damage import compared
from collection.generate.restore.generator import Restorer
from collection.generate.restore.plugin import RestoreTable
from collection.values import Pixels, Recipe, Rendering


def scratched(picture: Pixels, seed: int, lines: int = 3) -> tuple[Pixels, Any]:
    """The picture with white scratches, a dark stain and a missing part; and where they are."""
    draws = np.random.default_rng(seed)
    height, width = picture.shape[:2]
    hurt = np.zeros((height, width), bool)
    for _ in range(lines):
        rows = np.arange(height)
        columns = np.linspace(*draws.integers(0, width, 2), height).astype(int)
        hurt[rows, columns] = hurt[rows, (columns + 1) % width] = True
    made = picture.copy()
    made[hurt] = 245
    y, x = (int(draws.integers(0, length - 12)) for length in (height, width))
    made[y : y + 9, x : x + 12] = 0
    hurt[y : y + 9, x : x + 12] = True
    return made, hurt


def turned(picture: Pixels, angle: float, shift: tuple[float, float]) -> Pixels:
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array(picture.shape[:2]) / 2
    planes = [
        ndimage.affine_transform(picture[..., channel].astype(float), matrix, middle - matrix @ middle + shift,
                                 order=3, mode="nearest")
        for channel in range(3)
    ]  # fmt: skip
    return np.stack(planes, axis=-1).clip(0, 255).astype(np.uint8)


def far(one: Any, other: Any) -> float:
    return float(np.mean((one.astype(float) - other.astype(float)) ** 2))


def test_three_copies_are_nearer_to_the_clean_picture_than_their_median(photograph: Pixels) -> None:
    copies, hurt = zip(*(scratched(photograph, seed) for seed in (1, 2, 3)), strict=True)
    found = compared(copies)
    median = np.median(np.stack(copies), axis=0)
    assert far(found.merged, photograph) < 0.5 * far(median, photograph)
    assert found.damage[0][hurt[0]].mean() > 0.9, "what was damaged is found"
    assert found.damage[0][~hurt[0]].mean() < 0.03, "and hardly anything else"


def test_of_two_copies_the_one_that_fits_its_surroundings_is_believed(photograph: Pixels) -> None:
    copies, hurt = zip(*(scratched(photograph, seed) for seed in (1, 2)), strict=True)
    found = compared(copies)
    assert far(found.merged, photograph) < 0.5 * min(far(copy, photograph) for copy in copies)
    assert all(damage[where].mean() > 0.8 for damage, where in zip(found.damage, hurt, strict=True))


def test_a_turned_and_moved_copy_is_laid_on_the_first(photograph: Pixels) -> None:
    moved = turned(photograph, 0.03, (2.5, -3.5))
    found = aligned(moved.astype(float), photograph.astype(float), "copy 2")
    inner = (slice(8, -8), slice(8, -8))
    assert 3 < found.moved < 8
    assert far(found.pixels[inner], photograph[inner]) < 0.1 * far(moved[inner], photograph[inner])


def test_a_darker_copy_is_not_damaged(photograph: Pixels) -> None:
    darker = (photograph * 0.8 + 10).astype(np.uint8)
    assert compared([photograph, darker]).damage.mean() < 0.01


def test_another_picture_is_refused_by_name(photograph: Pixels) -> None:
    other = np.random.default_rng(0).integers(0, 255, photograph.shape, dtype=np.uint8)
    with pytest.raises(GenerationError, match="copy 2 shows another picture"):
        compared([photograph, other])


def recipe_of(bench: Any, copies: Sequence[Pixels], **changed: Any) -> Recipe:
    first, *others = map(bench.keep, copies)
    height, width = copies[0].shape[:2]
    options = {"copies": others, **changed.pop("options", {})}
    return Recipe("restore", "restore/2", 3, width, height, init_image=first, options=options, **changed)


def test_what_no_copy_shows_is_inpainted_and_said(bench: Any, photograph: Pixels) -> None:
    torn = photograph.copy()
    torn[30:36, 40:46] = 0
    mask = np.zeros_like(torn)
    mask[30:36, 40:46] = 255
    recipe = recipe_of(bench, [torn], mask_image=bench.keep(mask))
    (made,), (again,) = (Restorer(bench.context()).generate([recipe]) for _ in range(2))
    hole = (slice(30, 36), slice(40, 46))
    assert far(made.pixels[hole], photograph[hole]) < 0.2 * far(torn[hole], photograph[hole])
    outside = mask[..., 0] == 0
    assert np.array_equal(made.pixels[outside], photograph[outside]), "the rest stays as it is"
    assert "whole in no copy" in made.warnings[0]
    assert np.array_equal(made.pixels, again.pixels), "and rendered again it is the same"


def test_where_a_mask_says_that_the_first_copy_is_whole_it_stays_and_others_are_damaged(photograph: Pixels) -> None:
    first, other = photograph.copy(), photograph.copy()
    first[10:20, 10:20] = other[40:50, 60:80] = (250, 0, 0)
    mask = np.zeros(photograph.shape[:2], bool)
    mask[8:22, 8:22] = True
    found = compared([first, other, other], mask)
    assert far(found.merged[8:22, 8:22], photograph[8:22, 8:22]) < 1, "what is masked comes from the others"
    assert far(found.merged[40:50, 60:80], photograph[40:50, 60:80]) < 1, "and nothing of theirs, though both agree"
    assert found.damage[1:, 40:50, 60:80].all()
    assert not found.damage[0][~mask].any()


def test_a_generator_paints_the_holes_if_it_is_asked(bench: Any, photograph: Pixels) -> None:
    asked: list[Recipe] = []
    shown: list[Pixels] = []

    def green(recipes: Sequence[Recipe]) -> list[Rendering]:
        asked.extend(recipes)
        shown.append(context.pictures(recipes[0].init_image))
        return [Rendering(np.full_like(photograph, (0, 200, 0)), identity={"generator": "diffusion"})]

    mask, torn = np.zeros_like(photograph), photograph.copy()
    mask[10:20, 10:20] = 255
    torn[10:20, 10:20] = (255, 0, 255)
    options = {"painter": "diffusion", "steps": 2}
    recipe = recipe_of(bench, [torn], mask_image=bench.keep(mask), options=options)
    context = bench.context(green)
    (made,) = Restorer(context).generate([recipe])
    assert not (shown[0] == (255, 0, 255)).all(axis=-1).any(), "the damage is not shown to it"
    assert np.array_equal(shown[0][30:], photograph[30:])
    assert (made.pixels[10:20, 10:20] == (0, 200, 0)).all()
    assert np.array_equal(made.pixels[30:], photograph[30:])
    assert (asked[0].generator, asked[0].options) == ("diffusion", {"steps": 2})


@pytest.mark.parametrize(
    ("second", "words"),
    [((64, 95, 3), "copy 2 is 95x64, the first copy 96x64"), (None, "nobody can tell what is damaged")],
)
def test_sizes_that_differ_and_a_single_copy_are_refused(
    bench: Any, photograph: Pixels, second: tuple[int, ...] | None, words: str
) -> None:
    copies = [photograph] if second is None else [photograph, np.zeros(second, np.uint8)]
    with pytest.raises(GenerationError, match=words):
        Restorer(bench.context()).generate([recipe_of(bench, copies)])


def test_options_that_are_no_recipe_of_it_are_refused() -> None:
    for options in ({"copies": ["x"]}, {"painter": "painter"}, {"steps": 3}):
        with pytest.raises(UsageError):
            RestoreTable.check_options(options)
    RestoreTable.check_options({"copies": ["a" * 64]})
