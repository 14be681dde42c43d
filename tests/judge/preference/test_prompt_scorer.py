"""Preference models at work: prompts and pixels, once each, from where a killed run stopped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from collection.judge.preference.hps import HPS
from collection.judge.preference.pickscore import PickScore
from collection.judge.preference.prompt_scorer import PromptScorer
from collection.judge.score import Scorers, pending, score
from collection.judge.scorer_factory import ranking_metrics
from collection.pictures.files import encode_png, pixel_sha256
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Pixels, Recipe


class Mean:
    """An encoder of two numbers."""

    model, dimensions = "mean@1", 2

    def encode(self, images: Sequence[Pixels]) -> np.ndarray:
        angle = np.array([image.mean() / 255 for image in images], np.float32)
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)


class Shelf:
    """A store with pictures made from prompts, one recipe each."""

    def __init__(self, folder: Path, pictures: Sequence[Pixels], prompts: Sequence[str]) -> None:
        folder.mkdir()
        self.store, self.files = Store(folder / "collection.db"), Files(folder / "files")
        self.pictures = list(pictures)
        self.recipes = [Recipe("painter", "painter/1", n, 32, 32, "main", text) for n, text in enumerate(prompts)]
        self.keep()

    def keep(self) -> None:
        self.store.replace_plan(self.recipes)
        for planned in self.store.unmade():
            pixels = self.pictures[planned.recipe.seed]
            data = encode_png(pixels)
            asset = Asset(planned.id, planned.recipe, self.files.add(data), pixel_sha256(pixels), 1, 1, len(data))
            self.store.add_assets([asset])

    def values(self, metric: str) -> list[float | None]:
        found = {item.file_sha256: item.value for item in self.store.scores() if item.metric == metric}
        return [found.get(asset.file_sha256) for asset in self.store.assets()]


@pytest.fixture
def shelf(tmp_path: Path, pictures: list[Pixels], prompts: list[str]) -> Iterator[Shelf]:
    made = Shelf(tmp_path / "shelf", pictures, [*prompts[:2], ""])
    yield made
    made.store.close()


@pytest.fixture
def hps(hps_folder) -> HPS:  # type: ignore[no-untyped-def]
    return HPS(hps_folder())


def test_images_with_prompts_get_their_number_once(
    shelf: Shelf, hps: HPS, pictures: list[Pixels], prompts: list[str]
) -> None:
    scorers = Scorers(Mean(), pixels=(), prompts=PromptScorer((hps,)))
    report = score(shelf.store, shelf.files, scorers)
    assert shelf.values("hps-v2.1")[:2] == pytest.approx(hps.score(pictures[:2], prompts[:2]).tolist(), abs=1e-6)
    assert shelf.values("hps-v2.1")[2] is None, "it has no prompt"
    assert scorers.metrics == ("hps-v2.1",)
    assert set(report.ranges) == set(ranking_metrics(scorers)) == {"hps-v2.1"}
    assert not pending(shelf.store, scorers)
    assert {item.model for item in shelf.store.scores() if item.metric == "hps-v2.1"} == {hps.model}


def test_another_prompt_of_the_same_picture_is_asked_again(shelf: Shelf, hps: HPS, pictures: list[Pixels]) -> None:
    scorers = Scorers(Mean(), prompts=PromptScorer((hps,)))
    score(shelf.store, shelf.files, scorers)
    shelf.recipes[0] = replace(shelf.recipes[0], prompt="something else")
    shelf.keep()
    assert [asset.recipe.prompt for asset in pending(shelf.store, scorers) if asset.recipe] == ["something else"]
    score(shelf.store, shelf.files, scorers)
    found = {
        a.recipe.prompt: v for a, v in zip(shelf.store.assets(), shelf.values("hps-v2.1"), strict=True) if a.recipe
    }
    assert found["something else"] == pytest.approx(float(hps.score(pictures[:1], ["something else"])[0]), abs=1e-6)


def test_other_weights_make_all_pending_again(shelf: Shelf, hps: HPS, hps_folder) -> None:  # type: ignore[no-untyped-def]
    score(shelf.store, shelf.files, Scorers(Mean(), prompts=PromptScorer((hps,))))
    other = HPS(hps_folder(lambda state: {name: value + 0.1 for name, value in state.items()}))
    assert len(pending(shelf.store, Scorers(Mean(), prompts=PromptScorer((other,))))) == 2


def test_a_killed_run_goes_on_with_the_batch_in_hand(shelf: Shelf, hps: HPS) -> None:
    class Killed(HPS):
        asked = 0

        def score(self, pictures: Sequence[Pixels], prompts: Sequence[str]) -> np.ndarray:
            if self.asked:
                raise KeyboardInterrupt
            self.asked += 1
            return super().score(pictures, prompts)

    killed = Killed(hps._place)
    with pytest.raises(KeyboardInterrupt):
        score(shelf.store, shelf.files, Scorers(Mean(), prompts=PromptScorer((killed,))), batch_size=1)
    assert len(pending(shelf.store, Scorers(Mean(), prompts=PromptScorer((hps,))))) == 1


def test_a_file_that_cannot_be_read_is_named_once_and_the_rest_goes_on(shelf: Shelf, hps: HPS) -> None:
    score(shelf.store, shelf.files, Scorers(Mean()))
    lost = shelf.files.path(shelf.store.assets()[0].file_sha256)
    lost.write_bytes(b"not a picture")
    report = score(shelf.store, shelf.files, Scorers(Mean(), prompts=PromptScorer((hps,))))
    assert [failure.what for failure in report.failed] == ["0001"]
    assert report.scored == 1
    assert shelf.values("hps-v2.1")[1] is not None


def test_two_models_share_what_was_decoded(
    shelf: Shelf, hps: HPS, tmp_path_factory: pytest.TempPathFactory, pickscore_folder, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]  # fmt: skip
    from collection.judge.preference import prompt_scorer

    decoded: list[str] = []
    decode = prompt_scorer.decode_image
    monkeypatch.setattr(
        prompt_scorer, "decode_image", lambda data, name: decoded.append(str(name)) or decode(data, name)
    )
    pick = PickScore(pickscore_folder())
    score(shelf.store, shelf.files, Scorers(Mean(), prompts=PromptScorer((hps, pick))))
    assert len(decoded) == 2
    assert None not in shelf.values("pickscore")[:2]
