"""Numbers and their nouns: "1 votes" is written nowhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from collection.values import amount

NOUNS = (
    "answers", "comparisons", "curators", "decisions", "duplicates", "events", "files", "groups", "images", "notes",
    "pairs", "pictures", "recipes", "seeds", "stacks", "threads", "tokens", "transactions", "votes", "workers",
)  # fmt: skip
NUMBER = r"(?:\.length|\.size|[Cc]ount|toLocaleString\(\"en\"\)|\bleft|\bmore)"
NEVER_ONE = {"no draw of ", "prompt "}
"""How texts begin whose number goes with "all quotas", or is above a limit."""


@given(st.integers(0, 10**9))
def test_an_amount_agrees_with_its_noun(number: int) -> None:
    assert amount(number, "image").endswith(" image") == (number == 1)
    assert amount(number, "child", "children").endswith("children") == (number != 1)
    assert int(amount(number, "image").split()[0].replace(",", "")) == number


def loose_plurals(tree: ast.AST) -> Iterator[str]:
    """Texts in which a number that may be 1 is put before a noun in the plural."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.JoinedStr):
            continue
        begin = node.values[0].value if isinstance(node.values[0], ast.Constant) else ""
        for value, after in pairwise(node.values):
            said = isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant)
            if not said or not re.match(rf" (?:more )?(?:{'|'.join(NOUNS)})\b(?!/)", after.value):
                continue
            name = ast.unparse(value.value)
            if name.isupper() or name.startswith("amount(") or str(begin) in NEVER_ONE:
                continue
            yield ast.unparse(node)


def test_numbers_before_nouns_are_amounts(repository: Path) -> None:
    paths = [*(repository / "collection").rglob("*.py"), *(repository / "cli").rglob("*.py")]
    assert [(path.name, text) for path in paths for text in loose_plurals(ast.parse(path.read_text()))] == []


def test_a_loose_plural_would_be_found() -> None:
    assert list(loose_plurals(ast.parse('f"{len(votes)} votes do not show a preference"')))
    assert list(loose_plurals(ast.parse('f"about {left} more images"')))
    assert not list(loose_plurals(ast.parse("f\"{amount(count, 'image')} and {MOST} images\"")))


def test_the_room_counts_by_one_function(repository: Path) -> None:
    loose = re.compile(rf"{NUMBER}[^{{}}`]*\}} (?:more )?(?:{'|'.join(NOUNS)})\b")
    paths = (repository / "collection" / "web" / "static").rglob("*.js")
    assert [(path.name, found) for path in paths if (found := loose.findall(path.read_text()))] == []
    assert loose.search("`${this.ids.length} images`")
