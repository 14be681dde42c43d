import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from collection.errors import UsageError, WeightsError
from collection.judge.aesthetic import load_predictor

WIDTHS = (768, 1024, 128, 64, 16, 1)
GOLDEN = {
    ("laion-v1/sa_0_4_vit_b_32_linear.pth", "vit_b_32"):
        (-1.47, 0.27, 1.99, 3.61, 5.09, 6.39, 7.67, 8.92, 9.92, 11.01),
    ("laion-v1/sa_0_4_vit_l_14_linear.pth", "vit_l_14"):
        (-2.46, -0.14, 1.90, 3.58, 5.10, 6.47, 7.79, 9.05, 10.23, 11.30),
    ("sac-logos-ava1/sac+logos+ava1-l14-linearMSE.pth", "vit_l_14"):
        (1.66, 2.36, 3.07, 3.67, 4.24, 4.70, 5.07, 5.37, 5.58, 5.75),
}  # fmt: skip
"""Published with the weights: scores of the mean embedding of pictures that people rated 0 to 9."""


def unit(n, d, seed=1):
    x = np.random.default_rng(seed).normal(size=(n, d))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def mlp(indices, seed=0):
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for index, (width, out) in zip(indices, itertools.pairwise(WIDTHS), strict=True):
        state[f"layers.{index}.weight"] = torch.randn(out, width, generator=generator) / width**0.5
        state[f"layers.{index}.bias"] = torch.randn(out, generator=generator)
    return state


def through_torch(state, indices, x, *, relu):
    y = torch.from_numpy(x).float()
    for index in indices:
        y = torch.nn.functional.linear(y, state[f"layers.{index}.weight"], state[f"layers.{index}.bias"])
        y = torch.relu(y) if relu and index != indices[-1] else y
    return y[:, 0].numpy()


@pytest.mark.parametrize(("file", "embeddings"), GOLDEN)
def test_published_heads_give_their_published_scores(trained_weights, file, embeddings):
    head = load_predictor(trained_weights / file)
    folder = trained_weights / "laion-v1" / f"{embeddings}_embeddings"
    rated = np.stack([np.load(folder / f"rating{rating}.npy").ravel() for rating in range(10)])
    assert head.score(rated) == pytest.approx(GOLDEN[file, embeddings], abs=0.006)


def test_published_heads_are_known_by_their_content(trained_weights, tmp_path):
    copy = tmp_path / "renamed.pth"
    copy.write_bytes((trained_weights / "sac-logos-ava1/sac+logos+ava1-l14-linearMSE.pth").read_bytes())
    head = load_predictor(copy)
    assert head.name == "sac-logos-ava1"
    assert head.model == f"sac-logos-ava1@{head.sha256}"
    assert head.accepts("openai/ViT-L-14")
    assert not head.accepts("openai/ViT-B-32")
    assert not head.accepts(None)
    assert load_predictor(trained_weights / "laion-v1/sa_0_4_vit_b_16_linear.pth").encoders == ("openai/ViT-B-16",)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize(("indices", "relu"), [((0, 2, 4, 6, 7), False), ((0, 3, 6, 9, 11), True)])
def test_an_improved_head_scores_as_its_layers_do(tmp_path, indices, relu, suffix):
    state, path, x = mlp(indices), tmp_path / f"own{suffix}", unit(5, 768)
    save_file(state, path) if suffix == ".safetensors" else torch.save(state, path)
    head = load_predictor(path)
    assert head.score(x) == pytest.approx(through_torch(state, indices, x, relu=relu), abs=1e-5)
    assert len(head.layers) == (5 if relu else 1)
    assert head.name == "own"


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    path = tmp_path_factory.mktemp("head") / "linear.pth"
    torch.save({"weight": torch.randn(1, 512), "bias": torch.zeros(1)}, path)
    return load_predictor(path)


@settings(deadline=None)
@given(length=st.floats(0.0, 30.0).filter(lambda length: abs(length - 1) > 0.02))
def test_embeddings_that_are_not_of_unit_length_are_refused(linear, length):
    with pytest.raises(UsageError, match="length"):
        linear.score(unit(3, 512) * length)


def test_embeddings_with_nan_are_refused(linear):
    with pytest.raises(UsageError):
        linear.score(np.full((1, 512), np.nan))


def test_half_precision_embeddings_are_near_enough_to_unit_length(linear):
    x = unit(3, 512)
    assert linear.score(x.astype(np.float16)) == pytest.approx(linear.score(x), abs=0.01)


def test_embeddings_of_another_width_are_refused(linear):
    with pytest.raises(WeightsError, match=r"\(n, 512\).*\(2, 768\)"):
        linear.score(unit(2, 768))


@pytest.mark.parametrize(
    ("state", "named"),
    [
        ({"fc.weight": torch.zeros(1, 4)}, "fc.weight"),
        ({"weight": torch.zeros(2, 512), "bias": torch.zeros(2)}, "2 numbers"),
        ({"weight": torch.zeros(1, 512), "bias": torch.full((1,), torch.nan)}, "not finite"),
        ({"weight": torch.zeros(1, 77), "bias": torch.zeros(1)}, "width 77"),
        ({"weight": torch.zeros(1, 512), "bias": torch.zeros(3)}, "cannot follow"),
        ({}, "none"),
    ],
)
def test_other_files_are_refused_by_name(tmp_path, state, named):
    path = tmp_path / "other.pth"
    torch.save(state, path)
    with pytest.raises(WeightsError, match=named):
        load_predictor(path)


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path):
    path = tmp_path / "evil.pth"
    torch.save({"weight": torch.nn.Linear(2, 1)}, path)
    with pytest.raises(WeightsError, match="plain tensors"):
        load_predictor(path)


@pytest.mark.parametrize("name", ["torn.pth", "torn.safetensors"])
def test_a_torn_or_missing_file_is_named(tmp_path, name):
    path = tmp_path / name
    with pytest.raises(WeightsError, match=name):
        load_predictor(path)
    path.write_bytes(b"not weights")
    with pytest.raises(WeightsError, match=name):
        load_predictor(path)


# Aesthetic V2.5


def siglip_head(width=1152):
    generator = torch.Generator().manual_seed(5)
    state = {}
    for index, (takes, gives) in zip((0, 2, 4, 6, 8), itertools.pairwise((width, 1024, 128, 64, 16, 1)), strict=True):
        state[f"scoring_head.{index}.weight"] = (torch.randn(gives, takes, generator=generator) / takes**0.5).bfloat16()
        state[f"scoring_head.{index}.bias"] = torch.randn(gives, generator=generator).bfloat16()
    return state


def test_aesthetic_v25_scores_as_its_layers_do_and_says_its_license(tmp_path):
    state, path, x = siglip_head(), tmp_path / "aesthetic_predictor_v2_5.pth", unit(5, 1152)
    torch.save(state, path)
    head = load_predictor(path)
    y = torch.from_numpy(x).float()
    for index in (0, 2, 4, 6, 8):
        y = torch.nn.functional.linear(
            y, state[f"scoring_head.{index}.weight"].float(), state[f"scoring_head.{index}.bias"].float()
        )
    assert head.score(x) == pytest.approx(y[:, 0].numpy(), abs=1e-4)
    assert head.name == "aesthetic-v2.5"
    assert "AGPL-3.0" in head.license
    assert head.accepts("webli/ViT-SO400M-14-SigLIP-384")
    assert not head.accepts("openai/ViT-L-14")


def test_a_scoring_head_for_another_width_is_refused(tmp_path):
    torch.save(siglip_head(768), tmp_path / "head.pth")
    with pytest.raises(WeightsError, match="takes 1152"):
        load_predictor(tmp_path / "head.pth")
