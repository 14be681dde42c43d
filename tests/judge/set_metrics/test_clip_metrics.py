"""What pictures say in words, shown on a small CLIP that was truly trained on coloured shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from collection.errors import UsageError
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.encoders.open_clip_encoder import OpenClip
from collection.judge.encoders.text_tower import text_tower_of, text_vectors
from collection.judge.score import ScoreReport, Scorers, pending, score
from collection.judge.set_metrics.clipscore import PREFIX, clipscore
from collection.judge.set_metrics.set_scorer import SetScorer
from collection.judge.set_metrics.trait_match import mismatches
from collection.judge.set_metrics.zero_shot import zero_shot
from collection.pictures.files import encode_png, pixel_sha256
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import ImageEncoder, Pixels, Recipe, Style, StyleBlend

Paint = Callable[[str, str, int], Pixels]
BOTH = [(colour, shape) for colour in ("red", "blue", "green") for shape in ("circle", "stripes")]


class Project:
    """A store with pictures of shapes; `planned` is what the recipe says, `painted` what the picture shows."""

    def __init__(self, folder: Path, paint: Paint) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.paint = folder, paint
        self.store, self.files = Store(folder / "collection.db"), Files(folder / "files")
        self.planned: list[Recipe] = []
        self.painted: list[tuple[str, str]] = []

    def add(self, planned: tuple[str, str], painted: tuple[str, str] | None = None, series: str = "main") -> None:
        colour, shape = planned
        seed = len(self.planned)
        blend = StyleBlend.of({"flat": 1}, {"flat": Style("flat")})
        traits = {"colour": colour, "shape": shape, "medium": "paint"}
        self.planned.append(Recipe("painter", "painter/1", seed, 32, 32, series, f"a {colour} {shape}", "", blend,
                                   traits=traits))  # fmt: skip
        self.painted.append(painted or planned)
        self.keep()

    def keep(self) -> None:
        self.store.replace_plan(self.planned)
        for planned in self.store.unmade():
            pixels = self.paint(*self.painted[planned.recipe.seed], planned.recipe.seed)
            data = encode_png(pixels)
            sha256 = self.files.add(data)
            asset = Asset(planned.id, planned.recipe, sha256, pixel_sha256(pixels), 32, 32, len(data))
            self.store.add_assets([asset])

    def score(
        self, encoder: ImageEncoder, emotions: Sequence[str] = (), references: Sequence[Path] = ()
    ) -> ScoreReport:
        scorers = Scorers(encoder, pixels=(), whole_set=SetScorer(encoder, tuple(emotions), tuple(references)))
        report = score(self.store, self.files, scorers)
        assert not pending(self.store, scorers)
        return report

    def values(self, metric: str) -> list[float | None]:
        found = {item.file_sha256: item.value for item in self.store.scores() if item.metric == metric}
        return [found.get(asset.file_sha256) for asset in self.store.assets()]

    def metrics(self) -> set[str]:
        return {item.metric for item in self.store.scores()}


@pytest.fixture
def project(tmp_path: Path, paint_shape: Paint) -> Iterator[Project]:
    made = Project(tmp_path / "project", paint_shape)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def clip(shapes_clip: str) -> OpenClip:
    return OpenClip(shapes_clip, device="cpu")


class Counting(OpenClip):
    """Counts the texts and pictures that it is shown."""

    texts = pictures = 0
    piece = 1000
    """All by one thread, so that it counts well."""

    def encode_text(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += len(texts)
        return super().encode_text(texts)

    def encode(self, images: Sequence[Pixels]) -> np.ndarray:
        self.pictures += len(images)
        return super().encode(images)


# Trait match


def test_planted_mismatches_come_first_in_the_queue(project: Project, clip: OpenClip) -> None:
    for number in range(24):
        project.add(BOTH[number % 6])
    project.add(("red", "circle"), painted=("blue", "circle"))
    project.add(("green", "stripes"), painted=("green", "circle"))
    project.score(clip)
    queue = mismatches(project.store, clip)
    planted = {(item.asset.id, item.trait, item.planned, item.seen) for item in queue[:2]}
    assert planted == {(25, "colour", "red", "blue"), (26, "shape", "stripes", "circle")}
    assert all(item.probability < item.seen_probability for item in queue)
    assert [item.probability for item in queue] == sorted(item.probability for item in queue)
    assert len(queue) <= 5  # the little model misreads a few of fifty


def test_trait_match_is_the_lowest_of_the_traits_that_have_siblings(project: Project, clip: OpenClip) -> None:
    for both in BOTH:
        project.add(both)
    project.score(clip)
    assert "trait:medium" not in project.metrics(), "it has one value"
    lowest = project.values("trait-match")
    pairs = zip(project.values("trait:colour"), project.values("trait:shape"), strict=True)
    assert lowest == [min(colour or 0, shape or 0) for colour, shape in pairs]
    assert all(value is not None and 0 <= value <= 1 for value in lowest)


def test_traits_of_imported_pictures_are_what_their_json_said(project: Project, clip: OpenClip) -> None:
    for number, both in enumerate(BOTH):
        pixels = project.paint(*both, 50 + number)
        data = encode_png(pixels)
        asset = Asset(0, None, project.files.add(data), pixel_sha256(pixels), 32, 32, len(data), {}, {"shape": both[1]})
        project.store.add_imported([asset])
    project.score(clip)
    assert None not in project.values("trait:shape")
    assert project.values("clipscore") == [None] * 6, "nobody knows their prompts"


# CLIPScore, zero-shot classes


def test_clipscore_is_that_of_the_image_s_own_prompt(project: Project, clip: OpenClip) -> None:
    for number in range(12):
        project.add(BOTH[number % 6])
    project.add(("red", "circle"), painted=("green", "stripes"))
    project.score(clip)
    values = project.values("clipscore")
    pixels = project.paint("red", "circle", 0)
    cosine = float(clip.encode([pixels])[0] @ clip.encode_text([f"{PREFIX}a red circle"])[0])
    assert values[0] == pytest.approx(2.5 * max(cosine, 0), abs=2e-3)
    assert values[12] == min(value for value in values if value is not None)


def test_clipscore_and_zero_shot_by_hand() -> None:
    pictures = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)
    captions = np.array([[0.6, 0.8], [0.6, 0.8], [1, 0]], np.float32)
    assert clipscore(pictures, captions) == pytest.approx([1.5, 2.0, 0.0])
    chances = zero_shot(pictures[:1], np.eye(2, dtype=np.float32), np.log(3))
    assert chances == pytest.approx(np.array([[0.75, 0.25]]))


def test_emotions_are_probabilities_and_follow_the_list(project: Project, clip: OpenClip) -> None:
    for both in BOTH:
        project.add(both)
    project.score(clip, ["awe", "fear", "joy"])
    rows = np.array([project.values(f"mood:{mood}") for mood in ("awe", "fear", "joy")], float)
    assert rows.sum(axis=0) == pytest.approx(np.ones(6), abs=1e-5)
    project.score(clip, ["awe", "calm"])
    assert {name for name in project.metrics() if name.startswith("mood:")} == {"mood:awe", "mood:calm"}


def test_an_encoder_without_words_says_so_and_gives_the_rest(project: Project) -> None:
    for both in BOTH:
        project.add(both)
    encoder = EfficientNetLite0()
    report = project.score(encoder, ["awe"])
    assert len(report.notes) == 1
    assert "has no text tower" in report.notes[0]
    assert project.metrics() == {"novelty", "style-consistency"}
    with pytest.raises(UsageError, match="has no text tower") as error:
        mismatches(project.store, encoder)
    assert "encoder =" in str(error.value.hint)


# What is done again and what is not


def test_texts_and_pictures_are_encoded_once_and_all_is_worked_out_anew_for_another_set(
    project: Project, shapes_clip: str
) -> None:
    for both in BOTH:
        project.add(both)
    clip = Counting(shapes_clip, device="cpu")
    project.score(clip, ["awe", "fear"])
    texts, novelty = clip.texts, project.values("novelty")
    project.score(clip, ["awe", "fear"])
    assert (clip.texts, clip.pictures) == (texts, 6)

    project.add(("red", "stripes"))
    assert len(pending(project.store, Scorers(clip, pixels=(), whole_set=SetScorer(clip)))) == 1, (
        "what lacks its own numbers"
    )
    project.score(clip, ["awe", "fear"])
    assert (clip.texts, clip.pictures) == (texts, 7)
    assert project.values("novelty")[:6] != novelty

    project.planned.pop()
    project.keep()
    project.score(clip, ["awe", "fear"])
    assert project.values("novelty") == novelty


def test_an_image_keeps_the_score_of_the_prompt_that_it_has_now(project: Project, clip: OpenClip) -> None:
    """Another prompt may give the same file: its old score is not the new recipe's."""
    for both in BOTH:
        project.add(both)
    project.score(clip)
    before = project.values("clipscore")
    project.planned[0] = replace(project.planned[0], prompt="a green stripes")
    project.keep()
    project.score(clip)
    by_prompt = {asset.recipe.prompt: asset.file_sha256 for asset in project.store.assets() if asset.recipe}
    values = {item.file_sha256: item.value for item in project.store.scores() if item.metric == "clipscore"}
    project_prompts = [asset.recipe.prompt for asset in project.store.assets() if asset.recipe]
    assert "a red circle" not in project_prompts
    changed = next(asset for asset in project.store.assets() if asset.recipe and asset.recipe.seed == 0)
    assert values[changed.file_sha256] != before[0]
    assert by_prompt


def test_stopped_encoding_goes_on_from_the_last_batch_of_texts(project: Project, shapes_clip: str) -> None:
    class Stopped(Counting):
        def encode_text(self, texts: Sequence[str]) -> np.ndarray:
            if self.texts >= 64:
                raise KeyboardInterrupt
            return super().encode_text(texts)

    words = [f"thing {number}" for number in range(100)]
    with pytest.raises(KeyboardInterrupt):
        text_vectors(project.store, text_tower_of(Stopped(shapes_clip, device="cpu")), words)
    counting = Counting(shapes_clip, device="cpu")
    again = text_vectors(project.store, text_tower_of(counting), words)
    assert counting.texts == 36
    assert again == pytest.approx(counting.encode_text(words), abs=2e-3)
