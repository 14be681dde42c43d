"""Latent models of every format are opened, and what is none is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from collection.errors import WeightsError
from collection.generate.latent.manifest import find_model
from collection.generate.latent.model import open_model
from collection.models.weights import file_sha256

Write = Callable[..., Path]


def one(*weights: float) -> torch.Tensor:
    return torch.tensor([weights])


@pytest.mark.parametrize("kind", ["vae", "gan"])
def test_a_network_of_our_own_makes_pictures(own: Write, kind: str) -> None:
    model = open_model(own(kind))
    point = torch.randn(2, 6, generator=torch.Generator().manual_seed(0))
    made = model.pictures(point, torch.eye(2))
    assert made.shape == (2, 3, 16, 16)
    assert 0 <= float(made.min()) < float(made.max()) <= 1
    assert not torch.equal(made[0], model.pictures(point[:1], one(0, 1))[0]), "the class is seen"
    assert torch.allclose(made[:1], model.pictures(point[:1], one(1, 0)), atol=1e-6), "neighbours are not"
    assert model.weights == file_sha256(model.files[0])


@pytest.mark.parametrize("numbered", [False, True], ids=["class weights", "the number of a class"])
def test_an_onnx_graph_is_run_as_it_says(onnx: Write, numbered: bool) -> None:
    model = open_model(onnx(numbered=numbered))
    point = torch.arange(5.0)[None]
    a, b = (np.random.default_rng(seed).normal(size=(rows, 48)).astype("<f4") for seed, rows in ((1, 5), (2, 3)))
    wanted = (point.numpy() @ a + b[1]).reshape(4, 4, 3).transpose(2, 0, 1)
    found = model.pictures(point, one(0, 1, 0))[0].numpy()
    assert np.allclose(found, np.clip((wanted + 2) / 4, 0, 1), atol=1e-5)
    assert (model.mixes, model.differentiable) == (not numbered, False)


def test_a_torchscript_archive_is_run(torchscript: Write) -> None:
    path = torchscript()
    model, network = open_model(path), torch.jit.load(str(path.with_suffix(".pt")))
    point = torch.randn(1, 8)
    assert torch.allclose(model.pictures(point, torch.zeros(1, 0)), (network(point) + 1) / 2, atol=1e-6)


def test_layers_of_tensorflow_are_computed_as_keras_defines_them(tensorflow_js: Write) -> None:
    """Against the transposed convolution written out: each input number adds its kernel to the output."""
    path = tensorflow_js()
    model = open_model(path)
    rng = [np.random.default_rng(place) for place in range(6)]
    shapes = [(3, 18), (18,), (3, 3, 4, 2), (4,), (3, 3, 4, 1), (1,)]
    dense, dense_bias, up, up_bias, end, end_bias = (
        source.normal(size=shape).astype("<f4") for source, shape in zip(rng, shapes, strict=True)
    )
    point = np.array([0.3, -1.0, 2.0], np.float32)
    small = np.maximum(point @ dense + dense_bias, 0).reshape(3, 3, 2)
    full = np.zeros((7, 7, 4), np.float32)
    for y, x in np.ndindex(3, 3):
        full[2 * y : 2 * y + 3, 2 * x : 2 * x + 3] += np.einsum("abij,j->abi", up, small[y, x])
    large = np.maximum(full[:6, :6] + up_bias, 0).repeat(2, axis=0).repeat(2, axis=1)
    padded = functional.pad(torch.from_numpy(large).permute(2, 0, 1)[None], (1, 1, 1, 1))
    last = functional.conv2d(padded, torch.from_numpy(end).permute(3, 2, 0, 1))[0, 0].numpy() + end_bias
    wanted = 1 / (1 + np.exp(-last))
    found = model.pictures(torch.from_numpy(point)[None], torch.zeros(1, 0))
    assert found.shape == (1, 3, 12, 12)
    assert np.allclose(found[0, 0].numpy(), wanted, atol=1e-5)


def test_a_published_decoder_of_doodles_draws_the_class_that_is_asked(trained_weights: Path) -> None:
    model = open_model(find_model(str(trained_weights / "cvae-quickdraw"), Path()))
    assert (model.shape, len(model.classes), model.class_inputs, model.first_class) == ((16,), 50, 51, 1)
    classes = torch.zeros(2, 50)
    classes[0, model.classes.index("moon")] = classes[1, model.classes.index("knife")] = 1
    moon, knife = model.pictures(torch.zeros(2, 16), classes)[:, 0] > 0.3

    def proportion(picture: torch.Tensor) -> float:
        rows, columns = picture.any(dim=1).sum(), picture.any(dim=0).sum()
        return float(rows / columns)

    assert 0.7 < proportion(moon) < 1.5, "a moon is as tall as wide"
    assert not 0.6 < proportion(knife) < 1.6, "a knife is long"


def test_a_diffusers_vae_is_a_latent_space_of_any_size(tmp_path: Path) -> None:
    from diffusers import AutoencoderKL

    torch.manual_seed(0)
    blocks = {"down_block_types": ["DownEncoderBlock2D"] * 2, "up_block_types": ["UpDecoderBlock2D"] * 2}
    AutoencoderKL(block_out_channels=[4, 8], latent_channels=4, norm_num_groups=2, **blocks).save_pretrained(tmp_path)
    model = open_model(find_model(str(tmp_path), Path()))
    assert model.shape_for(32, 16) == (4, 8, 16)
    assert model.pictures(torch.randn(1, 4, 8, 16), torch.zeros(1, 0)).shape == (1, 3, 16, 32)


def test_a_pickle_is_refused_and_not_opened(
    own: Write, torchscript: Write, a_pickle: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    manifest = own(weights="evil.pth")
    manifest.with_name("evil.pth").write_bytes(a_pickle)
    script = torchscript()
    script.with_suffix(".pt").write_bytes(a_pickle)
    with pytest.raises(WeightsError, match=r"evil\.pth does not load as plain tensors"):
        open_model(manifest)
    with pytest.raises(WeightsError, match=r"script\.pt is no TorchScript archive") as caught:
        open_model(script)
    assert "pickle" in str(caught.value.hint)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"latent": [7]}, r"are of another network: .* has the shape \(.*\), not"),
        ({"kind": "gan"}, "are of another network: they have no classes.weight"),
        ({"classes": ["moon"]}, "are of another network"),
        ({"size": 24}, "size = 24"),
        ({"size": None}, "a vae needs size, width"),
        ({"latent": []}, "latent = "),
        ({"kind": "stylegan"}, "kind = 'stylegan'"),
        ({"classes": ["moon", "moon"]}, "the class 'moon' stands there twice"),
        ({"weights": "../weights.safetensors"}, "beside the manifest"),
        ({"weights": "gone.safetensors"}, "weights = 'gone.safetensors': there is no such file"),
        ({"range": [1.0, -1.0]}, "range must rise"),
        ({"lattent": [6]}, "lattent"),
    ],
)
def test_a_manifest_that_does_not_fit_is_told_by_its_field(own: Write, said: dict[str, Any], words: str) -> None:
    manifest = own()
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **said}))
    with pytest.raises(WeightsError, match=words):
        open_model(manifest)


def test_a_manifest_that_speaks_of_other_inputs_than_the_graph(onnx: Write, torchscript: Write) -> None:
    with pytest.raises(WeightsError, match="has the inputs point, class; its manifest speaks of one"):
        open_model(onnx(classes=[]))
    with pytest.raises(WeightsError, match=r"does not take points of \(4,\)"):
        open_model(onnx(latent=[4]))
    with pytest.raises(WeightsError, match="which is no picture in the layout NHWC"):
        open_model(torchscript(layout="NHWC"))


def test_what_is_no_model_is_named(tmp_path: Path, tensorflow_js: Write, onnx: Write) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"")
    with pytest.raises(WeightsError, match="it needs a manifest"):
        find_model("x.safetensors", tmp_path)
    with pytest.raises(WeightsError, match="there is no latent model 'gone'"):
        find_model("gone", tmp_path)
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(WeightsError, match=r"bad\.json cannot be read as a manifest"):
        open_model(find_model("bad.json", tmp_path))
    with pytest.raises(WeightsError, match="its shards end before end/bias"):
        open_model(tensorflow_js(missing=4))
    with pytest.raises(WeightsError, match="the activation 'mystery', which is not read"):
        open_model(tensorflow_js(activation="mystery"))
    broken = onnx("broken")
    broken.with_suffix(".onnx").write_bytes(b"nothing")
    with pytest.raises(WeightsError, match=r"broken\.onnx is no ONNX model that runs here"):
        open_model(broken)


def test_a_trained_model_is_found_by_its_name(own: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLECTION_MODELS", str(tmp_path))
    manifest = own(name="shells")
    assert find_model("shells", tmp_path / "a project") == manifest
    assert json.loads(manifest.read_text())["license"] == open_model(manifest).license
