"""Each model against a computation that shares nothing with ours but the weights."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import conv2d, gelu, layer_norm, linear

from collection.errors import WeightsError
from collection.judge.encoders.preprocess import Preprocess
from collection.judge.preference.hps import HPS
from collection.judge.preference.image_reward import ImageReward
from collection.judge.preference.pickscore import PickScore
from collection.models.environment import prepare_torchvision
from collection.pictures.files import decode_image
from collection.values import Pixels

State = dict[str, torch.Tensor]
Write = Callable[..., Path]
COLOURS = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
MEAN, STD = (torch.tensor(values).view(3, 1, 1) for values in COLOURS)
SIDE = 32


def cropped(picture: Pixels) -> torch.Tensor:
    """Pillow's way: the shorter side to 32, the centre cut out, CLIP's colours."""
    height, width = picture.shape[:2]
    short = min(height, width)
    size = (int(SIDE * width / short), int(SIDE * height / short))
    image = Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC)
    left, top = round((image.width - SIDE) / 2), round((image.height - SIDE) / 2)
    return normalised(np.asarray(image.crop((left, top, left + SIDE, top + SIDE))))


def padded(picture: Pixels) -> torch.Tensor:
    """Pillow's way: the longer side to 32, black around it, CLIP's colours."""
    scale = SIDE / max(picture.shape[:2])
    height, width = (round(side * scale) for side in picture.shape[:2])
    small = np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC))
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    rest = ((top, SIDE - height - top), (left, SIDE - width - left), (0, 0))
    return normalised(np.pad(small, rest))


def normalised(picture: Pixels) -> torch.Tensor:
    return (torch.tensor(picture.copy()).permute(2, 0, 1) / 255 - MEAN) / STD


# PickScore


def test_pickscore_is_transformers_own_logit(
    pickscore_folder: Write, pictures: list[Pixels], prompts: list[str]
) -> None:
    prepare_torchvision()
    import open_clip
    from transformers import CLIPModel

    folder = pickscore_folder()
    theirs = CLIPModel.from_pretrained(folder).eval()
    tokens = open_clip.SimpleTokenizer(context_length=77)(prompts)
    with torch.inference_mode():
        logits = theirs(input_ids=tokens, pixel_values=torch.stack([cropped(picture) for picture in pictures]))
    ours = PickScore(folder).score(pictures, prompts)
    assert ours == pytest.approx(logits.logits_per_image.diagonal().numpy(), abs=0.05)
    assert np.ptp(ours) > 0.2, "it tells them apart"


# HPS


def test_hps_is_the_cosine_of_the_whole_padded_picture(
    hps_folder: Write, pictures: list[Pixels], prompts: list[str]
) -> None:
    prepare_torchvision()
    import open_clip

    folder = hps_folder()
    network = open_clip.create_model(f"local-dir:{folder}", load_weights=False).eval()
    network.load_state_dict(torch.load(folder / "HPS_v2.1_compressed.pt", weights_only=True)["state_dict"])
    with torch.inference_mode():
        seen = network.encode_image(torch.stack([padded(picture) for picture in pictures]))
        cut = network.encode_image(torch.stack([cropped(picture) for picture in pictures]))
        read = network.encode_text(open_clip.SimpleTokenizer(context_length=77)(prompts))
    cosine = torch.nn.functional.cosine_similarity
    ours = HPS(folder).score(pictures, prompts)
    assert ours == pytest.approx(cosine(seen, read).numpy(), abs=2e-3)
    assert np.abs(ours[:2] - cosine(cut, read).numpy()[:2]).max() > 4e-3, "pictures that are not square are not cropped"
    assert HPS(folder / "HPS_v2.1_compressed.pt").name == "hps-v2.1"


# ImageReward


def by_hand(state: State, picture: torch.Tensor, ids: torch.Tensor, mask: torch.Tensor) -> float:
    """The network as its paper and BLIP's describe it, from the tensors alone: one picture, one prompt."""

    def line(name: str, x: torch.Tensor) -> torch.Tensor:
        return linear(x, state[f"{name}.weight"], state[f"{name}.bias"])

    def norm(name: str, x: torch.Tensor, epsilon: float) -> torch.Tensor:
        return layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], epsilon)

    def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, heads: int, seen: torch.Tensor) -> torch.Tensor:
        parts = []
        for query, key, value in zip(q.chunk(heads, -1), k.chunk(heads, -1), v.chunk(heads, -1), strict=True):
            weights = (query @ key.T / query.shape[-1] ** 0.5).masked_fill(~seen, -torch.inf).softmax(-1)
            parts.append(weights @ value)
        return torch.cat(parts, -1)

    vit, bert = "blip.visual_encoder", "blip.text_encoder"
    patches = conv2d(
        picture[None], state[f"{vit}.patch_embed.proj.weight"], state[f"{vit}.patch_embed.proj.bias"], stride=8
    )
    x = torch.cat([state[f"{vit}.cls_token"][0], patches[0].flatten(1).T]) + state[f"{vit}.pos_embed"][0]
    everything = torch.ones(len(x), dtype=torch.bool)
    for block in (f"{vit}.blocks.0", f"{vit}.blocks.1"):
        q, k, v = line(f"{block}.attn.qkv", norm(f"{block}.norm1", x, 1e-6)).chunk(3, -1)
        x = x + line(f"{block}.attn.proj", attend(q, k, v, 2, everything))
        x = x + line(f"{block}.mlp.fc2", gelu(line(f"{block}.mlp.fc1", norm(f"{block}.norm2", x, 1e-6))))
    seen = norm(f"{vit}.norm", x, 1e-6)

    y = state[f"{bert}.embeddings.word_embeddings.weight"][ids]
    y = y + state[f"{bert}.embeddings.position_embeddings.weight"][: len(ids)]
    y = norm(f"{bert}.embeddings.LayerNorm", y, 1e-12)
    for layer in (f"{bert}.encoder.layer.0", f"{bert}.encoder.layer.1"):
        for attention, source, visible in (("attention", None, mask), ("crossattention", seen, everything)):
            start, other = f"{layer}.{attention}", y if source is None else source
            q, k, v = (
                line(f"{start}.self.query", y),
                line(f"{start}.self.key", other),
                line(f"{start}.self.value", other),
            )
            found = line(f"{start}.output.dense", attend(q, k, v, 4, visible))
            y = norm(f"{start}.output.LayerNorm", found + y, 1e-12)
        found = line(f"{layer}.output.dense", gelu(line(f"{layer}.intermediate.dense", y)))
        y = norm(f"{layer}.output.LayerNorm", found + y, 1e-12)
    z = y[0]
    for place in (0, 2, 4, 6, 7):
        z = line(f"mlp.layers.{place}", z)
    return (float(z) - 0.16717362830052426) / 1.0333394966054072


def test_image_reward_is_what_its_published_tensors_say(
    image_reward_folder: Write, pictures: list[Pixels], prompts: list[str]
) -> None:
    folder = image_reward_folder()
    state = torch.load(folder / "ImageReward.pt", weights_only=True)
    words = (folder / "vocab.txt").read_text().split("\n")
    pieces = [
        ["a", "red", "circle", "on", "grey"],
        ["stripes", ",", "blue", "and", "thin"],
        ["a", "painting", "of", "an", "ocean", "with", "clouds", "and", "bird", "##s"],
    ]
    bring = Preprocess(SIDE, *COLOURS, "shortest")
    wanted = []
    for picture, text in zip(pictures, pieces, strict=True):
        ids = [words.index(piece) for piece in ("[CLS]", *text, "[SEP]")]
        mask = torch.tensor([place < len(ids) for place in range(35)])
        padded_ids = torch.tensor(ids + [0] * (35 - len(ids)))
        wanted.append(by_hand(state, bring([picture])[0], padded_ids, mask))
    model = ImageReward(folder)
    ours = model.score(pictures, prompts)
    assert model.model.endswith(bring.identity)
    assert ours == pytest.approx(wanted, abs=2e-4)
    assert np.ptp(ours) > 0.2, "it tells them apart"


def test_image_reward_cuts_prompts_at_35_pieces(image_reward_folder: Write, pictures: list[Pixels]) -> None:
    model = ImageReward(image_reward_folder())
    long = " ".join(["red"] * 33)
    cut, whole = model.score(pictures[:2][:1] * 2, [f"{long} blue ocean", long])
    assert cut == pytest.approx(whole, abs=1e-6)


# What all share


MODELS = [("pickscore_folder", PickScore), ("hps_folder", HPS), ("image_reward_folder", ImageReward)]


@pytest.fixture(params=MODELS, ids=[model.name for _, model in MODELS])
def both(request: pytest.FixtureRequest) -> tuple[Write, type[PickScore | HPS | ImageReward]]:
    fixture, model = request.param
    return request.getfixturevalue(fixture), model


def test_a_model_is_named_by_its_weights(both: tuple[Write, type[PickScore | HPS | ImageReward]]) -> None:
    write, model = both
    first = model(write()).model
    assert first.startswith(f"{model.name}@")
    second = model(write(lambda state: {name: value + 1 for name, value in state.items()})).model
    assert first != second


def test_a_picture_scores_alike_in_any_batch(
    both: tuple[Write, type[PickScore | HPS | ImageReward]], pictures: list[Pixels], prompts: list[str]
) -> None:
    write, model = both
    loaded = model(write())
    together = loaded.score(pictures, prompts)
    apart = [loaded.score([one], [text])[0] for one, text in zip(pictures, prompts, strict=True)]
    assert together == pytest.approx(apart, abs=1e-4)
    assert loaded.score([], []).shape == (0,)


def lacking(state: State) -> State:
    victim = next(name for name in state if name.endswith(("mlp.fc2.bias", "mlp.c_proj.bias")))
    return {name: value for name, value in state.items() if name != victim}


def misnamed(state: State) -> State:
    victim = next(name for name in state if name.endswith(("mlp.fc2.bias", "mlp.c_proj.bias")))
    return {name if name != victim else f"{name}s": value for name, value in state.items()}


def reshaped(state: State) -> State:
    victim = next(name for name in state if name.endswith(("mlp.fc2.bias", "mlp.c_proj.bias")))
    return {name: value if name != victim else value[:-1] for name, value in state.items()}


def untrained(state: State) -> State:
    """As normalisation layers are born."""
    norms = ("norm1", "norm2", ".norm.", "ayerNorm", "layer_norm", "layernorm", "layrnorm", "ln_")
    ones = {name for name in state if any(norm in name for norm in norms) and name.endswith("weight")}
    zeros = {name for name in state if any(norm in name for norm in norms) and name.endswith("bias")}
    return {
        name: torch.ones_like(value) if name in ones else torch.zeros_like(value) if name in zeros else value
        for name, value in state.items()
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [(lacking, "missing"), (misnamed, "missing|unknown"), (reshaped, "shape"), (untrained, "random")],
)
def test_weights_that_are_not_the_model_are_refused(
    both: tuple[Write, type[PickScore | HPS | ImageReward]], pictures: list[Pixels], prompts: list[str],
    change: Callable[[State], State], why: str,
) -> None:  # fmt: skip
    write, model = both
    with pytest.raises(WeightsError, match=why):
        model(write(change)).score(pictures, prompts)


@pytest.mark.parametrize("place", [6, 7])
def test_an_image_reward_whose_layers_do_not_chain_is_refused(
    image_reward_folder: Write, pictures: list[Pixels], prompts: list[str], place: int
) -> None:
    def wider(state: State) -> State:
        return {**state, f"mlp.layers.{place}.weight": torch.zeros(3, 3)}

    with pytest.raises(WeightsError, match="cannot follow"):
        ImageReward(image_reward_folder(wider)).score(pictures, prompts)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    torch.save({"fc.weight": torch.zeros(2, 2)}, tmp_path / "ImageReward.pt")
    with pytest.raises(WeightsError, match="does not hold ImageReward"):
        _ = ImageReward(tmp_path).model
    (tmp_path / "config.json").write_text("[]")
    (tmp_path / "model.safetensors").write_bytes(b"torn")
    with pytest.raises(WeightsError, match=r"config\.json"):
        _ = PickScore(tmp_path).model
    with pytest.raises(WeightsError, match=r"ImageReward\.pt is not there|vocab|med_config"):
        _ = ImageReward(tmp_path / "nowhere").model


def test_a_hub_that_cannot_be_reached_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def unreachable(repository: str, file: str, **_: object) -> str:
        raise ConnectionError(f"no route to {repository}/{file}")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", unreachable)
    for model, repository in ((PickScore, "yuvalkirstain/PickScore_v1"), (HPS, "xswu/HPSv2"), (ImageReward, "a/b")):
        with pytest.raises(WeightsError, match=f"no route to {repository}") as error:
            _ = model(repository).model
        assert "folder" in str(error.value.hint)


# The published weights are gigabytes that nobody must have: these tests run where a variable names their folder


@pytest.mark.opt_in("COLLECTION_IMAGE_REWARD")
def test_image_reward_gives_its_readme_s_rewards() -> None:
    """COLLECTION_IMAGE_REWARD: a folder with the weights, and assets/images/1.webp to 4.webp of its repository."""
    folder = Path(os.environ["COLLECTION_IMAGE_REWARD"])
    files = [folder / "assets" / "images" / f"{number}.webp" for number in range(1, 5)]
    seen = [decode_image(file.read_bytes(), file) for file in files]
    prompt = "a painting of an ocean with clouds and birds, day time, low depth field effect"
    assert ImageReward(folder).score(seen, [prompt] * 4) == pytest.approx([0.58, 0.27, -1.41, -2.03], abs=0.05)


@pytest.mark.opt_in("COLLECTION_HPS")
def test_hps_gives_the_score_its_authors_saw() -> None:
    """COLLECTION_HPS: a folder with HPS_v2.1_compressed.pt and demo_image.jpg (hpsv2/assets of its repository)."""
    folder = Path(os.environ["COLLECTION_HPS"])
    picture = decode_image((folder / "demo_image.jpg").read_bytes(), "demo_image.jpg")
    assert HPS(folder).score([picture], ["cat with horn"]) == pytest.approx([0.288], abs=0.005)
