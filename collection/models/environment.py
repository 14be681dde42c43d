"""What torch finds on this machine, and what its companion packages need before they can be imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

_BOXES_TO_KEEP = {
    "nms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}
"""The operators (schemas as in torchvision's C++ source) that torchvision's Python gives a shape function on import."""


def best_device() -> str:
    """Where networks run if nobody says otherwise: a CUDA device, else Apple's, else the processor."""
    import torch

    return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


def prepare_torchvision() -> None:
    """Make `import torchvision` work where its compiled library cannot load; call it before whatever imports it.

    The wheel of a registry is linked to CUDA; beside a CPU-only torch its library does not load, and torchvision
    then describes operators that nobody declared ("operator torchvision::nms does not exist"). Declaring them
    lets its Python transforms work; calling the operators themselves still fails. Does nothing where the
    library loads, where torchvision is not installed, or the second time.
    """
    try:
        import torchvision  # noqa: F401
    except ModuleNotFoundError:
        return
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
        _declare_operators()


def _declare_operators() -> None:
    import torch

    for name, schema in _BOXES_TO_KEEP.items():
        if not hasattr(torch.ops.torchvision, name):
            torch.library.define(f"torchvision::{name}", schema)


class TorchvisionFinder(MetaPathFinder):
    """Declares the operators at the moment at which torchvision describes them; finds no module itself."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """None: the finders that follow find the module."""
        if fullname == "torchvision._meta_registrations":
            _declare_operators()
        return None


def prepare_on_import() -> None:
    """Make `import torchvision` work in every program of this environment, also in one that knows nothing of us.

    `packaging/setup.sh` has it called when Python starts, where torchvision cannot be imported otherwise.
    """
    sys.meta_path.insert(0, TorchvisionFinder())
