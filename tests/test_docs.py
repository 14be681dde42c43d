"""The pages say what the code does: blocks are run or read, references are made from the code."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from collection.config import load_config
from collection.generate.painter.style_parameters import STYLES


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)


def test_the_reference_pages_are_what_the_code_says(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "packaging/reference.py", "--check"], cwd=repository, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_configurations_of_the_readme_are_good(repository: Path, tmp_path: Path) -> None:
    first, traits, beyond = blocks(repository / "README.md", "toml")
    assert len(first.splitlines()) == 10, "ten lines"
    path = tmp_path / "collection.toml"
    place = "[traits.place]\nweight = { harbour = 1, city = 1, sea = 1 }\n"
    for text in (first, first.replace("12", "9") + traits + place, first + beyond):
        path.write_text(text)
        config = load_config(path)
    assert config.generator.use == "diffusion"
    assert tomllib.loads(first)["supply"] == 12


def test_the_commands_of_the_pages_exist_with_the_options_that_are_told(repository: Path) -> None:
    from collection_cli.commands import COMMANDS, Commands, words_of
    from collection_cli.main import app

    group = get_command(app)
    assert isinstance(group, Commands)
    known = [name for members in COMMANDS.values() for name in words_of(members)]
    asked = 0
    for page in (repository / "README.md", *(repository / "docs").rglob("*.md")):
        for words in told_commands(page):
            name = next((name for name in (" ".join(words[:2]), words[0]) if name in known), None)
            assert name or words == ["train"], f"{page.name}: {words}"  # `collection train` is said of all trainings
            parameters = group.command(name).params if name else ()
            options = {way for option in parameters for way in (*option.opts, *option.secondary_opts)}
            assert {word for word in words if word.startswith("--")} <= options | {"--json"}, f"{page.name}: {words}"
            asked += 1
    assert asked > 150


def told_commands(page: Path) -> Iterator[list[str]]:
    """The words of each command line on a page, after `collection` and its -C."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    lines = "".join(blocks(page, "sh")).replace("\\\n", " ").replace("&&", "\n").splitlines()
    for line in [*re.findall(r"`([^`]+)`", text), *lines]:
        if found := re.match(r"\s*collection\s+(?:-C\s+\S+\s+)?([a-z][^#|;]*)", line):
            yield shlex.split(found[1])


def test_the_make_targets_of_the_readme_exist(repository: Path) -> None:
    text = (repository / "README.md").read_text()
    targets = set(re.findall(r"(?:^|`|=1 )make (\w+)", text, re.MULTILINE))
    assert {"demo", "test", "lint"} <= targets
    assert targets <= set(re.findall(r"^(\w+):", (repository / "Makefile").read_text(), re.MULTILINE))


def test_the_readme_has_every_stage_and_every_word_of_a_curator(repository: Path) -> None:
    from collection_cli.commands import COMMANDS

    text = (repository / "README.md").read_text()
    told = set(re.findall(r"`([\w-]+)(?: [^`]*)?`", text)) | set(re.findall(r"collection (?:-C \S+ )?([\w-]+)", text))
    assert {name for members in COMMANDS.values() for name in members} - {"config", "models"} <= told


def test_the_pictures_are_small(repository: Path) -> None:
    pictures = list((repository / "docs" / "images").glob("review-*"))
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < 150_000, picture.name


def test_the_readme_names_the_painter_s_styles(repository: Path) -> None:
    line = next(line for line in (repository / "README.md").read_text().splitlines() if "painter's styles are" in line)
    for name in STYLES:
        assert name in line


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        *(
            f"docs/{name}.md"
            for name in ("commands", "configuration", "latent", "metrics", "plan", "publish", "restyle", "review")
        ),
    ],
)
def test_links_lead_somewhere(repository: Path, name: str) -> None:
    page = repository / name
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_files_that_the_pages_name_exist(repository: Path) -> None:
    """Paths of this repository or below collection/; a decision that names a file is of today's house."""
    roots = (repository, repository / "collection")
    elsewhere = {"harbours/collection.toml", "utils/Bytes.sol"}  # a reader's own file, and one of OpenZeppelin
    elsewhere |= {
        "tokens/N.json",
        "metadata/N.json",
        "assets/0.json",
        "build/json/N.json",
        "data/set.js",
        "keys/artist.json",
        "data/details/N.js",
    }  # published ones
    pages = [repository / "README.md", repository / "CONTRIBUTING.md", *(repository / "docs").rglob("*.md")]
    wrong = [
        (page.name, name)
        for page in pages
        for name in re.findall(r"`([\w.-]+/[\w./-]+\.(?:py|js|mjs|sh|toml|json|sol))\b", page.read_text())
        if name not in elsewhere and not any((root / name).exists() for root in roots)
    ]
    assert not wrong
