"""The page says of every number which way it is better, and among which images a percentile is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection.store.judging_records import Score

Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def measured(
    many_images: ModuleType, tmp_path_factory: pytest.TempPathFactory, serving: Callable[..., dict[str, str]]
) -> str:
    """The link to 12 images, the first of which has the lowest number of every metric; contrast is of another model."""
    folder: Path = tmp_path_factory.mktemp("measured")
    with many_images.make(folder, 12) as project:
        assets = project.store.assets()
        metrics = {"quality": "m", "banding": "m", "exposure": "m"}
        project.store.add_judgements(
            [
                Score(asset.file_sha256, name, model, asset.id / 100, None)
                for asset in assets
                for name, model in {**metrics, "contrast": "another"}.items()
            ]
        )
        project.store.keep_percentiles(metrics)
    return serving(folder)["anna"]


@pytest.fixture
def page(measured: str, opened: Opened, artefact: Callable[[Any, str], None]) -> Any:
    page = opened(f"{measured}&at=1")
    page.keyboard.press("i")
    page.wait_for_selector("#facts tr")
    yield page
    artefact(page, "directions")


@pytest.mark.parametrize(
    ("metric", "says", "sign"),
    [
        ("quality", "higher is better; better than {} % of its kind", "↑"),
        ("banding", "lower is better; better than {} % of its kind", "↓"),
        ("exposure", "higher than {} % of its kind", ""),
        ("contrast", "not compared with its kind", ""),
    ],
)
def test_a_score_is_praised_only_where_it_is_good(page: Any, metric: str, says: str, sign: str) -> None:
    row = page.locator(f"#facts tr:has(th:text-matches('^{metric}(\\\\s|$)'))")
    asset = page.request.get(page.url.split("?")[0] + "api/assets/1").json()
    percentile = asset["scores"][metric][1]
    if percentile is None:
        assert row.locator("meter").count() == 0
        assert row.get_attribute("title") == says
        return
    assert percentile < 50, "it has the lowest number of its kind"
    above = int(percentile + 0.5)
    assert row.get_attribute("title") == says.format(100 - above if metric == "banding" else above)
    assert row.locator("th").inner_text().removeprefix(metric).strip() == sign
    meter = row.locator("meter")
    assert float(meter.get_attribute("value")) == percentile
    optimum = {"quality": "100", "banding": "0", "exposure": None}[metric]
    assert meter.get_attribute("optimum") == optimum


def test_the_kind_of_a_percentile_is_told(page: Any) -> None:
    text = page.inner_text("#facts")
    assert "percentile among its kind" in text
    assert "the images of the same prompt and style, or of the same series where these are fewer than 8" in text


def test_orders_and_filters_say_which_end_is_the_better(page: Any) -> None:
    page.keyboard.press("f")
    orders = dict(
        page.locator("#find select[aria-label=Order] option").evaluate_all(
            "all => all.map((one) => [one.value, one.text])"
        )
    )
    assert orders["banding"] == "banding, best first: lowest first"
    assert orders["-banding"] == "banding, worst first: highest first"
    assert orders["-quality"] == "quality, best first: highest first"
    assert orders["-exposure"] == "exposure, highest first"
    assert list(orders).index("banding") < list(orders).index("-banding")
    summaries = page.locator("#find summary").all_text_contents()
    assert {"banding ↓", "quality ↑", "exposure"} <= set(summaries)
    page.click("#find summary:has-text('banding')")
    page.click("#find details:has(summary:has-text('banding')) button:text-is('By percentile')")
    assert page.locator("#find input[aria-label='banding, percentile, lower is better, from']").count() == 1


def test_completions_of_an_order_begin_with_the_better_end(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.type("sort:band")
    page.wait_for_selector("#offers li")
    assert page.locator("#offers li").all_text_contents() == ["sort:banding", "sort:-banding"]
