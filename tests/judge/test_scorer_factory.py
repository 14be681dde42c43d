from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from collection.config import Score
from collection.errors import ConfigError, WeightsError
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.plugin import open_encoder
from collection.judge.preference.prompt_scorer import PromptScorer
from collection.judge.scorer_factory import SOURCES, build_scorers, ranking_metrics

HEAD = "sac-logos-ava1/sac+logos+ava1-l14-linearMSE.pth"


def wanted(**values: object) -> Score:
    return Score.model_validate(values)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An address on loopback and the folder that it serves."""
    served = tmp_path / "served"
    served.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(served))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}", served
        running.shutdown()


def test_the_embedded_default_judges_nothing(tmp_path: Path) -> None:
    scorers = build_scorers(wanted(), tmp_path)
    assert isinstance(scorers.encoder, EfficientNetLite0)
    assert tuple(ranking_metrics(scorers)) == ()


def test_a_head_that_is_neither_known_nor_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='"nope" is neither a known aesthetic predictor nor a file') as caught:
        build_scorers(wanted(heads=["nope"]), tmp_path)
    assert "sac-logos-ava1" in str(caught.value.hint)


def test_a_head_on_vectors_that_it_was_not_trained_on_is_refused(tmp_path: Path, trained_weights: Path) -> None:
    (tmp_path / "head.pth").write_bytes((trained_weights / HEAD).read_bytes())
    with pytest.raises(WeightsError, match="ViT-L-14"):
        build_scorers(wanted(heads=["head.pth"]), tmp_path)


def test_a_known_head_is_fetched_once_and_checked(
    tmp_path: Path, cache: Path, server: tuple[str, Path], trained_weights: Path
) -> None:
    address, served = server
    (served / "head.pth").write_bytes((trained_weights / HEAD).read_bytes())
    sources = {"sac-logos-ava1": f"{address}/head.pth"}
    for _ in range(2):
        with pytest.raises(WeightsError, match="not on this encoder"):
            build_scorers(wanted(heads=["sac-logos-ava1"]), tmp_path, sources)
        (served / "head.pth").unlink(missing_ok=True)
    assert len(list(cache.rglob("*.pth"))) == 1


def test_a_file_with_another_hash_is_not_that_head(tmp_path: Path, cache: Path, server: tuple[str, Path]) -> None:
    address, served = server
    (served / "head.pth").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="is not the aesthetic predictor sac-logos-ava1") as caught:
        build_scorers(wanted(heads=["sac-logos-ava1"]), tmp_path, {"sac-logos-ava1": f"{address}/head.pth"})
    assert "fetch it yourself" in str(caught.value.hint)
    assert not list(cache.rglob("*.pth"))


def test_no_network_says_where_the_file_is_to_be_had(tmp_path: Path, cache: Path, server: tuple[str, Path]) -> None:
    with pytest.raises(WeightsError, match="cannot be fetched") as caught:
        build_scorers(wanted(heads=["sac-logos-ava1"]), tmp_path, {"sac-logos-ava1": f"{server[0]}/nothing.pth"})
    assert f"{server[0]}/nothing.pth" in str(caught.value.hint)


def test_every_published_head_has_a_known_hash() -> None:
    from collection.judge.aesthetic import KNOWN_PREDICTORS

    assert {known.name for known in KNOWN_PREDICTORS.values()} == set(SOURCES)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("cpu", "ViT-B-32-quickgelu/openai"),
        ("quality", "ViT-L-14-quickgelu/openai"),
        ("siglip", "ViT-SO400M-14-SigLIP-384/webli"),
    ],
)
def test_encoder_presets_are_weights_that_open_clip_knows(tmp_path: Path, name: str, model: str) -> None:
    from collection.judge.encoders.declared_weights import treatment_of_tag
    from collection.judge.encoders.open_clip_encoder import OpenClip
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    encoder = open_encoder(name, tmp_path)
    assert isinstance(encoder, OpenClip)
    assert encoder.reference.text == model
    assert treatment_of_tag(encoder.reference.name, encoder.reference.tag).quick_gelu == model.endswith("openai")


@pytest.mark.parametrize(
    ("model", "why"),
    [("nope", '"nope" is no model'), ("nope:x/y", '"nope" is no model'), ("hps-v2.1:no/such/folder", "there is no")],
)
def test_a_preference_model_that_cannot_be_meant_is_refused(tmp_path: Path, model: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        build_scorers(wanted(preference=[model]), tmp_path)


def test_preference_models_come_from_folders_and_hubs(tmp_path: Path) -> None:
    """Nothing is read or fetched before it is needed."""
    (tmp_path / "models").mkdir()
    scorers = build_scorers(
        wanted(preference=["pickscore:models", "hps-v2.1", "image-reward:someone/reward"]), tmp_path
    )
    assert isinstance(scorers.prompts, PromptScorer)
    assert [network.name for network in scorers.prompts.networks] == ["pickscore", "hps-v2.1", "image-reward"]
