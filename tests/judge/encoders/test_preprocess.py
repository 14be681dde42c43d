import numpy as np
import pytest
from PIL import Image

from collection.errors import WeightsError
from collection.judge.encoders.preprocess import Preprocess
from collection.models.environment import prepare_torchvision

MEAN, STD = (0.48, 0.46, 0.41), (0.27, 0.26, 0.28)


def smooth_picture(height, width):
    coarse = np.random.default_rng(height * width).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("resize", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("shape", [(64, 64), (100, 64), (65, 131), (300, 47), (40, 50), (31, 211)])
@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_input_is_what_open_clip_itself_would_make(resize, shape, interpolation):
    prepare_torchvision()
    from open_clip.transform import PreprocessCfg, image_transform_v2

    picture = smooth_picture(*shape)
    theirs = image_transform_v2(
        PreprocessCfg(size=64, mean=MEAN, std=STD, interpolation=interpolation, resize_mode=resize), is_train=False
    )(Image.fromarray(picture))
    ours = Preprocess(64, MEAN, STD, resize, interpolation)([picture])[0]
    assert ours.shape == theirs.shape == (3, 64, 64)
    levels = (ours - theirs).abs().numpy() * np.array(STD)[:, None, None] * 255
    assert levels.max() <= 2.01  # each of two passes of the filter may round one level otherwise
    assert levels.mean() < 0.1


def test_pictures_of_unlike_sizes_make_one_batch():
    batch = Preprocess(32, MEAN, STD)([smooth_picture(40, 50), smooth_picture(32, 32)])
    assert batch.shape == (2, 3, 32, 32)


def test_unknown_modes_are_refused_by_name():
    with pytest.raises(WeightsError, match="'fit'"):
        Preprocess(32, MEAN, STD, resize="fit")
    with pytest.raises(WeightsError, match="'nearest'"):
        Preprocess(32, MEAN, STD, interpolation="nearest")
