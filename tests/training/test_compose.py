"""Pictures put together: deterministic, what is said stands where it is said, nothing that was kept back is used."""

from __future__ import annotations

import numpy as np
from PIL import Image

from training.compose import Composition, compositions, draw
from training.drawings import SETS
from training.split import is_unseen, part

RED, BLUE = (Image.new("RGBA", (32, 32), colour) for colour in ((255, 0, 0, 255), (0, 0, 255, 255)))


def _centre(picture: Image.Image, channel: int) -> tuple[float, float]:
    """x and y of the middle of what is purely red (0) or blue (2)."""
    pixels = np.asarray(picture).astype(int)
    mine = pixels[..., channel] - pixels.sum(axis=2) / 2 > 100
    y, x = np.nonzero(mine)
    return float(x.mean()), float(y.mean())


def test_the_first_stands_left_or_above() -> None:
    for seed in range(5):
        beside = draw(Composition("beside", "noto", ("a", "b"), seed=seed), [RED, BLUE], 64, None)
        above = draw(Composition("above", "noto", ("a", "b"), seed=seed), [RED, BLUE], 64, None)
        assert _centre(beside, 0)[0] < _centre(beside, 2)[0]
        assert _centre(above, 0)[1] < _centre(above, 2)[1]


def test_several_are_as_many_as_are_said() -> None:
    from scipy.ndimage import label

    for count in (2, 3, 4):
        made = Composition("several", "noto", ("a",), count)
        pixels = np.asarray(draw(made, [RED], 96, None)).astype(int)
        assert label(pixels[..., 0] - pixels[..., 2] > 200)[1] == count


def test_the_same_composition_has_the_same_pixels() -> None:
    made = Composition("varied", "noto", ("a",), ground="teal", seed=3)
    assert draw(made, [RED], 64, None).tobytes() == draw(made, [RED], 64, None).tobytes()


def test_what_is_kept_back_is_in_no_composition_that_is_trained_on() -> None:
    codes = [f"{number:x}" for number in range(0x1F400, 0x1F4F0)]
    made = compositions({code: list(SETS) for code in codes}, pairs=200, several=50)
    assert {one.part for one in made} == {"train", "test", "combination", "unseen"}
    assert all(part(code, one.set) == "train" for one in made if one.part in ("train", "test") for code in one.codes)
    assert all(is_unseen(one.codes[0]) for one in made if one.part == "unseen")


def test_a_composition_survives_json() -> None:
    made = Composition("beside", "noto", ("1f98a", "1f3e0"), seed=7, part="test")
    assert Composition.from_json(made.as_json()) == made
