"""What an error proposes is accepted: every encoder, predictor, preference model and command that a hint names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from collection.config import Score
from collection.errors import CollectionError, ConfigError, UsageError, WeightsError
from collection.judge.aesthetic import ENCODER_OF_SPACE, KNOWN_PREDICTORS, AestheticPredictor, load_predictor
from collection.judge.encoders.declared_weights import model_config, parse_reference, treatment_of_tag
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.open_clip_encoder import OpenClip
from collection.judge.encoders.plugin import open_encoder
from collection.judge.encoders.text_tower import has_text_tower, text_tower_of
from collection.judge.score import Scorers
from collection.judge.scorer_factory import build_scorers
from collection.models.environment import prepare_torchvision


def hint_of(work: Callable[[], Any], kind: type[CollectionError] = CollectionError) -> str:
    with pytest.raises(kind) as refused:
        work()
    assert refused.value.hint
    return refused.value.hint


def encoders_in(hint: str, folder: Path) -> list[Any]:
    """The encoders that a hint would have set: each can be opened."""
    prepare_torchvision()
    named = re.findall(r'"([^"]+)"', hint)
    assert named, hint
    return [open_encoder(name, folder) for name in named]


def space_of(encoder: OpenClip) -> str:
    """The space of a registered model, as its tag says, without its weights."""
    reference = parse_reference(encoder.reference.text)
    treatment_of_tag(reference.name, reference.tag)
    return f"{reference.tag}/{reference.name.removesuffix('-quickgelu')}"


def predictor(space: str) -> AestheticPredictor:
    return AestheticPredictor("some", "0" * 64, (space,), ((np.zeros((1, 4)), np.zeros(1)),))


@pytest.mark.parametrize("space", ENCODER_OF_SPACE)
def test_a_predictor_on_the_wrong_encoder_names_one_that_it_was_trained_on(tmp_path: Path, space: str) -> None:
    hint = hint_of(lambda: Scorers(EfficientNetLite0(), (predictor(space),)), WeightsError)
    assert [space_of(encoder) for encoder in encoders_in(hint, tmp_path)] == [space]
    also = hint_of(lambda: predictor(space).score(np.ones((1, 7), np.float32)), WeightsError)
    assert also == hint


def test_a_predictor_for_several_encoders_names_them_all(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(1, 512), "bias": torch.zeros(1)}, tmp_path / "own.pth")
    own = load_predictor(tmp_path / "own.pth")
    hint = hint_of(lambda: Scorers(EfficientNetLite0(), (own,)), WeightsError)
    assert {space_of(encoder) for encoder in encoders_in(hint, tmp_path)} == set(own.encoders)


def test_every_published_predictor_has_an_encoder_to_name() -> None:
    assert {known.encoder for known in KNOWN_PREDICTORS.values()} <= set(ENCODER_OF_SPACE)


@pytest.mark.parametrize("space", [None, "openai/RN50", "webli/ViT-SO400M-14-SigLIP-384", "openai/ViT-L-14-336"])
def test_laion_v1_names_the_encoders_that_it_exists_for(
    tmp_path: Path, space: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = SimpleNamespace(space=space, model="some@1", dimensions=4)
    monkeypatch.setattr("collection.judge.scorer_factory.open_encoder", lambda *_: encoder)
    hint = hint_of(lambda: build_scorers(Score(heads=("laion-v1",)), tmp_path), ConfigError)
    published = {known.encoder for known in KNOWN_PREDICTORS.values() if known.name.startswith("laion-v1-")}
    monkeypatch.undo()
    assert {space_of(found) for found in encoders_in(hint, tmp_path)} == published


def test_predictors_and_preference_models_that_are_named_exist(tmp_path: Path) -> None:
    hint = hint_of(lambda: build_scorers(Score(heads=("nope",)), tmp_path), ConfigError)
    names = hint.removeprefix("known: ").split(", ")
    assert set(names) == {"laion-v1", *(known.name for known in KNOWN_PREDICTORS.values())}
    hint = hint_of(lambda: build_scorers(Score(preference=("nope",)), tmp_path), ConfigError)
    for name in hint.removeprefix("known: ").split(", "):
        assert build_scorers(Score(preference=(name,)), tmp_path).prompts is not None
    hint = hint_of(lambda: build_scorers(Score(preference=("hps-v2.1:no/such/place",)), tmp_path), ConfigError)
    for text in re.findall(r'"([^"]+)"', hint):
        assert build_scorers(Score(preference=(text.replace("FOLDER", "."),)), tmp_path).prompts is not None


def test_every_command_that_the_judge_names_exists(repository: Path) -> None:
    """In hints, and in what the catalogue says."""
    from collection_cli.commands import COMMANDS

    known = {command for commands in COMMANDS.values() for command in commands}
    files = [*(repository / "collection" / "judge").rglob("*.py"), repository / "docs" / "metrics.md"]
    quoted = r"(?:`|\"|: )collection (?:-C \S+ )?([a-z]+)(?: --\w+)?(?=`| learns|['\"])"
    named = {command for file in files for command in re.findall(quoted, file.read_text())}
    assert {"score", "learn", "rank", "references"} <= named <= known, named - known


def test_an_encoder_without_a_text_tower_names_one_that_has_it(tmp_path: Path) -> None:
    (encoder,) = encoders_in(hint_of(lambda: text_tower_of(EfficientNetLite0()), UsageError), tmp_path)
    assert has_text_tower(encoder)


def test_the_names_of_an_unknown_encoder_s_hint_are_encoders(tmp_path: Path) -> None:
    hint = hint_of(lambda: open_encoder("nope", tmp_path), UsageError)
    known = hint.removeprefix("known: ").partition(", and ")[0].split(", ")
    assert {"embedded", "cpu", "quality", "siglip", "local-dir", "hf-hub"} <= set(known)
    for name in known:
        place = {"local-dir": ":.", "hf-hub": ":someone/something"}.get(name, "")
        assert open_encoder(f"{name}{place}", tmp_path)


@pytest.mark.parametrize("text", ["cpu:x", "embedded:x", "hf-hub", "local-dir"])
def test_a_place_too_many_or_missing_is_told_by_what_to_write(tmp_path: Path, text: str) -> None:
    hint = hint_of(lambda: open_encoder(text, tmp_path), UsageError)
    assert open_encoder(hint.removeprefix("write "), tmp_path)


def test_what_open_clip_s_names_are_corrected_to_is_known() -> None:
    """Every registered name and tag, and the same with the other activation."""
    prepare_torchvision()
    import open_clip
    from open_clip.pretrained import list_pretrained

    for name, tag in list_pretrained():
        other = name.removesuffix("-quickgelu") if name.endswith("-quickgelu") else f"{name}-quickgelu"
        for written in (name, other):
            if open_clip.get_model_config(written) is None:
                continue
            try:
                treatment_of_tag(written, tag)
            except UsageError:
                continue  # no weights of that name, which is looked at below
            except WeightsError as error:
                assert error.hint
                if not error.hint.startswith("choose other weights"):
                    treatment_of_tag(*error.hint.removeprefix("write ").split("/"))
    for name in ("ViT-B-32", "ViT-B-16-quickgelu", "coca_base"):
        hint = hint_of(lambda name=name: treatment_of_tag(name, "nope"), UsageError)
        if hint.startswith("known: "):
            for known in hint.removeprefix("known: ").split(", "):
                treatment_of_tag(*known.split("/"))
    for near in re.findall(r"[\w-]+", hint_of(lambda: model_config("ViT-B-23"), UsageError).partition("mean ")[2]):
        assert model_config(near)
