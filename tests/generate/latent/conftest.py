"""Tiny latent models in every format, built here."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from collection.generate.latent.networks import ARCHITECTURES

Write = Callable[..., Path]
"""Writes a model into a folder and returns its manifest."""


def as_numbers(count: int, shape: Sequence[int]) -> np.ndarray[Any, Any]:
    return np.random.default_rng(count).normal(size=shape).astype("<f4")


@pytest.fixture
def own(tmp_path: Path) -> Write:
    """A network of `collection train` with random weights."""

    def write(kind: str = "vae", classes: Sequence[str] = ("moon", "sun"), name: str = "tiny", **said: Any) -> Path:
        torch.manual_seed(3)
        network = ARCHITECTURES[kind](16, 6, len(classes), 4).eval()
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        state = {
            key: value.half() if value.is_floating_point() else value for key, value in network.state_dict().items()
        }
        save_file(state, folder / "weights.safetensors")
        manifest = {
            "format": "collection-latent/1", "kind": kind, "weights": "weights.safetensors", "latent": [6], "size": 16,
            "width": 4, "classes": list(classes), "license": "CC0-1.0", **said,
        }  # fmt: skip
        (folder / "latent.json").write_text(json.dumps(manifest))
        return folder / "latent.json"

    return write


# ONNX, written by hand: protobuf fields are (number << 3 | type), a varint or a length, and the value


def varint(value: int) -> bytes:
    found = b""
    while value > 127:
        found, value = found + bytes([value & 127 | 128]), value >> 7
    return found + bytes([value])


def field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name: str, values: np.ndarray[Any, Any]) -> bytes:
    dims = b"".join(field(1, size) for size in values.shape)
    return dims + field(2, 7 if values.dtype == np.int64 else 1) + field(8, name) + field(9, values.tobytes())


def value_info(name: str, last: int, kind: int = 1) -> bytes:
    dims = field(1, field(2, "n")) + (field(1, field(1, last)) if last else b"")
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, dims)))


def node(kind: str, inputs: Sequence[str], output: str) -> bytes:
    return b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, kind)


@pytest.fixture
def onnx(tmp_path: Path) -> Write:
    """point @ A + class @ B (or row `class` of B), reshaped to pictures of 4 pixels."""

    def write(name: str = "graph", numbered: bool = False, **said: Any) -> Path:
        inputs = [value_info("point", 5), value_info("class", 0 if numbered else 3, 7 if numbered else 1)]
        nodes = [
            node("MatMul", ["point", "A"], "a"),
            node("Gather", ["B", "class"], "b") if numbered else node("MatMul", ["class", "B"], "b"),
            node("Add", ["a", "b"], "sum"), node("Reshape", ["sum", "shape"], "picture"),
        ]  # fmt: skip
        weights = [
            tensor("A", as_numbers(1, (5, 48))), tensor("B", as_numbers(2, (3, 48))),
            tensor("shape", np.array([-1, 4, 4, 3])),
        ]  # fmt: skip
        graph = (
            b"".join(field(1, item) for item in nodes) + field(2, "g") + b"".join(field(5, item) for item in weights)
        )
        graph += b"".join(field(11, item) for item in inputs) + field(12, field(1, "picture"))
        (tmp_path / f"{name}.onnx").write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 13)))
        manifest = {
            "kind": "onnx", "weights": f"{name}.onnx", "latent": [5], "classes": ["a", "b", "c"], "layout": "NHWC",
            "range": [-2.0, 2.0], **said,
        }  # fmt: skip
        (tmp_path / f"{name}.json").write_text(json.dumps(manifest))
        return tmp_path / f"{name}.json"

    return write


@pytest.fixture
def torchscript(tmp_path: Path) -> Write:
    def write(name: str = "script", **said: Any) -> Path:
        torch.manual_seed(1)
        network = torch.nn.Sequential(torch.nn.Linear(8, 3 * 64), torch.nn.Tanh(), torch.nn.Unflatten(1, (3, 8, 8)))
        torch.jit.trace(network, torch.zeros(1, 8)).save(str(tmp_path / f"{name}.pt"))
        manifest = {"kind": "torchscript", "weights": f"{name}.pt", "latent": [8], **said}
        (tmp_path / f"{name}.json").write_text(json.dumps(manifest))
        return tmp_path / f"{name}.json"

    return write


@pytest.fixture
def tensorflow_js(tmp_path: Path) -> Write:
    """Dense, reshape, a transposed convolution of stride 2, up-sampling, a convolution."""

    def write(**changed: Any) -> Path:
        convolution = {"padding": "same", "use_bias": True, "activation": "sigmoid"}
        layers: list[tuple[str, str, dict[str, Any]]] = [
            ("InputLayer", "z", {"batch_input_shape": [None, 3]}),
            ("Dense", "dense", {"units": 18, "activation": "relu", "use_bias": True}),
            ("Reshape", "reshape", {"target_shape": [3, 3, 2]}),
            (
                "Conv2DTranspose",
                "up",
                {"strides": [2, 2], **convolution, "activation": changed.get("activation", "relu")},
            ),
            ("UpSampling2D", "larger", {"size": [2, 2]}),
            ("Conv2D", "end", {"strides": [1, 1], **convolution}),
        ]
        shapes = {
            "dense/kernel": (3, 18), "dense/bias": (18,), "up/kernel": (3, 3, 4, 2), "up/bias": (4,),
            "end/kernel": (3, 3, 4, 1), "end/bias": (1,),
        }  # fmt: skip
        data = b"".join(as_numbers(place, shape).tobytes() for place, shape in enumerate(shapes.values()))
        folder = tmp_path / "js"
        folder.mkdir(exist_ok=True)
        (folder / "shard").write_bytes(data[: len(data) - changed.get("missing", 0)])
        listed = [{"class_name": kind, "config": {"name": name, **about}} for kind, name, about in layers]
        found = {
            "modelTopology": {"model_config": {"class_name": "Sequential", "config": {"layers": listed}}},
            "weightsManifest": [
                {
                    "paths": ["shard"],
                    "weights": [{"name": n, "shape": list(s), "dtype": "float32"} for n, s in shapes.items()],
                }
            ],
        }
        (folder / "model.json").write_text(json.dumps(found))
        return folder / "model.json"

    return write


@pytest.fixture
def a_pickle() -> bytes:
    """A pickle that would call a function when it is opened."""
    return b"\x80\x04cos\nsystem\nX" + struct.pack("<I", 12) + b"touch opened" + b"\x85R."
