"""What a plan says it takes, and the sample that shows quotas."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from collection.config import Config
from collection.generate.painter.generator import Painter
from collection.plan.forecast import forecast, rarity_table
from collection.plan.plan import Plan


def test_time_and_disk_come_from_what_was_measured(make_config: Any) -> None:
    config = make_config(4, image={"size": [100, 200]})
    recipes = Plan(config, {}).recipes
    takes = forecast(config, recipes, 2.5, 1.5, gas=77)
    assert (takes.seconds, takes.bytes, takes.gas) == (2.5 * 6, 1.5 * 6 * 100 * 200, 77)
    unknown = forecast(make_config(4, generator={"use": "diffusion", "model": "m"}), recipes, None, None, gas=0)
    assert unknown.seconds is None
    assert unknown.bytes_source == "at most"


def test_the_rarity_table_tells_every_value(make_config: Any) -> None:
    traits = {"sky": {"weight": {"clear": 100, "violet": 0.1}}, "sun": {"when": {"sky": "clear"}, "weight": {"up": 1}}}
    table = rarity_table(Plan(make_config(10, traits=traits, candidates=15), {}))
    assert [(item.trait, item.value, item.tokens, item.images, item.percent) for item in table] == [
        ("sky", "clear", 10, 15, 100), ("sky", "violet", 0, 0, 0), ("sun", "up", 10, 15, 100),
    ]  # fmt: skip


def test_the_quotas_sample_paints_what_it_planned(repository: Path) -> None:
    text = (repository / "samples/quotas/collection.toml").read_text()
    plan = Plan(Config.model_validate({**tomllib.loads(text), "image": {"size": 64}}), {})
    tokens = {(item.trait, item.value): item.tokens for item in rarity_table(plan)}
    assert tokens["weather", "clear"] == 5
    assert sum(count for (trait, _), count in tokens.items() if trait == "light") == 12
    recipes = [*plan.recipes[:6], plan.recipes[-1]]
    for recipe, rendering in zip(recipes, Painter().generate(recipes), strict=True):
        assert rendering.features["Light"].lower() == recipe.traits["light"]
        assert rendering.features["Motif"].lower() == recipe.traits["place"]
        assert rendering.features["Weather"].lower() == recipe.traits["weather"]
