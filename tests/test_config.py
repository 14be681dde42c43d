from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from collection.config import Config, load_config
from collection.config.publishing import Artist
from collection.config.reading import line_of
from collection.errors import ConfigError, ProjectError

GOOD = """\
title = "Paper Weather"
supply = 24
seed = "x"

[image]
size = 512

[generator]
use = "painter"

[styles.ukiyo-e]
prompt = "a"

[styles.bauhaus]
prompt = "b"

[[series]]
name = "storms"
blend = {ukiyo-e = 0.6, bauhaus = 0.4}

[[series]]
name = "b"
blend = {ukiyo-e = 1}

[chain]
network = "embedded"
"""


def read(folder: Path, text: str) -> Config:
    path = folder / "collection.toml"
    path.write_text(text, "utf-8")
    return load_config(path)


def test_three_keys_are_enough(tmp_path: Path) -> None:
    config = read(tmp_path, 'title = "Quiet Sea"\nsupply = 5\nseed = 7\n')
    assert (config.images, config.token_symbol, config.generator.use) == (8, "QTS", "painter")
    assert config.publish.storage == ("car",)
    assert config.chain.network == "embedded"


def test_a_whole_file(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert config.blend_of(config.series[0]).weights == {"bauhaus": 0.4, "ukiyo-e": 0.6}
    assert config.blend_of(config.series[0]).parts[0][0].painter == "bauhaus", "absent: the style of the same name"


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("supply", "suply", 2, ["unknown key suply", "did you mean supply?"]),
        ("size = 512", "sise = 5", 6, ["unknown key image.sise", "did you mean size?"]),
        ("size = 512", "size = 5", 6, ["image.size = 5", "64"]),
        ("size = 512", 'size = [512, "a"]', 6, ["image.size"]),
        ("supply = 24", 'supply = "24"', 2, ["supply = '24'", "integer"]),
        ("supply = 24", "supply = true", 2, ["supply = True", "integer"]),
        ("supply = 24", "supply = 24\ncandidates = 3", 3, ["candidates", "less than supply = 24"]),
        ('use = "painter"', 'use = "difusion"', 8, ["generator", "'difusion'", "'diffusion'"]),
        ('use = "painter"', 'use = "diffusion"', 8, ["the key generator.model is missing"]),
        ('use = "painter"', 'use = "diffusion"\nmodel = "m"\nstep = 3', 11, ["generator.step", "did you mean steps?"]),
        ('prompt = "b"', 'promt = "b"', 15, ["unknown key styles.bauhaus.promt", "did you mean prompt?"]),
        ('name = "b"', 'nam = "b"', 22, ["unknown key series.2.nam", "did you mean name?"]),
        ('name = "b"', 'name = "storms"', 22, ["series.2.name", '"storms" is the name of two series']),
        ("{ukiyo-e = 1}", "{ukiyoe = 1}", 23, ["series.2.blend.ukiyoe", "did you mean ukiyo-e?"]),
        ("{ukiyo-e = 1}", "{ukiyo-e = 0}", 23, ["series.2.blend", "all weights are zero"]),
        ("{ukiyo-e = 1}", "{ukiyo-e = -1}", 23, ["series.2.blend.ukiyo-e = -1"]),
        ("{ukiyo-e = 1}", "{ukiyo-e = nan}", 23, ["series.2.blend.ukiyo-e"]),
        ('network = "embedded"', 'netwrk = "embedded"', 26, ["unknown key chain.netwrk", "did you mean network?"]),
        ("[chain]", "[chian]", 25, ["unknown key chian", "did you mean chain?"]),
        ("[chain]", '[[artists]]\nname = "a"\nshare = 40\n[chain]', 27, ["artists.1.share", "sum to 40"]),
        ("[chain]", '[publish]\nstorage = ["s3:x"]\n[chain]', 26, ["publish.storage", '"s3:x"']),
        ('seed = "x"', "", 1, ["the key seed is missing"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_line_key_and_value(
    tmp_path: Path, old: str, new: str, line: int, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, GOOD.replace(old, new))
    assert caught.value.message.startswith(f"{tmp_path / 'collection.toml'}:{line}: ")
    for word in words:
        assert word in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 2


PLANNED = GOOD.replace(
    "[chain]",
    """\
[series.axes]
cross = {seed = "0-3"}

[traits.sky]
weight = {clear = 3}
count = {torn = 1}

[traits.moon]
weight = {full = 1}
when = {sky = "clear"}

[[rules]]
when = {sky = ["torn", "clear"]}
require = {moon = "full"}

[[one_of_ones]]
name = "The Last"

[chain]""",
)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('{seed = "0-3"}', '{seeds = "0-3"}', 26, ["series.2.axes.cross", "an axis is a list"]),
        ('{seed = "0-3"}', '{sead = ["0-3"]}', 26, ["series.2.axes.cross.sead", "no such axis", "did you mean seed?"]),
        ('{seed = "0-3"}', '{seed = "0-3,x"}', 26, ["series.2.axes", '"x" is neither a seed nor a range']),
        ('{seed = "0-3"}', '{seed = "0-3,2"}', 26, ["series.2.axes", "a value stands there twice"]),
        ('{seed = "0-3"}', "{steps = [4, 8]}", 26, ["series.2.axes.cross.steps", "the painter generator has no steps"]),
        ('{seed = "0-3"}', "{size = [9]}", 26, ["series.2.axes.cross.size", "9 does not fit", "64"]),
        ('{seed = "0-3"}', "{blend = [{ukiyo = 1}]}", 26, ["series.2.axes.cross.blend", "did you mean ukiyo-e?"]),
        ('{seed = "0-3"}', '{seed = "0-999"}', 2, ["candidates", "ask for: 1,001 images"]),
        (
            'cross = {seed = "0-3"}', 'zip = {seed = "0-3", size = [64, 65]}', 26,
            ["series.2.axes.zip", "different lengths", "seed 4, size 2"],
        ),
        ("weight = {clear = 3}", "weihgt = {clear = 3}", 29, ["unknown key traits.sky.weihgt", "did you mean weight?"]),
        ("weight = {clear = 3}", "weight = {clear = 3, torn = 1}", 30, ["traits.sky.count", '"torn" has a weight and']),
        ("count = {torn = 1}", "count = {torn = -1}", 30, ["traits.sky.count.torn = -1"]),
        ("weight = {full = 1}", "weight = {full = 0}", 32, ["traits.moon", "drawn zero times"]),
        ('when = {sky = "clear"}', 'when = {sky = "cler"}', 34, ["traits.moon.when.sky", "did you mean clear?"]),
        ('when = {sky = "clear"}', 'when = {moon = "full"}', 34, ["traits.moon.when", "moon needs moon"]),
        ('when = {sky = ["torn", "clear"]}', "when = {}", 37, ["rules.1.when"]),
        ('require = {moon = "full"}', 'require = {mon = "full"}', 38, ["rules.1.require.mon", "did you mean moon?"]),
        ('require = {moon = "full"}', "", 36, ["rules.1", "neither what to exclude nor what to require"]),
        ('name = "The Last"', 'name = "storms"', 41, ["one_of_ones.1.name", '"storms" is the name of two series']),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_plan_is_said_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: list[str]
) -> None:
    read(tmp_path, PLANNED.replace("supply = 24", "supply = 24\ncandidates = 40"))
    text = PLANNED.replace(old, new)
    if "candidates" in words:
        text = text.replace("supply = 24", "supply = 24\ncandidates = 40")
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    for word in words:
        assert word in caught.value.message
    assert caught.value.message.startswith(f"{tmp_path / 'collection.toml'}:{line + ('candidates' in words)}: ")
    assert caught.value.hint


def test_axes_and_one_of_ones_count_as_images(tmp_path: Path) -> None:
    assert read(tmp_path, PLANNED).images == 36, "one and a half times the supply"
    assert read(tmp_path, PLANNED.replace('"0-3"', '"0-99"')).images == 101


def test_a_private_key_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    secret = "0x" + "ab" * 32
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, GOOD.replace('network = "embedded"', f'key = "{secret}"'))
    assert "ab" * 32 not in f"{caught.value.message} {caught.value.hint}"


def test_text_that_is_no_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line 2"):
        read(tmp_path, 'title = "x"\nsupply = = 3\n')
    (tmp_path / "collection.toml").write_bytes(b'title = "\xff"')
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path / "collection.toml")


def test_no_project_here(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        load_config(tmp_path / "collection.toml")
    assert "collection new" in str(caught.value.hint)


def test_the_effective_configuration_is_a_configuration_of_the_same_meaning(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    again = read(tmp_path, tomli_w.dumps(config.effective()))
    assert again.effective() == config.effective()
    assert again.images == config.images


def test_the_schema_knows_every_key_of_the_samples(repository: Path) -> None:
    known = set(Config.model_json_schema()["properties"])
    for path in (repository / "samples").glob("*/collection.toml"):
        assert set(tomllib.loads(path.read_text())) <= known


def test_the_schema_says_of_a_key_what_is_written_below_it(repository: Path) -> None:
    source = " ".join("".join(path.read_text() for path in (repository / "collection" / "config").glob("*.py")).split())
    schema = Config.model_json_schema()
    for table in (schema, *schema["$defs"].values()):
        said = [key["description"] for key in table["properties"].values() if "description" in key]
        assert said
        assert all('""" ' not in text and f'"""{" ".join(text.split())}' in source for text in said)


names = st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=8)


@given(st.dictionaries(names, st.integers(), min_size=1, max_size=6), st.integers(0, 5))
def test_the_line_of_a_key_is_where_it_was_written(values: dict[str, int], above: int) -> None:
    text = "# note\n" * above + "".join(f'"{name}" = {value}\n' for name, value in values.items())
    for number, name in enumerate(values, above + 1):
        assert line_of(text, [name]) == number


def test_what_is_published_of_an_artist_names_series_only_where_there_are_some() -> None:
    """Metadata of sets frozen before artists had series stays as it was."""
    assert Artist(name="Ada").model_dump(exclude_none=True) == {"name": "Ada", "share": 100}
    assert Artist(name="Ada", series=("storms",)).model_dump(exclude_none=True)["series"] == ("storms",)
