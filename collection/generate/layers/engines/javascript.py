"""The constants of a JavaScript file whose values are literals. Nothing of it is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from collection.errors import UsageError

DEEPEST = 60
"""Brackets inside each other."""


class Unread:
    """A value that is no literal: a call, a sum, a function."""

    def __repr__(self) -> str:
        return "what only running it would tell"


UNREAD: Final = Unread()

_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(?:0x[0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`", re.DOTALL)
_CONSTANT = re.compile(r"(?:^|[;\n}])\s*(?:export\s+)?(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=(?!=)", re.MULTILINE)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def read_constants(text: str) -> dict[str, Any]:
    """Each `const NAME = literal`: texts, numbers, truth values, null, lists and objects; MODE.multiply as that text.

    What is no literal is UNREAD. Raises UsageError, naming the line, where a bracket or a text does not end.
    """
    bare = _without_comments(text)
    return {match[1]: _Reader(bare, match.end()).value(0) for match in _CONSTANT.finditer(bare)}


def _without_comments(text: str) -> str:
    """The text with comments as blanks, so that places and lines stay."""
    parts = re.compile(rf"({_STRING.pattern})|//[^\n]*|/\*.*?\*/", re.DOTALL)
    return parts.sub(lambda match: match[0] if match[1] else re.sub(r"[^\n]", " ", match[0]), text)


class _Reader:
    def __init__(self, text: str, place: int) -> None:
        self._text, self._place = text, place

    def value(self, depth: int) -> Any:
        """The literal here, if all of the expression is one."""
        if depth > DEEPEST:
            raise self._wrong(f"more than {DEEPEST} brackets inside each other")
        begun = self._place
        found = self._literal(depth)
        self._skip_space()
        if self._place >= len(self._text) or self._text[self._place] in ",;]})" or self._ends_line():
            return found
        self._place = begun
        self._skip_expression(depth)
        return UNREAD

    def _literal(self, depth: int) -> Any:
        self._skip_space()
        here = self._text[self._place : self._place + 1]
        if here == "{":
            return self._object(depth)
        if here == "[":
            return self._list(depth)
        if match := _STRING.match(self._text, self._place):
            self._place = match.end()
            return UNREAD if here == "`" and "${" in match[0] else _unescaped(match[0][1:-1])
        if match := _NUMBER.match(self._text, self._place):
            self._place = match.end()
            return _number(match[0])
        if match := _NAME.match(self._text, self._place):
            return self._named(match)
        return UNREAD

    def _named(self, match: re.Match[str]) -> Any:
        """true, false, null, undefined; of MODE.name the name."""
        self._place = match.end()
        known: dict[str, Any] = {"true": True, "false": False, "null": None, "undefined": None}
        if match[0] in known:
            return known[match[0]]
        member = re.compile(r"\.([A-Za-z_$][\w$]*)").match(self._text, self._place)
        if match[0] == "MODE" and member:
            self._place = member.end()
            return re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", member[1])
        return UNREAD

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def entry() -> None:
            match = _STRING.match(self._text, self._place) or _NUMBER.match(self._text, self._place)
            match = match or _NAME.match(self._text, self._place)
            if match is None:
                self._skip_expression(depth + 1)  # ...spread, [computed]
                return
            self._place = match.end()
            name = match[0]
            name = _unescaped(name[1:-1]) if name[0] in "'\"`" else name
            self._skip_space()
            if self._text[self._place : self._place + 1] == ":":
                self._place += 1
                found[name] = self.value(depth + 1)
            else:
                self._skip_expression(depth + 1)
                found[name] = UNREAD

        self._inside("}", entry)
        return found

    def _list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self._inside("]", lambda: found.append(self.value(depth + 1)))
        return found

    def _inside(self, end: str, entry: Callable[[], None]) -> None:
        """Entries, with , (or by mistake ;) between them, up to a bracket."""
        begun = self._place
        self._place += 1
        while True:
            self._skip_space()
            here = self._text[self._place : self._place + 1]
            if here == end:
                self._place += 1
                return
            if not here:
                raise self._wrong("a bracket that is opened does not end", begun)
            if here in ",;":
                self._place += 1
            elif here in "}])":
                raise self._wrong(f'"{here}" stands where "{end}" was expected')
            else:
                entry()

    def _skip_expression(self, depth: int) -> None:
        """Go past an expression that is not read, over brackets and texts."""
        open_, begun = 0, self._place
        while self._place < len(self._text):
            here = self._text[self._place]
            if match := _STRING.match(self._text, self._place):
                self._place = match.end()
                continue
            if open_ == 0 and (here in ",;" or here in "]})"):
                break
            open_ += (here in "[{(") - (here in "]})")
            self._place += 1
        else:
            if open_ or depth:
                raise self._wrong("a bracket that is opened does not end", begun)
        if self._place == begun:
            raise self._wrong("a value is missing")

    def _skip_space(self) -> None:
        if match := _SPACE.match(self._text, self._place):
            self._place = match.end()

    def _ends_line(self) -> bool:
        """Whether a statement ends here without a semicolon: the next line begins another."""
        before = self._text[: self._place]
        blank = before[len(before.rstrip()) :]
        return "\n" in blank and bool(re.match(r"(const|let|var|module|export|function)\b", self._text[self._place :]))

    def _wrong(self, what: str, place: int | None = None) -> UsageError:
        line = self._text.count("\n", 0, self._place if place is None else place) + 1
        return UsageError(f"line {line}: {what}", "correct that line, or check that the file is JavaScript")


def _number(text: str) -> int | float:
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text.lstrip("+"))
    if digits[:2].lower() == "0x":
        return sign * int(digits, 16)
    return sign * (int(digits) if digits.isdigit() else float(digits))


def _unescaped(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "xu" and len(code) > 1:
            return chr(int(code[1:].strip("{}"), 16))
        return _ESCAPES.get(code, "" if code == "\n" else code)

    found = re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,5}\}|.|\n)", plain, text, flags=re.DOTALL)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
