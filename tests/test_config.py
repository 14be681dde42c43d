from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from collection.config import Config, load_config
from collection.config.accounts import all_names, with_addresses
from collection.config.publishing import Artist
from collection.config.reading import line_of
from collection.config.type_errors import PATTERNS
from collection.errors import ConfigError, ProjectError
from collection.project import Project

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
    assert config.blend_of(config.series[0]).parts[0][0].settings["painter"] == "bauhaus", (
        "absent: the style of the same name"
    )


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
        ('use = "painter"', 'artist = "a"', 8, ["the key generator.use is missing"]),
        ("[chain]", "[sale]\nreserv = 2\n[chain]", 25, ["unknown key sale.reserv", "known here: phases, reserve"]),
        ("[chain]", "[reveal]\ndeadlin = 2\n[chain]", 26, ["unknown key reveal.deadlin", "did you mean deadline?"]),
        ("[chain]", "[editions]\ncopy = 2\n[chain]", 26, ["unknown key editions.copy", "did you mean copies?"]),
        ('use = "painter"', 'use = "difusion"', 9, ["generator", "'difusion'", "did you mean diffusion?"]),
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
        ('seed = "x"', "", 1, ["the key seed is missing"]),
        ("[chain]", "[publish]\nstorage = []\n[chain]", 26, ["publish.storage", "must not be empty"]),
        ("[chain]", "[royalties]\npercent = nan\n[chain]", 26, ["royalties.percent = nan", "a finite number"]),
        ("[chain]", "[royalties]\npercent = 2.125\n[chain]", 26, ["royalties.percent = 2.125", "hundredths"]),
        ("supply = 24", 'supply = 24\nsymbol = "low"', 3, ["symbol = 'low'", "capital letters"]),
        ("[chain]", "[rules]\nexclude = {sky = 1}\n[chain]", 25, ["rules: "]),
        ("[styles.bauhaus]", "[[styles.bauhaus]]", 14, ["styles.bauhaus = "]),
        ("[chain]", "[[chain]]", 25, ["chain = "]),
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


def problems_of(folder: Path, text: str) -> list[tuple[str, str]]:
    """What each mistake says behind its line, and its hint."""
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    error = caught.value
    assert error.message.startswith(error.problems[0].message)
    for problem in error.problems:
        assert problem.message in error.message
        assert problem.hint
        assert len(error.problems) == 1 or f"{problem.message}\n    {problem.hint}" in error.message
    assert error.hint
    begin = f"{folder / 'collection.toml'}:"
    return [(problem.message.removeprefix(begin), problem.hint) for problem in error.problems]


def test_all_mistakes_of_types_are_told_at_once_by_line(tmp_path: Path) -> None:
    text = """\
title = 2024-05-01
suply = 4
seed = true
symbol = 07:32:00
[image]
size = [512, "a"]
[generator]
use = "painter"
step = 3
[styles.ink]
promt = "x"
[[series]]
name = ""
blend = {ink = -1, oil = "a"}
axes.cross = {size = [[3, "x"]]}
when = 2024-05-01T00:00:00Z
"""
    told = [message for message, _ in problems_of(tmp_path, text)]
    assert told[:5] == [
        "1: title: 2024-05-01 is a date or a time, and no key takes one",
        "2: unknown key suply; did you mean supply?",
        "3: seed = True: an integer is wanted",
        "4: symbol: 07:32:00 is a date or a time, and no key takes one",
        "6: image.size.2 = 'a': an integer is wanted",
    ]
    keys = ["generator.step", "styles.ink.promt", "series.1.name", "series.1.blend.ink", "series.1.blend.oil"]
    for key, message in zip([*keys, "series.1.axes.cross.size", "series.1.when"], told[5:], strict=True):
        assert key in message


def test_an_item_that_a_list_lacks_is_no_key(tmp_path: Path) -> None:
    told = problems_of(tmp_path, 'title = "T"\nsupply = 1\nseed = 1\n[image]\nsize = [64]\n')
    assert ("5: image.size.2 is missing", "collection config --schema tells what fits") in told
    assert not any("add a line" in hint for _, hint in told)


def test_all_that_does_not_go_together_is_told_at_once(tmp_path: Path) -> None:
    text = PLANNED.replace('{seed = "0-3"}', "{steps = [4], blend = [3, {ink = 1}], seed = [-1]}")
    text = text.replace('when = {sky = "clear"}', 'when = {ski = "clear", moon = "new"}')
    text = text.replace('require = {moon = "full"}', 'require = {mon = "full", sky = ["tron", "x"]}')
    text = text.replace('name = "The Last"', 'name = "storms"').replace("{ukiyo-e = 1}", "{ukiyo = 1, bauhas = 1}")
    told = "\n".join(message for message, _ in problems_of(tmp_path, text))
    for words in (
        "series.2.blend.ukiyo: no style", "series.2.blend.bauhas: no style", "the painter generator has no steps",
        "3 does not fit", "series.2.axes.cross.blend.ink: no style", "-1 does not fit",
            "goes round in a circle: moon needs moon",
        "traits.moon.when.ski: no trait", 'no value "new"', "rules.1.require.mon: no trait", 'no value "tron"',
        'no value "x"', '"storms" is the name of two series',
    ):  # fmt: skip
        assert words in told, words


def test_of_very_many_mistakes_the_first_are_told_and_all_are_counted(tmp_path: Path) -> None:
    text = GOOD + "".join(f"wrong{number} = 1\n" for number in range(50))
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert len(caught.value.problems) == 50
    assert "wrong19" in caught.value.message
    assert "wrong20" not in caught.value.message
    assert caught.value.message.endswith("and 30 more")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("title = 2024-05-01", "title"),
        ("description = 2024-05-01T07:32:00", "description"),
        ("symbol = 07:32:00", "symbol"),
        ("seed = 2024-05-01T07:32:00Z", "seed"),
        ("publish.license = 2024-05-01", "publish.license"),
        ('score.heads = ["a", 2024-05-01]', "score.heads.2"),
        ("traits.moon.weight = {full = 2024-05-01}", "traits.moon.weight.full"),
    ],
)
def test_a_date_is_no_text(tmp_path: Path, line: str, key: str) -> None:
    given = {"title": 'title = "T"', "seed": "seed = 1", "supply": "supply = 2"}
    rest = [text for name, text in given.items() if not line.startswith(name)]
    ((message, hint),) = problems_of(tmp_path, "\n".join([*rest, line, ""]))
    assert f"{key}: 2024-05-01" in message or f"{key}: 07:32:00" in message
    assert "quotes" in hint


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("[chain]", "[[chain]]", "[chain], in one bracket"),
        ("[styles.bauhaus]", "[[styles.bauhaus]]", "[styles.bauhaus], in one bracket"),
        ("[chain]", "[artists]\nname = 'a'\n[chain]", "[[artists]], in two brackets"),
        ("[chain]", "[publish]\nstorage = {car = 1}\n[chain]", "--schema"),
    ],
)
def test_a_table_with_the_wrong_brackets_is_told_the_right_ones(tmp_path: Path, old: str, new: str, hint: str) -> None:
    ((_, told),) = problems_of(tmp_path, GOOD.replace(old, new))
    assert hint in told


def test_every_pattern_is_said_in_words() -> None:
    def patterns(node: object) -> Iterator[str]:
        for key, value in node.items() if isinstance(node, dict) else ():
            if key == "pattern" and isinstance(value, str):
                yield value
            yield from patterns(value)
        for value in node if isinstance(node, list) else ():
            yield from patterns(value)

    accounts = {text for text in patterns(Config.model_json_schema()) if text.startswith("^(0x")}
    assert {*patterns(Config.model_json_schema())} - accounts <= {*PATTERNS}


def test_axes_shorter_than_the_supply_are_told_at_the_supply(tmp_path: Path) -> None:
    text = 'title = "T"\nseed = 1\nsupply = 9\n[[series]]\n[series.axes]\ncross = {seed = "0-2"}\n'
    ((message, hint),) = problems_of(tmp_path, text)
    assert message == "3: supply: 9 is more than the 3 images that axes and one-of-ones ask for"
    assert "axes" in hint


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "collection.toml").write_text(GOOD, "utf-8-sig")
    assert load_config(tmp_path / "collection.toml").title == "Paper Weather"


@pytest.mark.parametrize("name", [" red", "red ", "\u00a0red", "red\u2003", " ", "\u200bred", "red\ufeff"])
def test_names_begin_and_end_with_what_is_to_be_seen(tmp_path: Path, name: str) -> None:
    for text in (
        GOOD.replace('"Paper Weather"', f'"{name}"'),
        GOOD.replace('name = "b"', f'name = "{name}"'),
        GOOD + f'[traits.Hat]\ncount = {{"{name}" = 12, red = 12}}\n',
        GOOD + f'[traits."{name}"]\ncount = {{red = 24}}\n',
    ):
        ((message, _),) = problems_of(tmp_path, text)
        assert "blank" in message or "pattern" in message


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\x85", "\x7f", "\u2028"])
@pytest.mark.parametrize("place", ['"Paper Weather"', 'name = "b"', 'license = "CC0-1.0"', '[[artists]]\nname = "A"'])
def test_texts_that_are_published_hold_nothing_that_is_not_seen(tmp_path: Path, place: str, character: str) -> None:
    text = GOOD if place in GOOD else GOOD + ("[publish]\n" if "license" in place else "") + place + "\n"
    read(tmp_path, text)
    ((message, _),) = problems_of(tmp_path, text.replace(place, f'{place[:-1]}\\u{ord(character):04X}x"'))
    assert f"U+{ord(character):04X}" in message


@pytest.mark.parametrize(
    ("percent", "good"), [("7.25", 1), ("1e1", 1), ("0", 1), ("0.001", 0), ("7.255", 0), ("50.01", 0)]
)
def test_a_royalty_is_what_the_contract_can_hold(tmp_path: Path, percent: str, good: int) -> None:
    text = f"{GOOD}[royalties]\npercent = {percent}\n"
    if good:
        assert read(tmp_path, text).royalties.percent == float(percent)
    else:
        ((message, _),) = problems_of(tmp_path, text)
        assert f"royalties.percent = {float(percent)}" in message


def test_a_list_with_a_wrong_item_is_not_told_to_be_empty(tmp_path: Path) -> None:
    phase = '[[sale.phases]]\nname = "all"\nstart = "2026-12-01T18:00Z"\nprice = "1e-2"\n'
    ((message, _),) = problems_of(tmp_path, GOOD + phase)
    assert "sale.phases.1.price = '1e-2'" in message


CHECKED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    "line",
    [
        '[chain]\nrecipient = "ADDRESS"',
        '[chain]\ntransfer_validator = "ADDRESS"',
        '[royalties]\nreceiver = "ADDRESS"',
        '[[artists]]\nname = "A"\naddress = "ADDRESS"',
    ],
)
def test_a_mistyped_address_is_refused(tmp_path: Path, line: str) -> None:
    """EIP-55: an address in mixed case carries a checksum; two neighbours swapped, or one letter's case, break it."""
    text = GOOD.replace('[chain]\nnetwork = "embedded"\n', "") + line + "\n"
    for good in (CHECKED, CHECKED.lower(), "0x" + CHECKED[2:].upper(), "0x" + "12" * 20):
        read(tmp_path, text.replace("ADDRESS", good))
    for wrong in (CHECKED.replace("1BeAed", "B1eAed"), CHECKED[:-1] + "D"):
        ((message, _),) = problems_of(tmp_path, text.replace("ADDRESS", wrong))
        assert "checksum" in message
        assert wrong in message


def test_a_validator_may_be_a_name(tmp_path: Path) -> None:
    chain = '[chain]\ntransfer_validator = "guard.eth"\n'
    config = read(tmp_path, GOOD.replace('[chain]\nnetwork = "embedded"\n', chain))
    assert all_names(config) == {"collection.toml, chain.transfer_validator": "guard.eth"}
    assert with_addresses(config, {"guard.eth": CHECKED}).chain.transfer_validator == CHECKED


@pytest.mark.parametrize("line", ["burnable = true", f'transfer_validator = "{CHECKED}"'])
def test_the_contract_of_a_hidden_set_can_do_nothing_else(tmp_path: Path, line: str) -> None:
    text = GOOD.replace('[chain]\nnetwork = "embedded"\n', f"[chain]\n{line}\n")
    read(tmp_path, text)
    ((message, hint),) = problems_of(tmp_path, f'{text}[reveal]\ndeadline = "2027-01-01T00:00Z"\n')
    assert f"chain.{line.partition(' ')[0]}" in message and "not possible with [reveal]" in message
    assert "or [reveal]" in hint


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


def test_a_file_in_the_place_of_a_folder_and_the_reverse(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    with pytest.raises(ProjectError, match="is a file, and a project is a folder"):
        load_config(tmp_path / "collection.toml" / "collection.toml")
    (tmp_path / "other" / "collection.toml").mkdir(parents=True)
    with pytest.raises(ProjectError, match="is a folder, and should be a file"):
        load_config(tmp_path / "other" / "collection.toml")


def test_the_effective_configuration_is_a_configuration_of_the_same_meaning(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    again = read(tmp_path, tomli_w.dumps(config.effective()))
    assert again.effective() == config.effective()
    assert again.images == config.images


def test_the_schema_knows_every_key_of_the_samples(repository: Path) -> None:
    known = set(Config.model_json_schema()["properties"])
    for path in (repository / "samples").glob("*/collection.toml"):
        assert set(tomllib.loads(path.read_text())) <= known


def test_every_sample_opens_with_all_that_a_project_checks(repository: Path) -> None:
    samples = sorted(path.parent for path in (repository / "samples").glob("*/collection.toml"))
    assert {"first", "latent", "paper-weather"} <= {path.name for path in samples}
    for sample in samples:
        with Project(sample) as project:
            assert project.config.supply


def test_the_schema_says_of_a_key_what_is_written_below_it(repository: Path) -> None:
    files = [*(repository / "collection" / "config").glob("*.py")]
    files += (repository / "collection" / "generate").glob("*/table.py")
    source = " ".join("".join(path.read_text() for path in files).split())
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
