"""The shipped small CLIP through its two doors: ours, and open_clip's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from collection.generate.painter.generator import ENGINE, Painter
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.tiny_clip import TinyClip
from collection.judge.encoders.tiny_clip.open_clip_folder import HERE, TOWERS, clip_folder
from collection.judge.encoders.tiny_clip.towers import Vocabulary
from collection.models.environment import prepare_torchvision
from collection.values import Pixels, Recipe, Style, StyleBlend

DRAWINGS = Path(__file__).with_name("drawings")
"""A few drawings that the model was never shown (in this style): see README.md there."""


@pytest.fixture(scope="module")
def encoder() -> TinyClip:
    return TinyClip()


@pytest.fixture(scope="module")
def opened() -> tuple[Any, Any]:
    """The network and its preprocess, as open_clip opens any folder."""
    prepare_torchvision()
    import open_clip

    network, preprocess = open_clip.create_model_from_pretrained(f"local-dir:{clip_folder()}")
    return network.eval(), preprocess


def drawings() -> dict[str, Pixels]:
    return {path.stem: np.asarray(Image.open(path).convert("RGB")) for path in sorted(DRAWINGS.glob("*.webp"))}


def scene(prompt: str, style: str, seed: int = 3) -> Pixels:
    blend = StyleBlend(((Style(style, settings={"painter": style}), 1.0),))
    return Painter().generate([Recipe("painter", ENGINE, seed, 256, 256, prompt=prompt, blend=blend)])[0].pixels


def test_drawings_are_nearest_to_their_own_names(encoder: TinyClip) -> None:
    """A cat is nearer to "a cat" than to "a car", and so for all of them."""
    held = drawings()
    names = sorted({name.rpartition("-")[2] for name in held})
    cosines = (
        encoder.project_images(encoder.encode(list(held.values())))
        @ encoder.encode_text([f"a {name}" for name in names]).T
    )
    found = [names[place] for place in cosines.argmax(axis=1)]
    assert found == [name.rpartition("-")[2] for name in held]


@pytest.mark.parametrize(
    ("shown", "others"),
    [("night", ["noon", "morning"]), ("snow", ["rain", "clear sky"]), ("city", ["forest", "sea", "mountains"])],
)
def test_painted_scenes_are_nearest_to_what_was_painted(encoder: TinyClip, shown: str, others: list[str]) -> None:
    pictures = [scene(shown, style, seed) for seed, style in enumerate(("woodblock", "papercut", "ink", "bauhaus"))]
    cosines = encoder.project_images(encoder.encode(pictures)) @ encoder.encode_text([shown, *others]).T
    assert cosines.mean(axis=0).argmax() == 0


def test_the_styles_of_the_painter_are_told_apart(encoder: TinyClip) -> None:
    styles = ["woodblock print", "stained glass", "papercut", "ink wash painting"]
    pictures = [scene("harbour", style) for style in ("woodblock", "stained-glass", "papercut", "ink")]
    cosines = encoder.project_images(encoder.encode(pictures)) @ encoder.encode_text(styles).T
    assert cosines.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_the_picture_tower_is_the_embedded_encoder_bit_by_bit(opened: tuple[Any, Any]) -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (200, 300, 3), np.uint8) for _ in range(4)]
    from collection.judge.encoders.embedded_encoder import _PREPROCESS

    trunk = opened[0].visual.trunk.to(memory_format=torch.channels_last)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            batch = _PREPROCESS(pictures).to(memory_format=torch.channels_last)
            found = torch.nn.functional.normalize(trunk(batch), dim=1).numpy()
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_array_equal(found, EfficientNetLite0().encode(pictures))


def test_both_doors_give_the_same_vectors(encoder: TinyClip, opened: tuple[Any, Any]) -> None:
    import open_clip

    words, pictures = ["a fox, flat icon style", "a harbour at dusk"], list(drawings().values())[:3]
    network, preprocess = opened
    with torch.inference_mode():
        tokens = open_clip.get_tokenizer(f"local-dir:{clip_folder()}")(words)
        texts = network.encode_text(tokens, normalize=True).numpy()
        batch = torch.stack([preprocess(Image.fromarray(each)) for each in pictures])
        seen = network.encode_image(batch, normalize=True).numpy()
    np.testing.assert_allclose(encoder.encode_text(words), texts, atol=1e-5)
    vectors = encoder.encode(pictures)
    assert _cosines(encoder.project_images(vectors), seen).min() > 0.99  # the length of the features is not kept
    np.testing.assert_array_equal(vectors, EfficientNetLite0().encode(pictures))
    assert encoder.logit_scale == pytest.approx(float(network.logit_scale.detach().exp()))


@settings(deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_has_the_tokens_of_open_clips_own_tokenizer(text: str) -> None:
    own = Vocabulary(HERE / "tokenizer.json", 48).tokens([text])
    assert own == transformers_tokenizer()([text], max_length=48, padding="max_length", truncation=True)["input_ids"]


@cache
def transformers_tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(HERE)


def test_words_that_were_never_read_are_told(encoder: TinyClip) -> None:
    assert encoder.unknown_words("A red hat, woodblock print: 3 fox!") == []
    assert encoder.unknown_words("a Cyberpunk samurai; zebra") == ["cyberpunk", "samurai"]
    assert encoder.unknown_words("") == encoder.unknown_words("12 + 3") == []


def _cosines(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray((one * other).sum(axis=1))


def test_a_vector_does_not_depend_on_its_batch(encoder: TinyClip) -> None:
    pictures = list(drawings().values())
    together = encoder.encode(pictures)
    alone = np.concatenate([encoder.encode([each]) for each in pictures])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_it_ships_small_and_without_the_picture_tower() -> None:
    files = [path for path in HERE.iterdir() if path.is_file() and path.suffix != ".py"]
    assert sum(path.stat().st_size for path in files) < 15_000_000
    from safetensors import safe_open

    with safe_open(TOWERS, framework="pt") as held:
        assert not [name for name in held.keys() if name.startswith("visual.trunk")]  # noqa: SIM118


def test_it_is_put_together_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = clip_folder()
    before = {path.name: path.stat().st_mtime_ns for path in first.iterdir()}
    assert clip_folder() == first
    assert {path.name: path.stat().st_mtime_ns for path in first.iterdir()} == before
    assert {"open_clip_config.json", "open_clip_model.safetensors", "tokenizer.json"} <= set(before)
    assert [path.name for path in first.parent.iterdir()] == [first.name]
