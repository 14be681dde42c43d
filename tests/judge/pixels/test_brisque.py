import json
import pickle
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import WeightsError
from collection.judge.pixels.brisque import brisque, fit_asymmetric_gaussian, halve
from collection.judge.pixels.svm import packaged_brisque, parse_machine, read_plain_pickle
from collection.judge.pixels.technical import Technical

# (as it is, blurred by a 9 by 9 box, with uniform noise of +-40), by the original code of the package brisque 0.2.0
# run once in an environment of its own (OpenCV 5.0.0, numpy 2.2.6, libsvm 3.37) on scikit-image 0.26's pictures.
ORIGINAL = {
    "astronaut": (10.794863, 72.619967, 68.574701),
    "chelsea": (2.870767, 72.916980, 76.768883),
    "coffee": (3.047926, 72.884019, 63.775999),
    "rocket": (4.233154, 80.080108, 87.417035),
    "camera": (-7.879404, 63.839053, 77.801783),
    "immunohistochemistry": (29.516242, 64.207151, 74.424910),
    "moon": (18.818981, 76.018358, 88.137232),
}


def luminance(pixels):
    return pixels @ np.array([0.2125, 0.7154, 0.0721]) / 255


def blurred(pixels, width=9):
    sums = np.pad(pixels.astype(np.int64), ((1, 0), (1, 0), (0, 0))).cumsum(0).cumsum(1)
    window = sums[width:, width:] - sums[:-width, width:] - sums[width:, :-width] + sums[:-width, :-width]
    return ((window + width * width // 2) // (width * width)).astype(np.uint8)


def noisy(pixels):
    noise = np.random.Generator(np.random.PCG64(7)).integers(-40, 41, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ORIGINAL)
def test_brisque_says_what_the_original_code_says(photo, name):
    picture = photo(name)
    ours = [brisque(luminance(version)) for version in (picture, blurred(picture), noisy(picture))]
    assert ours == pytest.approx(ORIGINAL[name], abs=0.15)


def quality(pixels):
    return Technical().measure(pixels)["quality"]


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_a_clean_photograph_beats_its_ruined_copies(photo, name):
    picture = photo(name)
    assert quality(picture) > 85 > 45 > max(quality(blurred(picture)), quality(noisy(picture)))


def test_an_empty_picture_is_worth_nothing():
    assert quality(np.full((64, 64, 3), 128, np.uint8)) == 0.0


@pytest.mark.parametrize("shape", [(8, 8), (9, 31), (64, 8)])
def test_every_small_picture_gets_a_finite_number(shape):
    pixels = np.random.default_rng(3).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert 0 <= quality(pixels) <= 100


def test_pictures_of_few_flat_colours_get_a_number():
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[16:48, 16:48] = (200, 30, 60)
    assert np.isfinite(brisque(luminance(pixels)))


@settings(deadline=None, max_examples=30)
@given(shape=st.floats(0.5, 4.0), scale=st.floats(0.1, 3.0))
def test_the_fit_finds_the_shape_that_samples_were_drawn_with(shape, scale):
    rng = np.random.default_rng(11)
    drawn = scale * rng.gamma(1 / shape, size=200_000) ** (1 / shape) * rng.choice([-1, 1], 200_000)
    found, mean, left, right = fit_asymmetric_gaussian(drawn)
    assert found == pytest.approx(shape, rel=0.06)
    assert mean == pytest.approx(0.0, abs=0.05 * np.sqrt(left))
    assert left == pytest.approx(right, rel=0.1)


@settings(deadline=None)
@given(st.integers(2, 40), st.integers(2, 40))
def test_halving_keeps_a_flat_picture_flat(height, width):
    half = halve(np.full((height, width), 0.25))
    assert half.shape == (round(height / 2), round(width / 2))
    assert half == pytest.approx(0.25)


def test_a_pickle_that_calls_something_is_refused(tmp_path):
    assert read_plain_pickle(pickle.dumps({"min_": [0.5], "max_": [1]})) == {"min_": [0.5], "max_": [1]}
    with pytest.raises(WeightsError, match="only plain numbers"):
        read_plain_pickle(pickle.dumps(subprocess.check_output))


def test_a_machine_is_read_from_libsvm_text():
    header, vectors, coefficients = parse_machine("gamma 0.5\nrho -1\nSV\n2 1:3 3:4 \n-1 2:5 \n")
    assert header == {"gamma": "0.5", "rho": "-1"}
    assert json.dumps([vectors.tolist(), coefficients.tolist()]) == "[[[3.0, 0.0, 4.0], [0.0, 5.0, 0.0]], [2.0, -1.0]]"


def test_the_packaged_machine_is_the_one_we_know():
    machine = packaged_brisque()
    assert machine.vectors.shape == (770, 36)
    assert Technical().models["quality"] == f"brisque/1@{machine.sha256}"
