"""Wildcard files as people have them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collection.errors import ConfigError, UsageError
from collection.plan.prompts import Prompt, Wildcards
from collection.plan.seeds import RandomStream
from collection.plan.wildcard_files import WildcardFiles


def test_a_file_that_nobody_names_stops_nothing_and_a_named_one_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sky").mkdir()
    (tmp_path / "sky" / "colours.txt").write_text("\ufeffred\nblue\n", "utf-8")
    (tmp_path / "latin1.txt").write_bytes(b"grey\n\n" + "grün\n".encode("latin-1"))
    files = WildcardFiles(tmp_path)
    assert list(files) == ["latin1", "sky/colours"]
    assert files["sky/colours"] == "red\nblue\n", "without the byte order mark"
    with pytest.raises(ConfigError, match=r"latin1\.txt:3: not UTF-8") as caught:
        _ = files["latin1"]
    assert "UTF-8" in str(caught.value.hint)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ConfigError, match=r"folder\.txt cannot be read"):
        _ = WildcardFiles(tmp_path)["folder"]


def test_no_folder_no_files(tmp_path: Path) -> None:
    assert len(WildcardFiles(tmp_path / "missing")) == 0


def written(folder: Path, text: str) -> str:
    return Prompt(text, "p", [], Wildcards(WildcardFiles(folder))).draw(RandomStream(1), {})


@pytest.mark.parametrize("name", ["gulls,_terns", "it's", "dotted.name", "été & hiver", "a (b)", "[ab]", "100%"])
def test_files_of_any_name_can_be_named(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.txt").write_text("a bird", "utf-8")
    assert written(tmp_path, f"see __{name}__, __{name}__") == "see a bird, a bird"


def test_a_file_names_those_beside_it_and_above_it(tmp_path: Path) -> None:
    (tmp_path / "birds" / "north").mkdir(parents=True)
    for name, text in {"birds/north/all": "__gulls__ __terns__ __ducks__", "birds/north/gulls": "gull",
                       "birds/terns": "tern", "ducks": "duck", "gulls2": ""}.items():  # fmt: skip
        (tmp_path / f"{name}.txt").write_text(text)
    assert written(tmp_path, "__birds/north/all__") == "gull tern duck"
    with pytest.raises(UsageError, match="__terns__ does not exist"):
        written(tmp_path, "__terns__")


def test_one_that_is_not_text_costs_only_the_prompts_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "latin1.txt").write_bytes("grün".encode("latin-1"))
    (tmp_path / "good.txt").write_text("green")
    assert written(tmp_path, "plain words") == "plain words"
    assert written(tmp_path, "__good__") == "green"
    with pytest.raises(ConfigError, match=r"latin1\.txt:1: not UTF-8"):
        written(tmp_path, "__*__")


YAML = """\ufeff# a comment
clothing:
  - T-shirt
  - yes
  - 3::Shoes
artists:
  finnish: [Akseli, {text: Eero, weight: 2}]
  dutch:
    - |
      # from a museum
      Rembrandt,
      by night
  flurp: 12345
"""


def test_lists_of_yaml_and_json_are_named_by_their_keys(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "example.yaml").write_text(YAML, "utf-8")
    (tmp_path / "more.json").write_text('{"sizes": [1, 2.50, true, null], "deep": {"er": ["__artists/finnish__"]}}')
    (tmp_path / "plain.yml").write_text("[red, blue]")
    files = WildcardFiles(tmp_path)
    assert list(files) == [
        "artists/dutch", "artists/finnish", "artists/flurp", "clothing", "deep/er", "plain", "sizes",
    ]  # fmt: skip
    assert files.unreadable == []
    wildcards = Wildcards(files)

    def count(text: str) -> int:
        return Prompt(text, "p", [], wildcards).count

    assert [count(f"__{name}__") for name in files] == [1, 2, 1, 3, 2, 2, 3]
    assert count("__artists/*__") == 4
    assert written(tmp_path, "__artists/dutch__ __artists/flurp__") == "Rembrandt, by night 12345"
    assert sorted(written(tmp_path, "{3$$ $$__sizes__}").split()) == ["1", "2.50", "true"]
    assert sorted(written(tmp_path, "{3$$ $$__clothing__}").split()) == ["Shoes", "T-shirt", "yes"]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("bad.yaml", "a: [1\nb: 2", r"bad\.yaml:2: it is no YAML"),
        ("bad.json", '{"a": [1,]\n}', r"bad\.json:1: it is no JSON"),
        ("bad.yml", "a: [[1, 2]]", r"bad\.yml: a holds a list in a list"),
        ("bad.yaml", "a: &x [1, 2]\nb: [*x, *x]", r"bad\.yaml: b holds a list in a list"),
        ("bad.json", b'{"a": ["gr\xfcn"]}', r"bad\.json:1: not UTF-8"),
        ("bad.json", '{"a": ["x"], "a": ["y"]}', r"bad\.json: it is no JSON \(the key 'a' stands twice\)"),
        ("bad.yaml", "a: [x]\nb: [y]\na: [z]", r"bad\.yaml: it is no YAML \(the key 'a' stands twice\)"),
    ],
)
def test_one_that_cannot_be_read_costs_itself_and_is_named(
    tmp_path: Path, name: str, text: str | bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "good.json").write_text('{"c": ["cat"]}')
    files = WildcardFiles(tmp_path)
    assert written(tmp_path, "__c__") == "cat"
    assert list(files) == ["c"]
    assert len(files.unreadable) == 1
    assert re.search(why, files.unreadable[0])
    with pytest.raises(UsageError, match=rf"__a__ does not exist(.|\n)*{why}"):
        written(tmp_path, "__a__")


def test_what_yaml_repeats_by_reference_has_an_end(tmp_path: Path) -> None:
    levels = "\n".join(f"l{n}: &l{n} {{a: *l{n - 1}, b: *l{n - 1}}}" for n in range(1, 30))
    (tmp_path / "bomb.yaml").write_text(f"l0: &l0 [x]\n{levels}")
    files = WildcardFiles(tmp_path)
    assert list(files) == []
    assert "more than 200,000 entries" in files.unreadable[0]


def test_one_name_in_two_files_is_refused_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text("cat")
    (tmp_path / "more.json").write_text('{"c": ["cow"], "d": ["dog"]}')
    assert written(tmp_path, "__d__") == "dog"
    with pytest.raises(ConfigError, match=r"several files have the wildcard __c__: c\.txt, more\.json"):
        written(tmp_path, "__c__")


def test_an_entry_is_a_line_of_any_system_and_holds_no_marks_of_editors(tmp_path: Path) -> None:
    (tmp_path / "e\u0301.txt").write_bytes("\ufeffa\u2028b\rc\x0bd\r\n\ufeffe\n".encode())
    assert sorted(written(tmp_path, "{3$$;$$__\u00e9__}").split(";")) == ["a b", "c d", "e"]
    (tmp_path / "wide.txt").write_bytes("red\nblue".encode("utf-16-le"))
    with pytest.raises(ConfigError, match=r"wide\.txt:1: not UTF-8 text \(a NUL"):
        written(tmp_path, "__wide__")


def test_a_long_line_is_read_in_one_go(tmp_path: Path) -> None:
    """A search for weights that tries every place anew takes hours here."""
    (tmp_path / "long.txt").write_text("x" * 1_000_000)
    assert len(written(tmp_path, "__long__")) == 1_000_000
