"""The stage in one process: what is pending is made, kept batch by batch, and nothing is lost by trouble."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event

from collection.errors import CollectionError, WeightsError
from collection.generate.run import count_pending, pending
from collection.pictures.files import decode_image, pixel_sha256
from collection.store.judging_records import Embedding, Fingerprint, Score, ScoredBatch
from collection.store.thumbnails import SIDES


def test_files_hashes_thumbnails_and_rows_of_every_image(library, make, canvas, recipes):
    library.store.replace_plan(recipes(5))
    seen = []
    report = make(canvas(), progress=lambda done, total: seen.append((done, total)))
    assert (report.made, report.failed, report.replanned) == (5, (), ())
    assert seen == [(0, 5), (2, 5), (4, 5), (5, 5)]
    for asset in library.store.assets():
        pixels = decode_image(library.files.read(asset.file_sha256), asset.label)
        assert np.array_equal(pixels, canvas().rendering(asset.recipe).pixels)
        assert (asset.pixel_sha256, asset.width, asset.height) == (pixel_sha256(pixels), 24, 24)
        assert (asset.generator, asset.features) == ({"canvas": 1}, {"Seed": str(asset.recipe.seed)})
        for side in SIDES:
            small = decode_image(library.thumbnails.path(asset.file_sha256, side).read_bytes(), asset.label)
            assert small.shape == (24, 24, 3), "a small picture is not enlarged"
    assert make(canvas()).made == 0


def test_a_lost_file_is_pending_and_comes_back(library, make, canvas, recipes):
    library.store.replace_plan(recipes(3))
    make(canvas())
    lost = library.store.assets()[1]
    library.files.path(lost.file_sha256).unlink()
    assert [item.id for item in pending(library.store, library.files)] == [lost.id]
    assert count_pending(library.store, library.files) == 1
    assert make(canvas()).made == 1
    assert library.files.read(lost.file_sha256)


def test_a_lost_file_that_comes_out_differently_is_a_failure(library, make, canvas, recipes):
    library.store.replace_plan(recipes(1))
    make(canvas())
    library.files.path(library.store.assets()[0].file_sha256).unlink()
    other = canvas()
    other.rendering = lambda recipe: canvas().rendering(recipes(9)[8])
    report = make(other)
    assert report.made == 0
    assert "another file than the lost one" in report.failed[0].why


def test_of_an_image_that_comes_out_differently_nothing_is_written(library, make, canvas, recipes):
    """Each further run would leave another file, its thumbnails and its judgements behind."""
    library.store.replace_plan(recipes(2))

    def observe(assets, pixels):
        return ScoredBatch(
            [Score(asset.file_sha256, "quality", "m", 1.0) for asset in assets],
            [Embedding(asset.file_sha256, "e", np.ones(2, np.float32)) for asset in assets],
            {asset.file_sha256: Fingerprint((1, 2)) for asset in assets},
        )

    def files():
        folders = library.files.folder, library.thumbnails.folder
        return {path for folder in folders for path in folder.rglob("*") if path.is_file()}

    make(canvas(weights={"unet": {"sha256": "a"}, "vae": "b"}), observe)
    lost, kept = library.store.assets()
    library.files.path(lost.file_sha256).unlink()
    before = files(), library.store.hashes(), library.store.encoded("e"), library.store.scores()
    other = canvas(weights={"unet": {"sha256": "c"}, "vae": "b"}, threads=2)
    other.rendering = lambda recipe: canvas().rendering(recipes(9)[8])
    for _ in range(2):
        (failure,) = make(other, observe).failed
        assert failure.why.endswith("(threads was absent, is 2; weights.unet.sha256 was a, is c)")
        assert (files(), library.store.hashes(), library.store.encoded("e"), library.store.scores()) == before
    assert library.store.assets() == [lost, kept]


@pytest.mark.parametrize("kind", [IndexError, KeyError, ZeroDivisionError, AssertionError, MemoryError, OSError])
def test_whatever_a_generator_raises_costs_one_image(library, make, canvas, recipes, kind):
    library.store.replace_plan(recipes(4))

    def trouble(called):
        if any(recipe.seed == 2 for recipe in called):
            raise kind("of a sort\nthat nobody foresaw")

    report = make(canvas(trouble))
    assert report.made == 3
    (failure,) = report.failed
    assert failure.what == "0003"
    assert kind.__name__ in failure.why
    assert "test_run.py, line" in failure.why
    assert "\n" not in failure.why


def test_a_generator_that_hands_back_too_few_renderings_is_named(library, make, canvas, recipes):
    library.store.replace_plan(recipes(3))
    generator = canvas()
    generator.generate = lambda called: [generator.rendering(recipe) for recipe in called[1:]]
    assert [failure.what for failure in make(generator).failed] == ["0001", "0002", "0003"]


def test_what_an_observer_raises_costs_no_image(library, make, canvas, recipes):
    library.store.replace_plan(recipes(2))
    report = make(canvas(), lambda assets, pixels: [][1])
    assert (report.made, report.failed) == (2, ())
    assert ["IndexError" in failure.why for failure in library.store.failures("score")] == [True, True]


def test_only_the_recipe_that_cannot_be_made_is_named(library, make, canvas, recipes, guilty):
    library.store.replace_plan(recipes(4))
    report = make(canvas(guilty(2)))
    assert [failure.what for failure in report.failed] == ["0003"]
    assert "seed 2 is black" in report.failed[0].why
    assert report.made == len(library.store.assets()) == 3
    assert make(canvas()).made == 1
    assert library.store.failures("generate") == []


def test_a_limit_leaves_the_rest_pending(library, make, canvas, recipes):
    library.store.replace_plan(recipes(5))
    assert make(canvas(), limit=3).made == 3
    assert count_pending(library.store, library.files) == 2


def test_ctrl_c_keeps_what_was_rendered(library, make, canvas, recipes, hashes):
    library.store.replace_plan(recipes(6))
    stopped = canvas()

    def third_call(_):
        if len(stopped.calls) == 3:
            raise KeyboardInterrupt

    stopped.trouble = third_call
    with pytest.raises(KeyboardInterrupt):
        make(stopped)
    kept = hashes(library.store)
    assert sorted(kept) == [1, 2, 3, 4]
    assert make(canvas()).made == 2
    assert kept.items() < hashes(library.store).items()


def test_a_full_disk_is_said_and_loses_nothing(library, make, canvas, recipes, monkeypatch):
    library.store.replace_plan(recipes(6))
    sync, left = os.fsync, [3]

    def full(file):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(file)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CollectionError, match="No space left on device") as caught:
            make(canvas())
    assert "free some disk space" in str(caught.value.hint)
    assert len(library.store.assets()) == 2, "the batch whose files were all written"
    assert list(library.files.folder.glob("*/.writing-*")) == []
    assert make(canvas()).made == 4


def test_a_full_database_is_said_and_loses_nothing(library, make, canvas, recipes):
    """SQLite says the same when its file may not grow as when the disk is full (SQLITE_FULL)."""
    library.store.replace_plan(recipes(4))
    library.store.close()
    with sqlite3.connect(library.store.path) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()

    def small(connection, _):
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", small)
    with pytest.raises(CollectionError, match="database or disk is full"):
        make(canvas(note="x" * 100_000))
    event.remove(Engine, "connect", small)
    library.store.close()
    assert make(canvas()).made == 4


def test_missing_weights_stop_the_run(library, make, canvas, recipes):
    library.store.replace_plan(recipes(4))

    def missing(_):
        raise WeightsError("no model at /models/none")

    with pytest.raises(WeightsError, match="no model"):
        make(canvas(missing))
    assert make(canvas()).made == 4


def test_no_more_than_two_batches_are_in_memory(library, make, canvas, recipes):
    library.store.replace_plan(recipes(12))
    generator, most = canvas(), []

    def count(_):
        most.append(2 * len(generator.calls) - len(library.store.generated_files()))

    generator.trouble = count
    make(generator)
    assert max(most) <= 4, "the one being rendered, and the one being put away"


def test_warnings_are_kept_and_reported(library, make, canvas, recipes):
    library.store.replace_plan([*recipes(1), *recipes(2, prompt="too long")])
    report = make(canvas())
    assert [(item.what, item.why) for item in report.warned] == [
        ("0002", "the prompt was cut"),
        ("0003", "the prompt was cut"),
    ]


class TestObservers:
    """Whoever looks at images while they are in memory."""

    def test_what_it_finds_is_kept_with_the_batch(self, library, make, canvas, recipes):
        library.store.replace_plan(recipes(3))

        def observe(assets, pictures):
            means = [
                Score(a.file_sha256, "mean", "m", float(p.pixels.mean())) for a, p in zip(assets, pictures, strict=True)
            ]
            return ScoredBatch(means, fingerprints={asset.file_sha256: Fingerprint((asset.id, 0)) for asset in assets})

        make(canvas(), observe)
        found = {score.file_sha256: score.value for score in library.store.scores()}
        for asset in library.store.assets():
            assert found[asset.file_sha256] == canvas().rendering(asset.recipe).pixels.mean()
            assert library.store.hashes()[asset.file_sha256] == (asset.id, 0)

    def test_its_trouble_is_named_and_costs_no_image(self, library, make, canvas, recipes):
        library.store.replace_plan(recipes(3))

        def observe(assets, pictures):
            raise WeightsError("the encoder is missing")

        report = make(canvas(), observe)
        assert (report.made, report.failed) == (3, ())
        assert [failure.why for failure in library.store.failures("score")] == ["the encoder is missing"] * 3


class TestOutOfMemory:
    """A batch that the device cannot hold is planned anew, smaller, under new numbers."""

    def test_the_rest_of_the_plan_changes_shape_and_is_made(self, library, make, canvas, recipes, memory):
        library.store.replace_plan(recipes(10, batch_size=8))
        generator = canvas(memory(2))
        report = make(generator)
        assert report.made == 10
        assert report.failed == ()
        assert sorted(old for old, _ in report.replanned) == list(range(1, 11))
        made = {asset.id: asset for asset in library.store.assets()}
        assert sorted(made) == sorted(new for _, new in report.replanned)
        assert {asset.recipe.options["batch_size"] for asset in made.values()} == {2}
        seeds = {planned.id: planned.recipe.seed for planned in library.store.recipes_of(list(range(1, 11)))}
        assert all(made[new].recipe.seed == seeds[old] for old, new in report.replanned)
        assert [len(call) for call in generator.calls] == [8, 4, 2, 2, 2, 2, 2], "no shape is tried twice"

    def test_what_was_made_before_stays_and_the_plan_is_in_step_with_the_configuration(
        self, library, make, canvas, recipes, memory
    ):
        library.store.replace_plan(recipes(8, batch_size=4))
        make(canvas(), limit=4)
        report = make(canvas(memory(2)))
        assert len(report.replanned) == 4
        assert library.store.plan_changes(recipes(8, batch_size=4)) == 0
        assert library.store.replace_plan(recipes(8, batch_size=4)) == (0, 0)
        assert count_pending(library.store, library.files) == 0
        assert len(library.store.assets()) == 8
        library.store.replace_plan(recipes(8, batch_size=2))
        assert len(library.store.assets()) == 4, "now it asks for that shape everywhere, and four images are there"

    def test_a_single_image_that_does_not_fit_is_named(self, library, make, canvas, recipes, memory):
        library.store.replace_plan(recipes(2, batch_size=2))
        report = make(canvas(memory(0)))
        assert report.made == 0
        assert [failure.why for failure in report.failed] == ["no memory for 1 images"] * 2
        assert {failure.what for failure in report.failed} == {"0003", "0004"}


def test_the_database_of_a_run_is_small(library, make, canvas, recipes):
    """The queue is emptied by the next run, so that it does not grow with the number of runs."""
    library.store.replace_plan(recipes(6))
    make(canvas())
    make(canvas())
    assert library.store.queue_state().made == 0


@pytest.mark.parametrize("name", ["ab/.writing-1-ab", "ab/notes.txt"])
def test_other_files_are_no_images(library, name):
    path: Path = library.files.folder / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    assert library.files.names() == set()
