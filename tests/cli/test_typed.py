"""What people are told to type works when it is typed: for the project that they named, and no name is no folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from collection_cli import typed


@pytest.mark.parametrize(
    "words",
    [["new", ""], ["-C", "", "status"], ["status", "-C", ""], ["--project=", "plan"], ["score", ""], ["dedupe", ""]],
)
def test_no_name_is_no_folder(collection, tmp_path: Path, words: list[str]) -> None:
    said = collection(*words, "--json", cwd=tmp_path)
    assert said.code == 2
    assert "is empty" in said.object["error"]["message"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["my set", "sets/one"])
def test_the_next_command_is_for_the_project_that_was_named(collection, tmp_path: Path, tiny: str, place: str) -> None:
    folder = tmp_path / place
    folder.mkdir(parents=True)
    (folder / "collection.toml").write_text(tiny)
    shown = f"collection -C '{place}' " if " " in place else f"collection -C {place} "
    for words in (["-C", place, "deploy"], ["deploy", "-C", place]):
        said = collection(*words, cwd=tmp_path)
        assert said.code != 0
        assert shown in said.err
    said = collection("-C", place, "deploy", "--json", cwd=tmp_path)
    assert shown in said.object["error"]["hint"]
    assert "-C" not in collection("deploy", cwd=folder).err


def test_only_commands_are_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typed, "_named", Path("x"))
    for text in (
        "another collection command is at work", "collection new NEW", "collection.toml", "the collection planned it",
        "collection -C y run", "my-collection run",
    ):  # fmt: skip
        assert typed.typed(text) == text
    assert typed.typed("`collection run`, or collection top-up") == "`collection -C x run`, or collection -C x top-up"
