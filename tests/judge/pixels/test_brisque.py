import json
import pickle
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection.errors import WeightsError
from collection.judge.pixels.asymmetric_gaussian import Moments
from collection.judge.pixels.brisque import brisque, halve, scene_statistics
from collection.judge.pixels.local_contrast import BAND, GAP, normalised_bands
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.judge.pixels.svm import packaged_brisque, parse_machine, read_plain_pickle

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
    return PixelMetrics().measure(pixels)["quality"]


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
    moments = Moments(drawn.size)
    for piece in np.array_split(drawn.astype(np.float32).reshape(-1, 1000), 7):
        moments.add(piece)
    found, mean, left, right = moments.fit()
    assert found == pytest.approx(shape, rel=0.06)
    assert mean == pytest.approx(0.0, abs=0.05 * np.sqrt(left))
    assert left == pytest.approx(right, rel=0.1)


@settings(deadline=None)
@given(st.integers(2, 40), st.integers(2, 40))
def test_halving_keeps_a_flat_picture_flat(height, width):
    half = halve(np.full((height, width), 0.25))
    assert half.shape == (round(height / 2), round(width / 2))
    assert half == pytest.approx(0.25)


def plainly_smoothed(picture):
    taps = np.exp(-(np.arange(-3, 4) ** 2) / (2 * (7 / 6) ** 2))
    window = np.outer(taps, taps) / taps.sum() ** 2
    return np.einsum("hwij,ij->hw", np.lib.stride_tricks.sliding_window_view(np.pad(picture, 3), (7, 7)), window)


def plainly_normalised(picture):
    """The paper's equations over the whole picture, in double precision."""
    mean = plainly_smoothed(picture)
    deviation = np.sqrt(np.abs(plainly_smoothed(picture**2) - mean**2))
    normal = (picture - mean) / (deviation + 1 / 255)
    return np.where(np.abs(normal) < 1e-9, 0.0, normal)


def plain_features(picture):
    """What scene_statistics should find, with every moment by definition and in double precision."""
    normal = plainly_normalised(picture)
    neighbours = ((normal[:, :-1], normal[:, 1:]), (normal[:-1], normal[1:]),
                  (normal[:-1, :-1], normal[1:, 1:]), (normal[1:, :-1], normal[:-1, 1:]))  # fmt: skip
    features = []
    for values in (normal, *(one * other for one, other in neighbours)):
        moments, below = Moments(values.size), values[values < 0]
        moments.squares, moments.squares_below = (values**2).sum(), (below**2).sum()
        moments.sizes, moments.below = np.abs(values).sum(), below.size
        features += moments.fit()
    shape, _, left, right = features[:4]
    return [shape, (left + right) / 2, *features[4:]]


def patchwork(height, width, seed):
    """Flat and noisy patches, some of them black."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1)) * rng.integers(0, 2, width // 8 + 1)
    picture = patches.repeat(8, 0).repeat(8, 1)[:height, :width]
    noise = rng.integers(-20, 21, picture.shape) * (np.arange(width) > width // 2)
    return np.clip(picture + noise, 0, 255) / 255


SHAPES = [(8, 8), (9, 31), (64, 8), (BAND // 61 + 40, 58), (3 * BAND // 131, 128)]
"""One band, and several of which the last is narrow or full."""


@pytest.mark.parametrize("shape", SHAPES)
def test_bands_are_the_picture_normalised_as_a_whole(shape):
    picture = patchwork(*shape, seed=5)
    found, last = [], np.zeros((1, shape[1]))
    for band in normalised_bands(picture):
        assert band[:1, :-GAP] == pytest.approx(last), "each begins with the last row of the one before"
        assert not band[:, -GAP:].any()
        found.append(band[1:, :-GAP].copy())
        last = found[-1][-1:]
    plain, found = plainly_normalised(picture), np.concatenate(found)
    assert found == pytest.approx(plain, abs=1e-6)
    assert np.array_equal(np.sign(found), np.sign(plain)), "what is flat is zero, and the rest keeps its side"


@pytest.mark.parametrize("shape", SHAPES)
def test_features_are_those_of_the_whole_picture_in_double_precision(shape):
    picture = patchwork(*shape, seed=6)
    assert scene_statistics(picture) == pytest.approx(plain_features(picture), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", ["astronaut", "camera", "moon"])
def test_single_precision_changes_no_score(photo, name):
    for version in (photo(name), blurred(photo(name)), noisy(photo(name))):
        picture = luminance(version)
        plain = np.array(plain_features(picture) + plain_features(halve(picture)))
        assert brisque(picture) == pytest.approx(packaged_brisque().predict(plain), abs=1e-3)


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
    assert PixelMetrics().models["quality"] == f"brisque/1@{machine.sha256}"
