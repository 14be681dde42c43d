"""The registry of built-in parts and of those that installed packages add."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from collection import plugins
from collection.errors import PluginError, UnknownPluginError
from collection.plugins import Registry

GROUP = "collection.for_tests"


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Called with a package's name, its code and its entry points: it is installed, as its metadata says."""

    def add(name: str, code: str, **points: str) -> None:
        place = tmp_path / name
        info = place / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (place / f"{name}.py").write_text(code)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [f"{point} = {name}:{attribute}" for point, attribute in points.items()]
        (info / "entry_points.txt").write_text("\n".join([f"[{GROUP}]", *lines]))
        monkeypatch.syspath_prepend(str(place))
        sys.modules.pop(name, None)  # of the test before

    return add


def registry() -> Registry[str]:
    def accept(name: str, found: Any) -> str:
        if not isinstance(found, str):
            raise TypeError(f"a text was expected, not {type(found).__name__}")
        return found

    return Registry(GROUP, "word", {"built": "string:digits"}, accept)


def test_a_built_in_part_is_found_by_name() -> None:
    assert registry().names == ("built",)
    assert registry().get("built") == "0123456789"


def test_a_package_adds_a_part(packages: Any) -> None:
    packages("greetings", "HELLO = 'hello'", hello="HELLO")
    words = registry()
    assert words.names == ("built", "hello") and "hello" in words
    assert words.get("hello") == "hello"
    assert not words.failures()


def test_one_look_at_the_packages_serves_every_kind(packages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[None] = []
    monkeypatch.setattr(plugins, "entry_points", lambda: looks.append(None) or entry_points())
    packages("onlooker", "HELLO = 'hello'", hello="HELLO")
    assert registry().names == registry().names == ("built", "hello")
    assert Registry("another.group", "word", {}, lambda _, found: found).names == ()
    assert len(looks) == 1


def test_a_part_that_comes_later_is_found(packages: Any) -> None:
    words = registry()
    assert words.names == ("built",)
    packages("latecomer", "HELLO = 'hello'", hello="HELLO")
    assert words.get("hello") == "hello"


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownPluginError, match=r'there is no word "biult"; did you mean built\?'):
        registry().get("biult")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise RuntimeError('no driver')", "RuntimeError: no driver"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("HELLO = 3", "TypeError: a text was expected, not int"),
        ("", "AttributeError"),
    ],
)
def test_a_broken_package_is_named_and_the_rest_works(packages: Any, code: str, reason: str) -> None:
    packages("broken", code, hello="HELLO")
    packages("sound", "WORD = 'sound'", sound="WORD")
    words = registry()
    with pytest.raises(PluginError, match=r"the word \"hello\" of broken 1\.0 cannot be used") as refused:
        words.get("hello")
    assert reason in refused.value.message
    assert dict(words.working()) == {"built": "0123456789", "sound": "sound"}
    assert [failure.what for failure in words.failures()] == ["word hello"]


def test_two_packages_of_one_name_are_both_named(packages: Any) -> None:
    packages("one", "WORD = 'one'", same="WORD")
    packages("two", "WORD = 'two'", same="WORD")
    words = registry()
    with pytest.raises(PluginError, match=r"one 1\.0 and two 1\.0 each add a word \"same\""):
        words.get("same")
    assert dict(words.working()) == {"built": "0123456789"}


def test_a_built_in_name_is_not_taken_over(packages: Any) -> None:
    packages("thief", "WORD = 'stolen'", built="WORD")
    words = registry()
    assert words.get("built") == "0123456789"
    assert words.names == ("built",)
    (failure,) = words.failures()
    assert "thief 1.0" in failure.why
