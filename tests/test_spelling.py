"""Words that are near, and old names that are refused with the new ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection.config import load_config
from collection.errors import CollectionError, ConfigError, UsageError
from collection.generate.diffusion.options import DiffusionOptions
from collection.judge.catalogue import metrics
from collection.spelling import COMMANDS, FIELDS, KEYS, METRICS, OPTIONS, did_you_mean, nearest, renamed_metric
from collection.values import Recipe

PLAIN = {"title": '"T"', "supply": "3", "seed": '"s"'}


def test_the_nearest_word_is_told_or_nothing() -> None:
    assert nearest("suply", ["supply", "seed"]) == "; did you mean supply?"
    assert did_you_mean("SEED", ["supply", "seed"]) == "did you mean seed?"
    assert nearest("xyz", ["supply", "seed"]) == ""


def test_a_renamed_word_is_told_before_a_near_one() -> None:
    assert nearest("bar", ["bars"], {"bar": "exclude"}) == "; it is called exclude now"


@pytest.mark.parametrize("key", KEYS)
def test_a_renamed_key_is_refused_with_its_new_name(tmp_path: Path, key: str) -> None:
    *tables, name = key.split(".")
    head = "[[series]]" if tables == ["series"] else f"[{'.'.join(tables)}]"
    use = '\nuse = "diffusion"\nmodel = "m"' if tables == ["generator"] else ""
    lines = [f"{name} = {value}" for name, value in PLAIN.items()]
    path = tmp_path / "collection.toml"
    path.write_text("\n".join([*lines, f"{head}{use}", f"{name} = 1"]))
    with pytest.raises(ConfigError, match=rf"unknown key .*{name}; it is called {KEYS[key]} now"):
        load_config(path)


def test_every_new_key_is_one(tmp_path: Path) -> None:
    path = tmp_path / "collection.toml"
    head = "\n".join(f"{name} = {value}" for name, value in PLAIN.items())
    path.write_text(f'{head}\n[generator]\nuse = "diffusion"\nmodel = "m"')
    schema = load_config(path).model_dump()
    series = {"series": schema["series"][0]}
    for key, new in KEYS.items():
        assert new in {**schema, **series}[key.split(".")[0]], key


@pytest.mark.parametrize("field", FIELDS)
def test_a_renamed_field_of_a_recipe_is_refused_with_its_new_name(field: str) -> None:
    recipe = Recipe("painter", "painter/1", 1, 64, 64).as_json()
    assert FIELDS[field] in Recipe.__dataclass_fields__
    with pytest.raises(UsageError, match=f"unknown field '{field}'; it is called {FIELDS[field]} now"):
        Recipe.from_json({**recipe, field: "x"})


@pytest.mark.parametrize("option", OPTIONS)
def test_a_renamed_option_is_refused_with_its_new_name(option: str) -> None:
    assert OPTIONS[option] in DiffusionOptions.model_fields
    with pytest.raises(UsageError, match=f'no option "{option}"; it is called {OPTIONS[option]} now'):
        DiffusionOptions.of({option: 1})


@pytest.mark.parametrize("metric", METRICS)
def test_a_renamed_metric_is_called_by_its_new_name(metric: str) -> None:
    assert METRICS[metric] in metrics()
    assert renamed_metric(metric) == f"it is called {METRICS[metric]} now"
    assert renamed_metric(f"{metric}:ada") == f"it is called {METRICS[metric]}:ada now"
    assert renamed_metric(METRICS[metric]) == renamed_metric(f"{metric}ful") == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_renamed_command_is_refused_with_its_new_name(command: str) -> None:
    from typer.main import get_command

    from collection_cli.main import app

    with pytest.raises(CollectionError, match=f"collection {command} is called {COMMANDS[command]} now"):
        get_command(app).main([command], standalone_mode=False)
