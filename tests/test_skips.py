"""A skipped test proves nothing: only the fixture `missing` skips, and it fails where everything has to be there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

WAYS = {"skip", "skipif", "xfail", "importorskip", "skipTest", "SkipTest", "skipUnless", "skipIf"}


def skips(tree: ast.AST) -> Iterator[int]:
    """The lines that would skip a test, or let it fail."""
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in WAYS:
            yield node.lineno
        if isinstance(node, ast.ImportFrom):
            yield from (node.lineno for alias in node.names if alias.name in WAYS)


def test_only_the_fixture_skips(repository: Path) -> None:
    tests = repository / "tests"
    found = {
        str(path.relative_to(tests)): lines
        for path in tests.rglob("*.py")
        if "node_modules" not in path.parts and (lines := [*skips(ast.parse(path.read_text()))])
    }
    assert set(found) == {"conftest.py", "test_skips.py"}
    assert len(found["conftest.py"]) == 1


@pytest.mark.parametrize(
    "source",
    [
        "pytest.skip('no ray')", "pytest.importorskip('ray')", "@pytest.mark.skipif(True, reason='')\ndef test(): ...",
        "pytestmark = pytest.mark.skip", "from pytest import skip as leave", "@pytest.mark.xfail\ndef test(): ...",
        "raise unittest.SkipTest", "self.skipTest('no ray')",
    ],
)  # fmt: skip
def test_a_skip_would_be_found(source: str) -> None:
    assert list(skips(ast.parse(source)))


def test_a_missing_tool_skips(missing: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no node"):
        missing("no node")


def test_a_missing_tool_fails_where_all_is_required(
    missing: Callable[[str], NoReturn], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no node"):
        missing("no node")
