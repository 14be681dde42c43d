"""torchvision can be imported where its compiled library cannot load."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

LIBRARY_CANNOT_LOAD = """
import sys
import torch
from collection.models.environment import TorchvisionFinder
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, TorchvisionFinder)]
from collection.models.environment import prepare_torchvision
def refuse(path): raise OSError(f"{path}: libcudart.so.13: cannot open shared object file")
torch.ops.load_library = refuse
"""

LIBRARY_AS_IT_IS = """
import torch
from collection.models.environment import prepare_torchvision
"""


Run = Callable[[str], Any]


@pytest.fixture(scope="module")
def run(forks: Callable[..., Any]) -> Run:
    """Runs a program in a process that has loaded torch, and nothing of us; returns what it said."""
    server = forks("torch", only=True)

    def run(script: str) -> Any:
        server.start(program=script)
        return server.ended()

    return run


def test_without_preparation_an_unloadable_library_breaks_the_import(run: Run) -> None:
    """The reason for the module: when torchvision stops doing so, the module can go."""
    result = run(LIBRARY_CANNOT_LOAD + "import torchvision")
    assert "operator torchvision::nms does not exist" in result.err


@pytest.mark.parametrize("start", [LIBRARY_CANNOT_LOAD, LIBRARY_AS_IT_IS], ids=["unloadable", "as it is"])
def test_after_preparation_twice_over_the_transforms_work(run: Run, start: str) -> None:
    script = """
prepare_torchvision()
prepare_torchvision()
from torchvision.transforms import Resize
print(tuple(Resize(8)(torch.ones(3, 16, 32)).shape))
"""
    result = run(start + script)
    assert (result.code, result.out.strip()) == (0, "(3, 8, 16)"), result.err


def test_a_library_that_loads_keeps_its_operators(run: Run) -> None:
    """The declaration must never hide a kernel that is there: nms then answers, or torchvision itself says why not."""
    script = """
prepare_torchvision()
import torchvision
boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 2.0]])
try:
    print(torchvision.ops.nms(boxes, torch.tensor([0.4, 0.9]), 0.5).tolist())
except RuntimeError as error:
    print(torchvision.extension._has_ops(), str(error)[:34])
"""
    result = run(LIBRARY_AS_IT_IS + script)
    assert result.out.strip() in {"[1]", "False Couldn't load custom C++ ops. This"}, result.err


def test_a_program_that_knows_nothing_of_us_can_import_it(run: Run) -> None:
    """As in the environment of set-up, where a file of the environment calls this before the program begins."""
    result = run(
        LIBRARY_CANNOT_LOAD
        + "from collection.models.environment import prepare_on_import\nprepare_on_import()\n"
        + "from transformers import CLIPImageProcessor\nprint(CLIPImageProcessor.__name__)"
    )
    assert (result.code, result.out.strip()) == (0, "CLIPImageProcessor"), result.err


def test_nothing_happens_where_torchvision_is_not_installed() -> None:
    script = """
import sys
sys.modules["torchvision"] = None
from collection.models.environment import prepare_torchvision
prepare_torchvision()
print("torch" in sys.modules)
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stdout.strip()) == (0, "False"), result.stderr
