import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from collection.errors import UsageError, WeightsError
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.open_clip_encoder import OpenClip
from collection.models.environment import prepare_torchvision

OPENAI = {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711],
          "interpolation": "bicubic", "resize_mode": "shortest"}  # fmt: skip
TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 8},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


@pytest.fixture(scope="module")
def embedded():
    return EfficientNetLite0()


@pytest.fixture(scope="module")
def tiny_states(tmp_path_factory):
    """Weights of a tiny CLIP: as it is born, and with every tensor moved, as training moves them."""
    prepare_torchvision()
    import open_clip

    folder = tmp_path_factory.mktemp("born")
    write_folder(folder, TINY, {})
    torch.manual_seed(0)
    born = open_clip.create_model(f"local-dir:{folder}").state_dict()
    moved = {
        name: value + 0.05 * torch.randn_like(value) if value.is_floating_point() else value
        for name, value in born.items()
    }
    return born, moved


def write_folder(folder, model, preprocess, state=None):
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": model, "preprocess_cfg": preprocess}))
    if state is not None:
        save_file({name: value.contiguous() for name, value in state.items()}, folder / "open_clip_model.safetensors")
    return f"local-dir:{folder}"


@pytest.fixture
def tiny(tmp_path, tiny_states):
    return OpenClip(write_folder(tmp_path, TINY, OPENAI, tiny_states[1]), device="cpu")


def registered_config(name):
    prepare_torchvision()
    import open_clip

    return open_clip.get_model_config(name)


def stub(path, *, matrices):
    """A weights file that holds only what tells OpenAI's weights from others."""
    noise = torch.randn(64, 64, generator=torch.Generator().manual_seed(1))
    matrix = noise.half().float() if matrices == "half" else noise
    save_file({"transformer.resblocks.0.mlp.c_fc.weight": matrix, "token_embedding.weight": noise + 0.1}, path)
    return path


# The embedded encoder


def test_embedded_vectors_are_of_unit_length_and_the_same_in_any_batch(embedded, photos):
    pictures = list(photos.values())[:5]
    together = embedded.encode(pictures)
    apart = np.concatenate([embedded.encode([picture]) for picture in pictures])
    assert together.shape == (5, embedded.dimensions) == (5, 1280)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0, abs=1e-6)
    assert together == pytest.approx(apart, abs=1e-5)


def test_embedded_features_are_those_of_the_trained_network(embedded, photo):
    """The classifier that came with the weights must find cats (ImageNet 281 to 285) and cups (504, 967, 968)."""
    from collection.models.packaged import EFFICIENTNET_LITE0

    state = torch.load(EFFICIENTNET_LITE0.path(), weights_only=True, map_location="cpu")
    vectors = embedded.encode([photo("chelsea"), photo("coffee")])
    best = (vectors @ state["_fc.weight"].numpy().T).argmax(axis=1)
    assert 281 <= best[0] <= 285
    assert best[1] in (504, 967, 968)


def test_embedded_model_names_architecture_weights_and_preprocess(embedded):
    assert embedded.model.startswith("efficientnet-lite0@579344248a93")
    assert "224-squash-bicubic" in embedded.model


def test_no_pictures_make_no_vectors(embedded, tiny):
    assert embedded.encode([]).shape == (0, 1280)
    assert tiny.encode([]).shape == tiny.encode_text([]).shape == (0, 16)


# open_clip: what loads


def test_a_folder_with_trained_weights_encodes_pictures_and_texts(tiny, photos):
    pictures = list(photos.values())[:3]
    vectors, words = tiny.encode(pictures), tiny.encode_text(["a cat", "a cup of coffee"])
    assert vectors.shape == (3, tiny.dimensions) == (3, 16)
    assert words.shape == (2, 16)
    assert vectors.dtype == words.dtype == np.float32
    for x in (vectors, words):
        assert np.linalg.norm(x, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert tiny.space is None


def test_vectors_are_those_that_open_clip_itself_computes(tiny, photos):
    import open_clip
    from PIL import Image

    network, preprocess = open_clip.create_model_from_pretrained(tiny.reference.text)
    picture = photos["chelsea"]
    with torch.inference_mode():
        theirs = network.eval().encode_image(preprocess(Image.fromarray(picture))[None], normalize=True).numpy()
    assert tiny.encode([picture]) == pytest.approx(theirs, abs=0.01)


def test_the_model_changes_with_weights_activation_and_preprocess(tmp_path, tiny_states):
    _, moved = tiny_states
    other = {**moved, "logit_scale": moved["logit_scale"] + 1}
    variants = [
        (TINY, OPENAI, moved),
        (TINY, OPENAI, other),
        ({**TINY, "quick_gelu": True}, OPENAI, moved),
        (TINY, {**OPENAI, "mean": [0.5, 0.5, 0.5]}, moved),
        (TINY, {**OPENAI, "resize_mode": "squash"}, moved),
    ]
    models = set()
    for number, variant in enumerate(variants):
        folder = tmp_path / str(number)
        folder.mkdir()
        models.add(OpenClip(write_folder(folder, *variant)).model)
    assert len(models) == len(variants)


def test_a_stated_quick_gelu_is_built(tmp_path, tiny_states, photos):
    folders = [tmp_path / "quick", tmp_path / "plain"]
    vectors = []
    for folder, quick in zip(folders, (True, False), strict=True):
        folder.mkdir()
        reference = write_folder(folder, {**TINY, "quick_gelu": quick}, OPENAI, tiny_states[1])
        vectors.append(OpenClip(reference, device="cpu").encode([photos["chelsea"]]))
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-4


# open_clip: what is refused


def test_a_folder_without_weights_is_refused(tmp_path):
    with pytest.raises(WeightsError, match="no weights"):
        _ = OpenClip(write_folder(tmp_path, TINY, OPENAI)).model


def test_saved_random_weights_are_refused(tmp_path, tiny_states, photos):
    encoder = OpenClip(write_folder(tmp_path, TINY, OPENAI, tiny_states[0]), device="cpu")
    with pytest.raises(WeightsError, match="random"):
        encoder.encode([photos["chelsea"]])


def vision(name):
    return name.startswith("visual")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda name, born, moved: born if vision(name) else moved, "random in the vision tower"),
        (lambda name, born, moved: moved if vision(name) else born, "random in the text tower"),
        (lambda name, born, moved: born + 1e-6 if name == "visual.ln_post.weight" else born, "random in the"),
        (lambda name, born, moved: torch.randn_like(born) * 0.02 if born.is_floating_point() else born, "around 0"),
    ],
    ids=["vision", "text", "one gain moved", "all Gaussian"],
)
def test_a_tower_that_nobody_trained_is_refused_by_name(tmp_path, tiny_states, photos, spoil, why):
    born, moved = tiny_states
    torch.manual_seed(1)
    state = {name: spoil(name, value, moved[name]) for name, value in born.items()}
    with pytest.raises(WeightsError, match=why):
        OpenClip(write_folder(tmp_path, TINY, OPENAI, state), device="cpu").encode([photos["chelsea"]])


def test_good_weights_are_loaded_without_a_word_of_random_ones(tiny, photos, caplog):
    tiny.encode([photos["chelsea"]])
    assert "random" not in caplog.text


def test_weights_of_another_shape_are_refused(tmp_path, tiny_states, photos):
    reference = write_folder(tmp_path, {**TINY, "embed_dim": 8}, OPENAI, tiny_states[1])
    with pytest.raises(WeightsError, match="does not fit"):
        OpenClip(reference, device="cpu").encode([photos["chelsea"]])


def test_weights_with_a_tensor_missing_are_refused(tmp_path, tiny_states, photos):
    state = {name: value for name, value in tiny_states[1].items() if name != "visual.proj"}
    with pytest.raises(WeightsError, match=r"visual\.proj|does not fit"):
        OpenClip(write_folder(tmp_path, TINY, OPENAI, state), device="cpu").encode([photos["chelsea"]])


@pytest.mark.parametrize("config", ["", "[]", "{}", '{"model_cfg": {"embed_dim": 4}}'])
def test_a_broken_configuration_is_named(tmp_path, config):
    (tmp_path / "open_clip_config.json").write_text(config)
    with pytest.raises(WeightsError, match=r"open_clip_config\.json"):
        _ = OpenClip(f"local-dir:{tmp_path}").model


@pytest.mark.parametrize("text", ["ViT-B-32", "", "local-dir:", "hf-hub:", "/openai"])
def test_a_reference_that_names_no_weights_is_refused(text):
    with pytest.raises(UsageError, match="names no weights"):
        OpenClip(text)


def test_unknown_names_and_tags_are_told_with_what_is_known():
    with pytest.raises(UsageError, match="ViT-B-33") as error:
        _ = OpenClip("ViT-B-33/openai").model
    assert "ViT-B-32" in error.value.hint
    with pytest.raises(UsageError, match="opnai") as error:
        _ = OpenClip("ViT-B-32/opnai").model
    assert "openai" in error.value.hint


@pytest.mark.parametrize(
    ("reference", "right"),
    [
        ("ViT-L-14/openai", "ViT-L-14-quickgelu/openai"),
        ("ViT-B-16/dfn2b", "ViT-B-16-quickgelu/dfn2b"),
        ("ViT-B-32/metaclip_400m", "ViT-B-32-quickgelu/metaclip_400m"),
        ("ViT-L-14/openai:weights.safetensors", "ViT-L-14-quickgelu/openai"),
    ],
)
def test_a_tag_with_the_wrong_activation_is_refused_before_anything_is_fetched(reference, right):
    with pytest.raises(WeightsError, match="QuickGELU") as error:
        _ = OpenClip(reference).model
    assert right in error.value.hint


def test_a_bare_file_is_refused_where_its_name_leaves_the_activation_open(tmp_path):
    file = stub(tmp_path / "clip.safetensors", matrices="half")
    with pytest.raises(WeightsError, match="does not say which weights"):
        _ = OpenClip(f"ViT-L-14:{file}").model


def test_openai_weights_are_known_by_their_precision(tmp_path):
    half, single = (stub(tmp_path / f"{kind}.safetensors", matrices=kind) for kind in ("half", "single"))
    assert OpenClip(f"ViT-L-14-quickgelu/openai:{half}").space == "openai/ViT-L-14"
    assert OpenClip(f"ViT-L-14-quickgelu:{half}").space == "openai/ViT-L-14"
    assert OpenClip(f"ViT-L-14-quickgelu:{single}").space is None
    with pytest.raises(WeightsError, match="not OpenAI's"):
        _ = OpenClip(f"ViT-L-14-quickgelu/openai:{single}").space
    with pytest.raises(WeightsError, match="want QuickGELU"):
        _ = OpenClip(f"ViT-L-14/datacomp_xl_s13b_b90k:{half}").space


def folder_of_known_architecture(tmp_path, model, preprocess, matrices="half"):
    write_folder(tmp_path, model, preprocess)
    stub(tmp_path / "open_clip_model.safetensors", matrices=matrices)
    return OpenClip(f"local-dir:{tmp_path}")


def test_a_folder_of_openai_weights_that_says_so_is_known(tmp_path):
    config = {**registered_config("ViT-L-14"), "quick_gelu": True}
    assert folder_of_known_architecture(tmp_path, config, OPENAI).space == "openai/ViT-L-14"


def test_a_folder_of_openai_weights_at_336_pixels_is_another_space(tmp_path):
    config = {**registered_config("ViT-L-14-336"), "quick_gelu": True}
    assert folder_of_known_architecture(tmp_path, config, OPENAI).space == "openai/ViT-L-14-336"


@pytest.mark.parametrize(
    ("stated", "preprocess", "matrices", "why"),
    [
        ({"quick_gelu": False}, OPENAI, "half", "want QuickGELU"),
        ({}, OPENAI, "single", "differ in quick_gelu"),
        ({"quick_gelu": False}, {}, "single", "differ in .*mean"),
        ({"quick_gelu": True}, {**OPENAI, "mean": [0.5] * 3, "std": [0.5] * 3}, "half", "no known weights"),
        ({"quick_gelu": True}, {**OPENAI, "resize_mode": "squash"}, "half", "no known weights"),
        ({"quick_gelu": False}, {**OPENAI, "mean": [0.485, 0.456, 0.406]}, "single", "no known weights"),
    ],
)
def test_a_folder_whose_statements_leave_doubt_or_contradict_is_refused(tmp_path, stated, preprocess, matrices, why):
    config = {**registered_config("ViT-L-14"), **stated}
    with pytest.raises(WeightsError, match=why):
        _ = folder_of_known_architecture(tmp_path, config, preprocess, matrices).space


def test_weights_that_cannot_be_fetched_say_what_to_do(monkeypatch):
    prepare_torchvision()
    import open_clip.pretrained

    def unreachable(*_, **__):
        raise FileNotFoundError("no such host")

    monkeypatch.setattr(open_clip.pretrained, "download_pretrained", unreachable)
    with pytest.raises(WeightsError, match="no such host") as error:
        _ = OpenClip("ViT-L-14-quickgelu/openai").model
    assert "local-dir" in error.value.hint


def test_a_torchscript_archive_is_refused(tmp_path):
    file = tmp_path / "ViT-B-32.pt"
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), file)
    with pytest.raises(WeightsError, match="plain tensors"):
        _ = OpenClip(f"ViT-B-32-quickgelu/openai:{file}").space


def test_declared_siglip_weights_are_the_space_of_their_head(tmp_path):
    file = stub(tmp_path / "siglip.safetensors", matrices="single")
    assert OpenClip(f"ViT-SO400M-14-SigLIP-384/webli:{file}").space == "webli/ViT-SO400M-14-SigLIP-384"
    assert OpenClip(f"ViT-SO400M-14-SigLIP/webli:{file}").space is None


def test_the_logit_scale_is_that_of_the_weights(tiny, tiny_states, tmp_path):
    assert tiny.logit_scale == pytest.approx(float(tiny_states[1]["logit_scale"].exp()))
    without = {name: value for name, value in tiny_states[1].items() if name != "logit_scale"}
    with pytest.raises(WeightsError, match="logit_scale"):
        _ = OpenClip(write_folder(tmp_path, TINY, OPENAI, without)).logit_scale
