"""Pictures are painted anew in the style of others: nearer to the style, and still near to what they show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from collection.config.generator import known_table
from collection.errors import ConfigError, GenerationError, WeightsError
from collection.generate.style_transfer.colour import luma, with_colours_of
from collection.generate.style_transfer.feed_forward import StyleNetwork, open_network
from collection.generate.style_transfer.gatys import Aims, StyleLoss, StyleTarget, _passes, gram, lowered
from collection.generate.style_transfer.generator import Restyler
from collection.generate.style_transfer.styles import RestyleStyle
from collection.generate.tensors import as_pixels, as_tensor
from collection.models.trunk import Trunk, open_trunk
from collection.models.weights import file_sha256
from collection.values import Pixels, Recipe, Style, StyleBlend

CPU = torch.device("cpu")


def stripes(height: int, width: int) -> Pixels:
    """A picture in a style of its own: slanting stripes of two colours."""
    rows, columns = np.mgrid[:height, :width]
    return np.where(((rows + columns) // 4 % 2)[..., None], [230, 60, 20], [20, 40, 160]).astype(np.uint8)


@pytest.fixture(scope="module")
def vgg(random_vgg: dict[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vgg") / "vgg16.safetensors"
    save_file(random_vgg, path)
    return path


@pytest.fixture(scope="module")
def trunk(vgg: Path) -> Trunk:
    return open_trunk("vgg16.safetensors", vgg)


@pytest.fixture
def small(photograph: Pixels) -> Pixels:
    return np.ascontiguousarray(photograph[:32, :40])


def network_file(folder: Path, seed: int, width: int = 4) -> str:
    """A small network with drawn weights, kept as a project keeps it; its SHA-256."""
    torch.manual_seed(seed)
    path = folder / f"{seed}.safetensors"
    save_file({key: tensor.detach() for key, tensor in StyleNetwork(width).named_parameters()}, path)
    sha256 = file_sha256(path)
    path.rename(folder / f"{sha256}.safetensors")
    return sha256


def recipe_of(bench: Any, picture: Pixels, styles: dict[str, tuple[float, dict[str, Any]]], **options: Any) -> Recipe:
    height, width = picture.shape[:2]
    known = {name: Style(name, settings=settings) for name, (_, settings) in styles.items()}
    blend = StyleBlend.of({name: weight for name, (weight, _) in styles.items()}, known)
    return Recipe(
        "restyle", "restyle/1", 1, width, height, init_image=bench.keep(picture), blend=blend, options=options
    )


def painted(bench: Any, recipe: Recipe) -> Pixels:
    return Restyler(bench.context()).generate([recipe])[0].pixels


def test_the_loss_falls_and_the_style_comes_nearer(trunk: Trunk, small: Pixels) -> None:
    content, style = as_tensor(small, CPU), as_tensor(stripes(32, 40), CPU)
    loss = StyleLoss(trunk, content, [StyleTarget(style)], Aims())
    made = lowered(loss, content, 8)
    assert float(loss(made)) < 0.6 * float(loss(content))
    wanted, before, after = (gram(trunk(each, ["relu2_1"])["relu2_1"]) for each in (style, content, made))
    assert float(((after - wanted) ** 2).mean()) < 0.5 * float(((before - wanted) ** 2).mean())
    assert float(made.min()) >= 0 and float(made.max()) <= 1


def test_two_styles_everywhere_are_their_mean_by_weight(trunk: Trunk, small: Pixels) -> None:
    content = as_tensor(small, CPU)
    one, other = as_tensor(stripes(32, 40), CPU), as_tensor(255 - stripes(32, 40), CPU)
    alone = StyleLoss(trunk, content, [StyleTarget(one, 1.0)], Aims())
    mixed = StyleLoss(trunk, content, [StyleTarget(one, 1.0), StyleTarget(other, 0.0)], Aims())
    assert float(mixed(content)) == pytest.approx(float(alone(content)), rel=1e-4)
    halves = StyleLoss(trunk, content, [StyleTarget(one, 0.5), StyleTarget(one, 0.5)], Aims())
    assert float(halves(content)) == pytest.approx(float(alone(content)), rel=1e-4)


def test_strength_zero_asks_for_the_content_alone(trunk: Trunk, small: Pixels) -> None:
    content, style = as_tensor(small, CPU), as_tensor(stripes(32, 40), CPU)
    assert float(StyleLoss(trunk, content, [StyleTarget(style)], Aims(0.0))(content)) == 0


def test_smoothness_asks_for_calmer_pictures(trunk: Trunk, small: Pixels) -> None:
    content, style = as_tensor(small, CPU), [StyleTarget(as_tensor(stripes(32, 40), CPU))]
    rough, calm = (lowered(StyleLoss(trunk, content, style, Aims(1, weight)), content, 6) for weight in (0, 300))
    assert float(calm.diff(dim=3).abs().mean()) < float(rough.diff(dim=3).abs().mean())


def test_large_pictures_are_painted_coarsely_first() -> None:
    assert _passes(64, 20) == [(64, 20)]
    assert _passes(512, 60) == [(128, 23), (256, 22), (512, 15)]
    assert sum(steps for _, steps in _passes(4000, 61)) == 61


def test_a_recipe_is_painted_the_same_again_in_the_regions_of_its_styles(bench: Any, small: Pixels, vgg: Path) -> None:
    sha256 = file_sha256(vgg)
    (bench.folder / f"{sha256}.safetensors").write_bytes(vgg.read_bytes())
    left = np.zeros_like(small)
    left[:, :20] = 255
    settings = {"picture": bench.keep(stripes(24, 24)), "region": bench.keep(left)}
    recipe = recipe_of(bench, small, {"stripes": (1, settings)}, steps=2, weights=sha256)
    first, again = painted(bench, recipe), painted(bench, recipe)
    assert np.array_equal(first, again)
    assert np.array_equal(first[:, 20:], small[:, 20:]), "outside the region nothing changes"
    assert not np.array_equal(first[:, :20], small[:, :20])


def test_colours_of_the_picture_with_the_light_of_the_style(small: Pixels) -> None:
    content, made = as_tensor(small, CPU) * 0.5 + 0.25, as_tensor(stripes(32, 40), CPU) * 0.2 + 0.4
    found = with_colours_of(made, content)
    inside = ((found > 0.01) & (found < 0.99)).all(1, keepdim=True)
    assert float((luma(found) - luma(made)).abs()[inside].max()) < 1e-5
    chroma = (found - luma(found)) - (content - luma(content))
    assert float(chroma.abs()[inside.expand_as(chroma)].max()) < 1e-5


def test_networks_are_mixed_by_weight_and_strength(bench: Any, small: Pixels) -> None:
    one, other = network_file(bench.folder, 1), network_file(bench.folder, 2)

    def by(weights: tuple[float, float], **options: Any) -> Any:
        styles = {"a": (weights[0], {"network": one}), "b": (weights[1], {"network": other})}
        return painted(bench, recipe_of(bench, small, styles, **options)).astype(float)

    first, second, mixed = by((1, 0)), by((0, 1)), by((3, 1))
    assert np.abs(mixed - (0.75 * first + 0.25 * second)).max() <= 1.01
    assert np.abs(by((1, 0), strength=0.5) - (0.5 * first + 0.5 * small)).max() <= 1.01
    assert np.array_equal(by((1, 0), strength=0), small)


def test_a_network_keeps_the_size_of_any_picture() -> None:
    network = StyleNetwork(4)
    for size in ((17, 22), (16, 16), (9, 31)):
        assert network(torch.rand(1, 3, *size)).shape[2:] == size


def test_trained_networks_paint_as_they_were_trained(trained_weights: Path, photograph: Pixels) -> None:
    """Waves are pale and blue; the picture is brown and dark."""
    path = trained_weights / "fast-style" / "fst_wave.safetensors"
    made = as_pixels(open_network(path, "wave")(as_tensor(photograph, CPU)), "wave").astype(float)
    before = photograph.astype(float)
    assert made[..., 2].mean() - made[..., 0].mean() > before[..., 2].mean() - before[..., 0].mean() + 60
    assert made.mean() > before.mean() + 20
    assert np.corrcoef(made.mean(axis=-1).ravel(), before.mean(axis=-1).ravel())[0, 1] > 0.5, "it still shows the cup"


def test_another_generator_paints_what_a_recipe_without_a_picture_begins_from(bench: Any) -> None:
    network = network_file(bench.folder, 1)
    blank = np.zeros((64, 64, 3), np.uint8)
    recipe = recipe_of(bench, blank, {"ink": (1, {"network": network, "painter": "ink"})}, base="painter", strength=0)
    recipe = replace(recipe, init_image="", prompt="a harbour")
    (made,) = Restyler(bench.context()).generate([recipe])
    from collection.generate.painter.generator import Painter

    plain = replace(recipe, generator="painter", model="painter/1", options={})
    (expected,) = Painter().generate([plain])
    assert np.array_equal(made.pixels, expected.pixels)
    assert made.features == expected.features


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.pop("Variable_7"), "no tensor Variable_7"),
        (lambda state: state.update(more=torch.zeros(1)), "another tensor, more"),
        (lambda state: state.update(Variable_1=torch.zeros(5)), "Variable_1 is 5, not 4"),
        (lambda state: state.update(Variable_1=torch.full((4,), torch.nan)), "not finite"),
    ],
)
def test_weights_of_another_architecture_are_named(tmp_path: Path, change: Any, words: str) -> None:
    state = {key: tensor.detach() for key, tensor in StyleNetwork(4).named_parameters()}
    change(state)
    save_file(state, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match=words):
        open_network(tmp_path / "other.safetensors", "other")


def test_weights_of_another_network_are_no_vgg(tmp_path: Path, random_vgg: dict[str, torch.Tensor]) -> None:
    few = {key: value for key, value in random_vgg.items() if key.startswith(("features.0", "features.2."))}
    save_file(few, tmp_path / "few.safetensors")
    with pytest.raises(WeightsError, match="holds 2 convolutions"):
        open_trunk("few.safetensors", tmp_path / "few.safetensors")
    wrong = {**random_vgg, "features.0.weight": torch.zeros(32, 3, 3, 3)}
    save_file(wrong, tmp_path / "wrong.safetensors")
    with pytest.raises(WeightsError, match="conv1_1, of a VGG16, must hold 64x3x3x3"):
        open_trunk("wrong.safetensors", tmp_path / "wrong.safetensors")


@pytest.fixture(scope="module")
def vgg19(drawn_vgg: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The features of a VGG19 with drawn weights, of half precision, as torchvision names them."""
    path = tmp_path_factory.mktemp("vgg") / "vgg19.safetensors"
    save_file({key: value.half() for key, value in drawn_vgg((2, 2, 4, 4, 4)).items()}, path)
    return path


def test_a_vgg19_from_a_file_is_torchvisions(vgg19: Path, small: Pixels) -> None:
    from torchvision.models import vgg19 as torchvisions

    with torch.device("meta"):
        theirs = torchvisions(weights=None).features
    theirs.load_state_dict(
        {key.removeprefix("features."): value.float() for key, value in load_file(vgg19).items()}, assign=True
    )
    trunk = open_trunk("vgg19.safetensors", vgg19)
    assert [name for name in trunk.layers if name.startswith("conv")] == [
        f"conv{block}_{place}" for block, count in enumerate((2, 2, 4, 4, 4), 1) for place in range(1, count + 1)
    ]
    picture = as_tensor(small, CPU)
    mean, deviation = (torch.tensor(each).view(1, 3, 1, 1) for each in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    found = trunk(picture, ["relu3_4", "pool5"])
    with torch.no_grad():
        wanted = [theirs[:count]((picture - mean) / deviation) for count in (18, 37)]
    for ours, expected in zip(found.values(), wanted, strict=True):
        assert torch.allclose(ours, expected, atol=1e-5)


def test_a_recipe_is_painted_by_a_vgg19(bench: Any, small: Pixels, vgg19: Path) -> None:
    sha256 = file_sha256(vgg19)
    (bench.folder / f"{sha256}.safetensors").symlink_to(vgg19)
    recipe = recipe_of(
        bench, small, {"stripes": (1, {"picture": bench.keep(stripes(24, 24))})}, steps=1, weights=sha256
    )
    made = painted(bench, recipe)
    assert made.shape == small.shape
    assert not np.array_equal(made, small)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: state.update({"features.1.running_mean": torch.zeros(64)}), "batch normalisation"),
        (lambda state: state.pop("features.34.weight"), "holds 15 convolutions"),
        (lambda state: state.pop("features.34.bias"), "conv5_4, of a VGG19, must hold 512x512x3x3"),
        (lambda state: state.update({"features.0.weight": torch.zeros(64, 64, 3, 3)}), "must hold 64x3x3x3"),
        (lambda state: state["features.0.bias"].fill_(torch.nan), "conv1_1, of a VGG19, holds numbers that are not"),
    ],
)
def test_what_only_looks_like_a_vgg19_is_named(tmp_path: Path, vgg19: Path, change: Any, words: str) -> None:
    state = load_file(vgg19)
    change(state)
    save_file(state, tmp_path / "near.safetensors")
    with pytest.raises(WeightsError, match=words):
        open_trunk("near.safetensors", tmp_path / "near.safetensors")


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    torch.save(Evil(mark), tmp_path / "evil.pth")
    with pytest.raises(WeightsError, match="does not load as plain tensors"):
        open_trunk("evil.pth", tmp_path / "evil.pth")
    assert not mark.exists()


class Evil:
    """What a pickle can do to whoever reads it."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


def test_a_style_that_says_nothing_and_two_kinds_in_one_blend_are_refused(bench: Any, small: Pixels) -> None:
    network, picture = network_file(bench.folder, 1), bench.keep(stripes(8, 8))
    with pytest.raises(GenerationError, match="style mute has neither picture nor network"):
        painted(bench, recipe_of(bench, small, {"mute": (1, {})}))
    both = {"a": (1, {"network": network}), "b": (1, {"picture": picture})}
    with pytest.raises(GenerationError, match="mixes pictures and networks"):
        painted(bench, recipe_of(bench, small, both))


def test_the_files_of_a_style_are_in_its_recipe(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"picture")
    found = RestyleStyle(picture="a.png").settings("a", tmp_path)
    assert list(found) == ["picture"] and len(found["picture"]) == 64
    with pytest.raises(ConfigError, match="no file"):
        RestyleStyle(network="b.safetensors").settings("b", tmp_path)
    table = known_table("restyle")
    assert table and table.capabilities.style_blends and table.configurable
