"""The language in which images are asked for, on the command line and in the address of a view.

    quality>=80  score%>90  seed:100-200,300  series:storms,calm  style.ukiyo-e>0.3  sky:violet  is:unreviewed  stars>=3
    colour:red  by:anna  lighthouse  light*  "torn sky"  "~a red hat"  like:31  sort:-quality  sort:random(7)

Terms are joined by "and", which binds closer than `or`; brackets group, and a `-` before a term or a bracket negates:
`sky:violet (stars>=4 or is:locked) -(is:rejected or is:issue)`. What holds a space, a quote, a bracket at its end, or
one of : < > = is quoted, with a backslash before a quote or a backslash; so is the word "or". Here is the syntax alone;
`find` knows what there is to ask for.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from collection.errors import UsageError

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_FIELD = rf"(?!\"\"){_QUOTED}|[^\s\":<>=]+(?::[^\s\":<>=]+(?=[<>=]))?"  # mood:calm>0.3 is about mood:calm
_TERM = re.compile(
    rf"(?P<minus>-?)(?:(?P<field>{_FIELD})(?P<op>>=|<=|[:=<>])(?P<value>{_QUOTED}|[^\s\"]+)|(?P<text>{_QUOTED}|[^\s\":<>=]+))"
    r"(?=[\s)]|$)",
    re.DOTALL,
)
_PLAIN = re.compile(r'(?!(?i:or)$)[^\s":<>=\\()-][^\s":<>=\\()]*')
_PLAIN_VALUE = re.compile(r'[^\s"\\<>=]+')
LONGEST, DEEPEST = 4000, 50
"""Characters of a query, and brackets in brackets."""
Node: TypeAlias = "int | tuple[Any, ...]"
"""The place of a term, or ("and", *nodes), ("or", *nodes), ("not", node)."""


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
        plain = _PLAIN_VALUE.fullmatch(self.value) and self.value.count(")") == self.value.count("(")
        value = self.value if plain else _quoted(self.value)
        return f"{minus}{_written(self.field)}{self.op}{value}"


@dataclass(frozen=True, slots=True)
class Query:
    """Terms, and how they are joined."""

    terms: tuple[Term, ...] = ()
    shape: Node | None = None
    """None: all of them must hold."""

    def __str__(self) -> str:
        return " ".join(map(str, self.terms)) if self.shape is None else self._written(self.shape)

    def named(self, name: str) -> list[Term]:
        """The terms about that field."""
        return [term for term in self.terms if term.field.lower() == name]

    def _written(self, node: Node) -> str:
        if isinstance(node, int):
            return str(self.terms[node])
        kind, *nodes = node
        if kind == "not":
            return f"-({self._written(nodes[0])})"
        loose = ("or",) if kind == "or" else ("or", "and")
        bracketed = [isinstance(each, tuple) and each[0] in loose for each in nodes]
        parts = [f"({self._written(each)})" if inside else self._written(each)
                 for each, inside in zip(nodes, bracketed, strict=True)]  # fmt: skip
        return (" or " if kind == "or" else " ").join(parts)


def parse(text: str) -> Query:
    """Read a query; raises UsageError, with the position, for what is none. `str` writes it again."""
    if len(text) > LONGEST:
        raise UsageError(f"a query of {len(text):,} characters", f"{LONGEST:,} are enough")
    reader = _Reader(text)
    if reader.at_end():
        return Query()
    shape = reader.either(0)
    if not reader.at_end():
        raise _unread(text, reader.place)
    terms = tuple(reader.terms)
    plain = shape == 0 or shape == ("and", *range(len(terms)))
    return Query(terms, None if plain else shape)


class _Reader:
    """Reads a text from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0
        self.terms: list[Term] = []

    def at_end(self) -> bool:
        """Whether nothing but space is left."""
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1
        return self.place == len(self.text)

    def either(self, depth: int) -> Node:
        """What "or" joins, up to a closing bracket or the end."""
        nodes = [self._all(depth)]
        while self._takes_or():
            nodes.append(self._all(depth))
        return nodes[0] if len(nodes) == 1 else ("or", *nodes)

    def _all(self, depth: int) -> Node:
        nodes = []
        while not self.at_end() and not self.text.startswith(")", self.place) and not self._sees_or():
            nodes.append(self._one(depth))
        if not nodes:
            raise UsageError(
                f"query, character {self.place + 1}: a condition is missing", 'a search for "or" is quoted'
            )
        return nodes[0] if len(nodes) == 1 else ("and", *nodes)

    def _one(self, depth: int) -> Node:
        negated = self.text.startswith("-(", self.place)
        if not negated and not self.text.startswith("(", self.place):
            return self._condition()
        begin = self.place + 1
        if depth == DEEPEST:
            raise UsageError(f"query, character {begin}: more than {DEEPEST} brackets in each other", "use fewer")
        self.place += 1 + negated
        node = self.either(depth + 1)
        if self.at_end():
            raise UsageError(f"query, character {begin}: this bracket is not closed", "close it by )")
        self.place += 1
        return ("not", node) if negated else node

    def _condition(self) -> int:
        found = _TERM.match(self.text, self.place)
        if found is None:
            raise _unread(self.text, self.place)
        term, more = _term(found, self.place + 1)
        self.place = found.end() - more
        self.terms.append(term)
        return len(self.terms) - 1

    def _sees_or(self) -> bool:
        return re.compile(r"or(?=[\s()]|$)", re.IGNORECASE).match(self.text, self.place) is not None

    def _takes_or(self) -> bool:
        found = not self.at_end() and self._sees_or()
        self.place += 2 * found
        return found


def _unread(text: str, place: int) -> UsageError:
    return UsageError(
        f"query, character {place + 1}: {text[place : place + 20]!r} cannot be read",
        'FIELD:VALUE, FIELD>=NUMBER, a word, or "some words"; close every quote and bracket',
    )


def _term(found: re.Match[str], position: int) -> tuple[Term, int]:
    """A term, and how many brackets at the end of what was read close a group that began before it."""
    name, value = found["field"], found["value"] if found["field"] else found["text"]
    more = 0
    if not value.startswith('"'):
        more = max(0, min(value.count(")") - value.count("("), len(value) - len(value.rstrip(")"))))
        value = value[: len(value) - more]
    if not value:
        raise UsageError(f"query, character {position}: a condition is missing", "FIELD:VALUE before the bracket")
    return Term(_read(name) if name else "", found["op"] or "", _read(value), bool(found["minus"]), position), more


def _read(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1], flags=re.DOTALL) if word.startswith('"') else word


def _written(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else _quoted(word)


def _quoted(word: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", word) + '"'
