"""The language in which images are asked for, on the command line and in the address of a view.

    quality>=80  score%>90  seed:100-200,300  series:storms,calm  style.ukiyo-e>0.3  sky:violet  is:unreviewed  stars>=3
    colour:red  by:anna  lighthouse  light*  "torn sky"  "~a red hat"  like:31  sort:-quality  sort:random(7)

Terms are joined by "and"; a `-` before one negates it. What holds a space, a quote, or one of : < > = is quoted, with
a backslash before a quote or a backslash. Here is the syntax alone; `find` knows what there is to ask for.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from collection.errors import UsageError

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_FIELD = rf"(?!\"\"){_QUOTED}|[^\s\":<>=]+(?::[^\s\":<>=]+(?=[<>=]))?"  # mood:calm>0.3 is about mood:calm
_TERM = re.compile(
    rf"(?P<minus>-?)(?:(?P<field>{_FIELD})(?P<op>>=|<=|[:=<>])(?P<value>{_QUOTED}|[^\s\"]+)|(?P<text>{_QUOTED}|[^\s\":<>=]+))"
    r"(?=\s|$)",
    re.DOTALL,
)
_PLAIN = re.compile(r'[^\s":<>=\\-][^\s":<>=\\]*')
_PLAIN_VALUE = re.compile(r'[^\s"\\<>=]+')
LONGEST = 4000
"""Characters of a query."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `field op value`, or a text where `field` and `op` are empty."""

    field: str
    op: str
    """One of : = < > <= >=, or nothing."""
    value: str
    negated: bool = False
    position: int = dataclasses.field(default=0, compare=False)
    """Of its first character in what was typed, from 1."""

    def __str__(self) -> str:
        minus = "-" if self.negated else ""
        if not self.field:
            return minus + _written(self.value)
        value = self.value if _PLAIN_VALUE.fullmatch(self.value) else _quoted(self.value)
        return f"{minus}{_written(self.field)}{self.op}{value}"


@dataclass(frozen=True, slots=True)
class Query:
    """Terms, all of which must hold."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def named(self, name: str) -> list[Term]:
        """The terms about that field."""
        return [term for term in self.terms if term.field.lower() == name]


def parse(text: str) -> Query:
    """Read a query; raises UsageError, with the position, for what is none. `str` writes it again."""
    if len(text) > LONGEST:
        raise UsageError(f"a query of {len(text):,} characters", f"{LONGEST:,} are enough")
    terms, place = [], 0
    while (place := _next_word(text, place)) < len(text):
        found = _TERM.match(text, place)
        if found is None:
            raise UsageError(
                f"query, character {place + 1}: {text[place : place + 20]!r} cannot be read",
                'FIELD:VALUE, FIELD>=NUMBER, a word, or "some words"; close every quote',
            )
        terms.append(_term(found, place + 1))
        place = found.end()
    return Query(tuple(terms))


def _term(found: re.Match[str], position: int) -> Term:
    name, value = found["field"], found["value"] if found["field"] else found["text"]
    negated = bool(found["minus"])
    return Term(_read(name) if name else "", found["op"] or "", _read(value), negated, position)


def _next_word(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _read(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL) if word.startswith('"') else word


def _written(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else _quoted(word)


def _quoted(word: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", word) + '"'
