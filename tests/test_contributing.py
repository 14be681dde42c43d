"""What contributors are told is so: the checks of a hook, of a forge and of the gate are the same."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

TEMPLATES = ("bug.yml", "idea.yml")


def made(text: str) -> set[str]:
    """The targets of make that a script runs."""
    return set(re.findall(r"^(?:\s*- run: )?make (\w+)$", text, re.MULTILINE))


def of_make(repository: Path, target: str) -> str:
    """The commands of a target of the Makefile."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", (repository / "Makefile").read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_a_forge_runs_what_the_gate_runs(repository: Path) -> None:
    gate = made((repository / ".ci" / "run").read_text())
    text = (repository / ".github" / "workflows" / "checks.yml").read_text()
    assert gate == {"lint", "test"}
    assert made(text) == gate | {"setup"}
    jobs = yaml.safe_load(text)["jobs"]
    assert [step["run"] for step in jobs["checks"]["steps"] if "run" in step] == [
        "make setup",
        "make lint",
        "make test",
    ]


def test_hooks_are_the_checks_of_make_lint(repository: Path) -> None:
    repos = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"], "a hook from elsewhere would have another version"
    hooks = [hook["entry"].removeprefix(".venv/bin/") for repo in repos for hook in repo["hooks"]]
    checks = [
        part.strip().removeprefix("@").removeprefix("$(BIN)/") for part in of_make(repository, "lint").split("&&")
    ]
    asked = [re.sub(r" --(fix|force-exclude)\b", "", hook) for hook in hooks]
    assert asked == [check.replace("ruff format --check", "ruff format") for check in checks]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_form_asks_what_the_forge_can_show(repository: Path, name: str) -> None:
    form: dict[str, Any] = yaml.safe_load((repository / ".github" / "ISSUE_TEMPLATE" / name).read_text())
    assert form["name"] and form["description"]
    asked = [field for field in form["body"] if field["type"] == "textarea"]
    assert asked == form["body"]
    assert len({field["id"] for field in asked}) == len(asked)
    assert all(field["attributes"]["label"] for field in asked)


def test_the_targets_and_folders_that_contributors_are_told_of_exist(repository: Path) -> None:
    pages = [repository / "CONTRIBUTING.md", repository / ".github" / "pull_request_template.md"]
    text = "\n".join(page.read_text() for page in pages)
    targets = set(re.findall(r"`?make (\w+)", "\n".join(re.findall(r"`[^`]+`|^make .*$", text, re.MULTILINE))))
    assert targets <= set(re.findall(r"^(\w+):", (repository / "Makefile").read_text(), re.MULTILINE))
    for name in re.findall(r"`([\w./]+/[\w./]*)`", text):
        assert (repository / name).exists(), name


def test_the_package_says_what_it_is(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    assert {"Source", "Issues", "Changelog", "Documentation"} <= set(project["urls"])
    assert "Typing :: Typed" in project["classifiers"]
    assert not any(name.startswith("License ::") for name in project["classifiers"]), "the SPDX expression says it"
    least = re.search(r"3\.(\d+)", project["requires-python"])
    assert least
    assert f"Programming Language :: Python :: 3.{least[1]}" in project["classifiers"]


@pytest.mark.parametrize(("folder", "package"), [("collection", "collection"), ("cli", "collection_cli")])
def test_a_typed_package_says_so_in_the_wheel(repository: Path, folder: str, package: str) -> None:
    files = subprocess.run(["git", "ls-files", folder], cwd=repository, capture_output=True, text=True, check=True)
    assert f"{folder}/py.typed" in files.stdout.splitlines()
    data = tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    assert "py.typed" in data[package]
