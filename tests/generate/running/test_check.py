"""`generate --check`: what exists is made again and compared, byte for byte."""

from __future__ import annotations

import pytest

from collection.generate.running.check import check


@pytest.fixture
def made(library, make, canvas, recipes):
    library.store.replace_plan(recipes(10))
    make(canvas())
    return library.store


def test_a_sample_spread_over_the_plan_comes_out_alike(made, canvas):
    generator, seen = canvas(), []
    report = check(made, generator, 5, progress=lambda done, total: seen.append((done, total)))
    assert (report.checked, report.differing) == (5, ())
    assert sorted(seed for call in generator.calls for seed in call) == [0, 2, 4, 6, 8]
    assert seen[-1] == (5, 5)


def test_more_than_there_are_is_all_and_nothing_is_nothing(made, canvas, library, recipes):
    assert check(made, canvas(), 99).checked == 10
    library.store.replace_plan([])
    assert check(made, canvas(), 3).checked == 0


def test_other_pixels_are_named_with_what_changed(made, canvas, recipes):
    other = canvas(threads=2)
    other.rendering = lambda recipe: canvas().rendering(recipes(4)[3] if recipe.seed == 4 else recipe)
    report = check(made, other, 10)
    assert [failure.what for failure in report.differing] == ["0005"]
    assert report.differing[0].why == "made again, its pixels differ (threads was absent, is 2)"


def test_what_cannot_be_made_again_is_named(made, canvas, guilty):
    report = check(made, canvas(guilty(3)), 10)
    assert [(failure.what, failure.why) for failure in report.differing] == [
        ("0004", "the picture of seed 3 is black all over")
    ]
