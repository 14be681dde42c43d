"""The grammar of prompts, as dynamicprompts writes it: text becomes a tree.

{a|b|{c|d}}         one of them                  {0.7::a|b}          by weight (1 if not said)
{2$$, $$a|b|c}      two of them, joined by ", "  {1-2$$ and $$a|b}   one or two ("," joins if nothing is said)
{sky}               the trait of that name       __colours__         a line of wildcards/colours.txt; * matches any
${x=...}  ${x=!...} a variable, drawn at every use or once and for all; ${x} uses it, ${x:or this} if it is set
\\{                  a brace (bar, dollar, underscore, backslash) that means itself; \\( and \\[ are left to generators
# to the line's end   a comment, where a line begins with it; // too
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from collection.errors import UsageError

BRACKETS = "()[]"
"""Characters that mean something to generators; a backslash before one is the generator's."""
MAX_DEPTH = 40
"""Braces within braces."""

_WEIGHT = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)::", re.ASCII)
_AMOUNT = re.compile(r"\s*(\d{1,4})?(\s*-\s*)?(\d{1,4})?\s*\$\$", re.ASCII)
_SEPARATOR = re.compile(r"((?:(?!\$\$)[^{}])*)\$\$")
_WILDCARD = re.compile(r"__((?!\s)(?:(?!__)[^{}|$\\\n])+?(?<!\s))__(?!_)")
_COMMENT = re.compile(r"[ \t]*(?:#(?!\w)|//).*(?:\n|$)")
_PLAIN = re.compile(r"[^{}|$\\]*")
_VARIABLE = re.compile(r"\$\{\s*([^\W\d][\w-]*)\s*")


@dataclass(frozen=True, slots=True)
class Words:
    """Text that means itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """`low` to `high` of the options, each with its weight, joined by the separator."""

    options: tuple[tuple[float, Parts], ...]
    low: int
    high: int | None
    """None: as many as there are."""
    separator: str


@dataclass(frozen=True, slots=True)
class TraitValue:
    """The drawn value of a trait."""

    name: str
    position: str


@dataclass(frozen=True, slots=True)
class Wildcard:
    """One entry of the wildcard files that match a name."""

    name: str
    position: str
    folder: str = ""
    """The folder of the wildcard file that names it, where the name is looked for too; empty: that of all."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A variable gets a value; it writes nothing."""

    name: str
    value: Parts
    at_once: bool


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of a variable, or another text where it has none."""

    name: str
    otherwise: Parts | None
    position: str


Node = Words | Choice | TraitValue | Wildcard | Assignment | Variable
Parts = tuple[Node, ...]
"""Parts that are written one after the other."""


def parse(text: str, source: str) -> Parts:
    """Read a prompt. Raises UsageError with `source` and the position (characters from 1) of what is wrong."""
    return _Parser(text, source).whole()


def parse_entry(text: str, source: str, folder: str = "") -> tuple[float, Parts]:
    """Read a line of a wildcard file in `folder`: a prompt that may begin with its weight."""
    parser = _Parser(text, source, folder)
    return parser.weight(), parser.whole()


class _Parser:
    """Recursive descent over one text."""

    def __init__(self, text: str, source: str, folder: str = "") -> None:
        self.text, self.source, self.folder = text, source, folder
        self.at = self.depth = 0

    def whole(self) -> Parts:
        found = self.sequence("")
        if self.at < len(self.text):
            raise self.wrong("} without its {", "write \\} for a brace")
        return found

    def wrong(self, what: str, hint: str, at: int | None = None) -> UsageError:
        return UsageError(f"{self.position(at)}: {what}", hint)

    def position(self, at: int | None = None) -> str:
        return f"{self.source}, character {(self.at if at is None else at) + 1}"

    def sequence(self, ends: str) -> Parts:
        """Parts up to a character of `ends` (left unread), a closing brace or the end."""
        parts: list[Node] = []
        words = ""
        while self.at < len(self.text) and (here := self.text[self.at]) not in ends + "}":
            if comment := self.comment():
                self.at += len(comment)
                continue
            if here == "\\" and self.at + 1 < len(self.text):
                words += self.text[self.at + (self.text[self.at + 1] not in BRACKETS) : self.at + 2]
                self.at += 2
                continue
            node = self.construct()
            if node is None:
                words += here
                self.at += 1
                continue
            parts += [Words(words), node] if words else [node]
            words = ""
        return (*parts, Words(words)) if words else tuple(parts)

    def comment(self) -> str:
        """The comment that begins here, to the end of its line; only a whole line is one."""
        if self.at and self.text[self.at - 1] != "\n":
            return ""
        found = _COMMENT.match(self.text, self.at)
        return found[0] if found else ""

    def construct(self) -> Node | None:
        """What begins here, if it is not a character that means itself."""
        if self.text.startswith("${", self.at):
            return self.nested(self.variable)
        if self.text[self.at] == "{":
            return self.nested(self.braces)
        if self.text.startswith("__", self.at):
            return self.wildcard()
        return None

    def nested(self, read: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong(f"more than {MAX_DEPTH} braces within braces", "put the inner ones into a wildcard file")
        found = read()
        self.depth -= 1
        return found

    def wildcard(self) -> Wildcard:
        found = _WILDCARD.match(self.text, self.at)
        if not found:
            raise self.wrong("__ begins a wildcard that does not end", "write __NAME__, or \\_\\_ for two underscores")
        position = self.position()
        self.at = found.end()
        return Wildcard(found[1], position, self.folder)

    def variable(self) -> Assignment | Variable:
        begin, found = self.at, _VARIABLE.match(self.text, self.at)
        if not found:
            raise self.wrong("${ without the name of a variable", "write ${name}, ${name=value} or \\${")
        self.at = found.end()
        mark = self.text[self.at : self.at + 1]
        if mark not in ("=", ":", "}") or not mark:
            raise self.wrong("${ without its }", "write ${name}, ${name=value} or ${name:otherwise}", begin)
        position, name = self.position(begin), found[1]
        self.at += mark in "=:"
        at_once = mark == "=" and self.text.startswith("!", self.at)
        self.at += at_once
        value = _stripped(self.sequence(""))
        self.close(begin)
        if mark == "=":
            return Assignment(name, value, at_once)
        return Variable(name, value if mark == ":" else None, position)

    def braces(self) -> Choice | TraitValue:
        begin = self.at
        self.at += 1
        low, high, separator = self.amount(begin)
        options = [self.option()]
        while self.text.startswith("|", self.at):
            self.at += 1
            options.append(self.option())
        inside = self.text[begin + 1 : self.at].strip()
        self.close(begin)
        if len(options) == 1 and re.fullmatch(r"\w[\w -]*", inside) and "__" not in inside:
            return TraitValue(inside, self.position(begin))
        if len(options) == 1 and (low, high) == (1, 1) and all(isinstance(part, Words) for part in options[0][1]):
            what = f"{{{inside}}} is neither a trait nor a choice" if inside else "{} is empty"
            raise self.wrong(what, "a choice has a bar, as in {a|b}; write \\{ and \\} for braces", begin)
        if not any(weight for weight, _ in options):
            raise self.wrong("every entry has the weight 0", "give one of them a weight above zero", begin)
        return Choice(tuple(options), low, high, separator)

    def amount(self, begin: int) -> tuple[int, int | None, str]:
        found = _AMOUNT.match(self.text, self.at)
        if not found:
            return 1, 1, ""
        self.at = found.end()
        least, dash, most = found.groups()
        if not dash and not least:
            raise self.wrong("$$ without a number before it", "write {2$$a|b|c} or {1-2$$a|b|c}", begin)
        low = int(least) if least else 1
        high = (int(most) if most else None) if dash else low
        if high is not None and high < low:
            low, high = high, low
        if separator := _SEPARATOR.match(self.text, self.at):
            self.at = separator.end()
        return low, high, separator[1] if separator else ","

    def option(self) -> tuple[float, Parts]:
        return self.weight(), _stripped(self.sequence("|"))

    def weight(self) -> float:
        """The weight that stands here before its entry; 1 if none does. What looks like one and is none is refused."""
        found = _WEIGHT.match(self.text, self.at)
        begin, self.at = self.at, found.end() if found else self.at
        plain = _PLAIN.match(self.text, self.at)
        before, colons, after = (plain[0] if plain else "").partition("::")
        if colons:
            mark = "::".join(" ".join(words) for words in (before.split()[-1:], after.split()[:1]))
            hint = "a weight is a number that stands before its entry: {0.5::a|b}; write \\: for a colon"
            raise self.wrong(f'"{mark}" is no weight', hint, begin)
        return float(found[1]) if found else 1.0

    def close(self, begin: int) -> None:
        if not self.text.startswith("}", self.at):
            raise self.wrong("{ without its }", "close it, or write \\{ for a brace", begin)
        self.at += 1


def _stripped(parts: Parts) -> Parts:
    """Without space at the ends."""
    found = list(parts)
    for place, strip in ((0, str.lstrip), (-1, str.rstrip)):
        if found and isinstance(edge := found[place], Words):
            found[place] = Words(strip(edge.text))
    return tuple(found)
