"""The help: it lists every command, says what each command says of itself, and loads none of them."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from collection_cli.commands import COMMANDS, words_of

ENTRIES = [
    pytest.param(name, entry, id=name) for members in COMMANDS.values() for name, entry in words_of(members).items()
]
HELP_WIDTH = 80
COLUMN = 2 + len("interpolate") + 2
"""Where a summary begins in the help."""


@pytest.mark.parametrize(("name", "entry"), ENTRIES)
def test_a_summary_is_the_first_line_of_the_command_s_docstring(name, entry):
    command = import_module(f"collection_cli.{entry.module}").command
    assert inspect.getdoc(command).splitlines()[0] == entry.summary
    assert len(entry.summary) <= HELP_WIDTH - COLUMN, "one line in the help"


def test_every_command_in_the_folders_is_listed(repository: Path):
    every = [entry for members in COMMANDS.values() for entry in words_of(members).values()]
    listed = {f"cli/{entry.module.replace('.', '/')}.py" for entry in every}
    there = {
        str(path.relative_to(repository))
        for path in (repository / "cli").rglob("*.py")
        if re.search(r"^(def command\(|command = )", path.read_text(), re.MULTILINE)
    }
    assert there == listed


def test_the_help_lists_the_commands_under_their_headings(collection):
    said = collection("--help")
    assert said.code == 0
    lines = iter(said.out.splitlines())
    width = max(len(name) for members in COMMANDS.values() for name in members)
    for heading, members in COMMANDS.items():
        assert f"{heading}:" in lines
        for name, entry in members.items():
            assert f"  {name:<{width}}  {entry.summary}" in lines


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["score", "--help"]], ids=" ".join)
def test_help_loads_the_command_it_shows_and_nothing_to_draw_with(words):
    script = (
        "import sys; from collection_cli.main import main\n"
        f"sys.argv = ['collection', *{words!r}]\n"
        "try: main()\n"
        "finally: print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "typer" in loaded
    assert not loaded & {"rich", "numpy", "torch", "sqlmodel", "PIL"}
    assert "collection_cli.chain.mint" not in loaded
    assert ("collection_cli.make.score" in loaded) == (words[0] == "score")


@pytest.mark.parametrize("words", [[], ["-C", "somewhere"]], ids=["alone", "with a project"])
def test_no_command_shows_the_help_and_is_a_usage_error(collection, words):
    said = collection(*words)
    assert said.code == 2
    assert said.out == collection("--help").out


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["frezee"], "Did you mean 'freeze'", "collection --help"),
        (["score", "--hepl"], "--help", "collection score --help"),
        (["breed", 1], "'B'", "collection breed --help"),
        (["select", "--diversity", "much"], "--diversity", "collection select --help"),
        (["new", "--sample"], "--sample", "collection COMMAND --help"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_words_that_are_not_understood_are_named_with_the_help_to_read(collection, words, message, hint):
    said = collection(*words)
    assert said.code == 2
    assert message in said.err
    assert hint in said.err
    error = collection(*words, "--json")
    assert error.code == 2
    assert error.object["error"]["hint"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("collection re", {name for members in COMMANDS.values() for name in members if name.startswith("re")}),
        ("collection select --wh", {"--why", "--why-image"}),
    ],
)
def test_the_shell_completes_commands_and_options(collection, line, found):
    words = {"_COLLECTION_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    said = collection(env={**os.environ, **words})
    assert set(said.out.split()) == found
