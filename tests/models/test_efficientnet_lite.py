"""The network that is written out here is the one whose weights it gets."""

from __future__ import annotations

import pytest
import torch

from collection.models.efficientnet_lite import efficientnet_lite0
from collection.models.environment import prepare_torchvision
from collection.models.packaged import EFFICIENTNET_LITE0
from collection.models.weights import load_state


@pytest.mark.parametrize("side", [64, 224])
def test_its_features_are_those_of_timm_bit_by_bit(side: int) -> None:
    prepare_torchvision()
    import timm

    tensors = load_state(EFFICIENTNET_LITE0.path())
    other = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    other.load_state_dict(dict(zip(other.state_dict(), tensors.values(), strict=True)))
    other.reset_classifier(0)
    pictures = torch.randn(3, 3, side, side, generator=torch.Generator().manual_seed(side))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        assert torch.equal(efficientnet_lite0(tensors)(pictures), other(pictures))
    torch.set_num_threads(threads)


def test_weights_of_another_shape_are_refused() -> None:
    tensors = load_state(EFFICIENTNET_LITE0.path())
    first, *others = tensors
    with pytest.raises(RuntimeError, match="size mismatch"):
        efficientnet_lite0({first: tensors[first][:8], **{name: tensors[name] for name in others}})
