from threading import Lock

import numpy as np
import pytest
import torch
from PIL import Image

from collection.errors import WeightsError
from collection.judge.aesthetic import load_predictor
from collection.judge.duplicates.dedupe import DuplicateThresholds, dedupe
from collection.judge.duplicates.dedupe import pending as dedupe_pending
from collection.judge.encoders.embedded_encoder import EfficientNetLite0
from collection.judge.pixels.pixel_metrics import PixelMetrics
from collection.judge.score import Scorers, pending, score
from collection.pictures.files import encode_png, pixel_sha256
from collection.store.files import Files
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import Recipe


class ThumbnailEncoder:
    """Unit vectors (n, 512) of a tiny grey thumbnail; counts the pictures that it was shown."""

    space = "openai/ViT-B-32"
    dimensions = 512
    piece = 1

    def __init__(self, version=1):
        self.model = f"thumbnail@{version}"
        self.shown, self.lock = 0, Lock()

    def encode(self, images):
        with self.lock:
            self.shown += len(images)
        small = [np.asarray(Image.fromarray(image).convert("L").resize((32, 16)), np.float32) for image in images]
        vectors = np.stack(small).reshape(len(images), 512) + 1 if images else np.zeros((0, 512), np.float32)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


class Project:
    """A store with pictures that somebody generated."""

    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        self.store, self.files = Store(folder / "collection.db"), Files(folder / "files")
        self.pictures = []

    def add(self, pictures, series="main"):
        self.pictures += [(picture, series) for picture in pictures]
        recipes = [
            Recipe("painter", "painter/1", seed, 64, 64, series) for seed, (_, series) in enumerate(self.pictures)
        ]
        self.store.replace_plan(recipes)
        self.store.add_assets([self.asset(planned) for planned in self.store.unmade()])

    def asset(self, planned):
        pixels = self.pictures[planned.recipe.seed][0]
        data, (height, width) = encode_png(pixels), pixels.shape[:2]
        sha256 = self.files.add(data)
        return Asset(planned.id, planned.recipe, sha256, pixel_sha256(pixels), width, height, len(data))

    def values(self, metric):
        by_file = {item.file_sha256: item.value for item in self.store.scores() if item.metric == metric}
        return [by_file.get(asset.file_sha256) for asset in self.store.assets()]


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def art(photos):
    return [np.asarray(Image.fromarray(picture).resize((96, 96))) for picture in list(photos.values())[:9]]


@pytest.fixture
def head(tmp_path):
    path = tmp_path / "own.pth"
    torch.save({"weight": torch.linspace(-1, 1, 512)[None], "bias": torch.zeros(1)}, path)
    return load_predictor(path)


# Score


def test_score_gives_every_image_its_numbers_once(project, art, head, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    project.add(art)
    encoder, steps = ThumbnailEncoder(), []
    scorers = Scorers(encoder, (head,))
    report = score(project.store, project.files, scorers, batch_size=4, progress=lambda *step: steps.append(step))
    assert (report.scored, report.failed) == (9, ())
    assert steps == [(0, 9), (4, 9), (8, 9), (9, 9), (9, 9)]
    assert all(0 <= value <= 100 for value in project.values("quality"))
    assert None not in project.values("own")
    assert set(report.ranges) == set(scorers.metrics) == {*PixelMetrics().models, "own"}
    assert report.ranges["own"] == (min(project.values("own")), max(project.values("own")))
    assert len(project.store.hashes()) == 9
    assert not pending(project.store, scorers)

    again = score(project.store, project.files, scorers)
    assert (again.scored, encoder.shown) == (0, 9)
    assert again.ranges == report.ranges


def test_scores_say_which_model_gave_them(project, art, head):
    project.add(art[:1])
    scorers = Scorers(ThumbnailEncoder(), (head,))
    score(project.store, project.files, scorers)
    models = {item.metric: item.model for item in project.store.scores()}
    assert models == {**PixelMetrics().models, "own": f"own@{head.sha256}|thumbnail@1"}


def test_only_new_images_are_looked_at(project, art):
    project.add(art[:5])
    encoder = ThumbnailEncoder()
    score(project.store, project.files, Scorers(encoder))
    project.add(art[5:])
    assert [asset.id for asset in pending(project.store, Scorers(encoder))] == [6, 7, 8, 9]
    score(project.store, project.files, Scorers(encoder))
    assert encoder.shown == 9


def test_another_encoder_makes_all_pending_again(project, art):
    project.add(art)
    score(project.store, project.files, Scorers(ThumbnailEncoder(1)))
    assert len(pending(project.store, Scorers(ThumbnailEncoder(2)))) == 9


def test_a_head_added_later_scores_as_it_would_have_and_sees_no_image_again(tmp_path, art, head):
    first, second = Project(tmp_path / "a"), Project(tmp_path / "b")
    encoder = ThumbnailEncoder()
    for made in (first, second):
        made.add(art)
    score(first.store, first.files, Scorers(encoder, (head,)))
    score(second.store, second.files, Scorers(encoder))
    assert len(pending(second.store, Scorers(encoder, (head,)))) == 9
    report = score(second.store, second.files, Scorers(encoder, (head,)))
    assert report.scored == 9
    assert encoder.shown == 18
    assert first.values("own") == second.values("own")
    for made in (first, second):
        made.store.close()


def test_a_metric_of_pixels_added_later_encodes_no_image_again(project, art):
    project.add(art[:3])
    encoder = ThumbnailEncoder()
    score(project.store, project.files, Scorers(encoder, pixels=()))
    assert project.values("quality") == [None] * 3
    report = score(project.store, project.files, Scorers(encoder))
    assert (report.scored, encoder.shown) == (3, 3)
    assert None not in project.values("quality")


def test_a_file_that_cannot_be_read_is_named_and_the_rest_goes_on(project, art):
    project.add(art[:4])
    lost, changed = (project.files.path(asset.file_sha256) for asset in project.store.assets()[:2])
    data = changed.read_bytes()
    lost_data = lost.read_bytes()
    lost.unlink()
    changed.write_bytes(b"not a picture")
    scorers = Scorers(ThumbnailEncoder())
    report = score(project.store, project.files, scorers, batch_size=3)
    assert [failure.what for failure in report.failed] == ["0001", "0002"]
    assert report.scored == 2
    assert project.store.failures("score") == list(report.failed)

    lost.write_bytes(lost_data)
    changed.write_bytes(data)
    assert score(project.store, project.files, scorers).scored == 2
    assert project.store.failures("score") == []
    assert None not in project.values("quality")


def test_a_killed_run_loses_only_the_batch_in_hand(project, art, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)

    class Killed(ThumbnailEncoder):
        def encode(self, images):
            if self.shown >= 4:
                raise KeyboardInterrupt
            return super().encode(images)

    project.add(art)
    with pytest.raises(KeyboardInterrupt):
        score(project.store, project.files, Scorers(Killed()), batch_size=2)
    assert len(pending(project.store, Scorers(ThumbnailEncoder()))) == 5
    assert score(project.store, project.files, Scorers(ThumbnailEncoder())).scored == 5


def test_two_images_with_one_file_are_scored_once(project, art):
    project.add([art[0], art[0]])
    encoder = ThumbnailEncoder()
    score(project.store, project.files, Scorers(encoder))
    assert encoder.shown == 1
    assert project.values("quality")[0] == project.values("quality")[1] is not None


def test_an_empty_picture_is_worth_nothing(project, art):
    project.add([art[0], np.full((64, 64, 3), 200, np.uint8)])
    report = score(project.store, project.files, Scorers(ThumbnailEncoder()))
    assert report.ranges["quality"][0] == 0.0


def test_a_head_on_the_wrong_encoder_is_refused(head):
    with pytest.raises(WeightsError, match="ViT-B-32"):
        Scorers(EfficientNetLite0(), (head,))


# Dedupe


def edited(picture, seed):
    noise = np.random.default_rng(seed).integers(-6, 7, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def scored(project, art):
    """Nine unlike pictures, numbers 1 to 9; 10 is the pixels of 1; 11 and 12 are 2 with noise."""
    project.add([*art, art[0], edited(art[1], 1), edited(art[1], 2)])
    encoder = EfficientNetLite0()
    score(project.store, project.files, Scorers(encoder))
    return project, DuplicateThresholds(encoder.model)


def test_dedupe_keeps_the_best_and_says_why(scored):
    project, thresholds = scored
    ranking = {asset.id: 50.0 for asset in project.store.assets()} | {11: 90.0}
    report = dedupe(project.store, thresholds, ranking)
    assert [(group.representative, [member.id for member in group.members]) for group in report.groups] == [
        (1, [10]),
        (11, [2, 12]),
    ]
    assert (report.compared, report.set_aside, report.unscored) == (12, 3, ())
    stored = {item.asset_id: (item.representative_id, item.why) for item in project.store.duplicates()}
    assert stored == {10: (1, "bytes"), 2: (11, "phash"), 12: (11, "phash")}
    assert project.store.stage_report("dedupe")["set_aside"] == 3


def test_dedupe_is_pending_until_done_and_again_when_anything_changes(scored, art):
    project, thresholds = scored
    ranking = {asset.id: 50.0 for asset in project.store.assets()}
    assert dedupe_pending(project.store, thresholds, ranking) == 12
    dedupe(project.store, thresholds, ranking)
    assert dedupe_pending(project.store, thresholds, ranking) == 0
    assert dedupe_pending(project.store, thresholds, ranking | {3: 51.0}) == 12
    assert dedupe_pending(project.store, DuplicateThresholds(thresholds.model, phash_distance=2), ranking) == 12
    assert dedupe_pending(project.store, DuplicateThresholds(thresholds.model, cosine=0.9), ranking) == 12
    project.add([art[4][::-1].copy()])
    assert dedupe_pending(project.store, thresholds, ranking) == 13


def test_a_second_dedupe_replaces_what_the_first_said(scored):
    project, thresholds = scored
    dedupe(project.store, thresholds, {})
    dedupe(project.store, thresholds, {12: 99.0})
    assert {item.asset_id: item.representative_id for item in project.store.duplicates()} == {10: 1, 2: 12, 11: 12}


def test_images_that_were_not_scored_are_named_not_compared(scored, art):
    project, thresholds = scored
    project.add([art[0]])
    report = dedupe(project.store, thresholds, {})
    assert report.unscored == ()  # the same file as number 1, which was scored
    project.add([edited(art[0], 3)])
    report = dedupe(project.store, thresholds, {})
    assert report.unscored == ("0014",)
    assert report.compared == 13


def test_each_series_has_its_own_threshold(project, art):
    """Pictures that differ in one small place, as those of one series may, are no duplicates of each other."""
    rng = np.random.default_rng(1)
    alike = []
    for _ in range(10):
        picture = art[2].copy()
        top, left = rng.integers(0, 48, 2)
        picture[top : top + 44, left : left + 44] = rng.integers(0, 256, 3)
        alike.append(picture)
    project.add(alike, series="alike")
    project.add(art, series="varied")
    encoder = EfficientNetLite0()
    score(project.store, project.files, Scorers(encoder))
    report = dedupe(project.store, DuplicateThresholds(encoder.model, phash_distance=0), {})
    assert set(report.cosines) == {"alike", "varied"}
    assert report.cosines["alike"] > report.cosines["varied"] >= 0.9
    assert set(dedupe(project.store, DuplicateThresholds(encoder.model, cosine=0.97), {}).cosines.values()) == {0.97}


def test_dedupe_of_nothing_is_nothing(project):
    report = dedupe(project.store, DuplicateThresholds("none"), {})
    assert (report.compared, report.groups) == (0, ())
