"""Checks of single fields of JSON that somebody else wrote. Each returns the value, or raises ValueError saying why."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

EXACT = 2**53 - 1
"""The largest integer that every reader of JSON keeps exact (RFC 8259, section 6)."""
DEEPEST = 100
"""Levels of lists and objects in one value."""

_DIGITS = 400
"""Python makes no number of some thousands of digits."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Pairs(dict[str, Any]):
    """A JSON object that remembers the keys that it has twice."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self.pairs = list(pairs)
        super().__init__(self.pairs)

    @property
    def twice(self) -> list[str]:
        """Keys of which all values but the last are lost."""
        return [key for key, count in Counter(key for key, _ in self.pairs).items() if count > 1]


def whole(value: Any, least: int, most: int) -> int:
    """A whole number from `least` to `most`; neither true nor 3.0 is one."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"it must be a whole number from {least:,} to {most:,}, not {_shown(value)}")
    return value


def positive(value: Any, most: float) -> float:
    """A finite number above zero, up to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= most:
        raise ValueError(f"it must be a number above 0, up to {most:g}, not {_shown(value)}")
    return float(value)


def text(value: Any) -> str:
    """Text that UTF-8 can hold: without halves of surrogate pairs, which JSON can write."""
    if not isinstance(value, str):
        raise ValueError(f"it must be text, not {_shown(value)}")
    if not value.isascii():
        value.encode()  # UnicodeEncodeError is a ValueError
    return value


def named(value: Any) -> str:
    """Text that is not empty."""
    if not text(value):
        raise ValueError("it must not be empty")
    return str(value)


def digest(value: Any) -> str:
    """A SHA-256 as 64 lower-case hexadecimal digits."""
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError(f"it must be 64 lower-case hexadecimal digits, not {_shown(value)}")
    return value


def digest_or_nothing(value: Any) -> str:
    """A SHA-256 as 64 lower-case hexadecimal digits, or empty text."""
    return "" if value == "" else digest(value)


def digests(value: Any) -> tuple[str, ...]:
    """A list of SHA-256."""
    return tuple(map(digest, items(value)))


def items(value: Any) -> list[Any] | tuple[Any, ...]:
    """A list."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"it must be a list, not {_shown(value)}")
    return value


def table(value: Any) -> Mapping[str, Any]:
    """A mapping whose keys are text."""
    if not isinstance(value, Mapping):
        raise ValueError(f"it must be an object, not {_shown(value)}")
    for key in value:
        if type(key) is not str or not key.isascii():
            text(key)
    return value


def texts(value: Any) -> dict[str, str]:
    """A mapping of text to text."""
    return {key: text(item) for key, item in table(value).items()}


def json_table(value: Any) -> dict[str, Any]:
    """A mapping of text to JSON values that canonical JSON can hold."""
    return {key: json_value(item) for key, item in table(value).items()}


def json_value(value: Any, depth: int = 1) -> Any:
    """A JSON value that canonical JSON can hold: finite numbers, integers that stay exact, sound text, no depths."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return whole(value, -EXACT, EXACT)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is no number of JSON")
        return value
    if depth > DEEPEST:
        raise ValueError(f"it is nested more than {DEEPEST} levels deep")
    if isinstance(value, list | tuple):
        return [json_value(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return {key: json_value(item, depth + 1) for key, item in table(value).items()}
    raise ValueError(f"{type(value).__name__} is no value of JSON")


def _shown(value: Any) -> str:
    said = repr(value)
    return said if len(said) <= 60 else f"{said[:57]}..."


def exact_number(text: str) -> str | int | float:
    """A number that JSON readers give back with the value that is written; the text where a double cannot hold it."""
    from decimal import Decimal  # the command line reads this file first of all

    if re.fullmatch(r"-?\d+", text):
        return int(text) if len(text) <= _DIGITS and abs(int(text)) <= EXACT else text
    number = float(text)
    return number if math.isfinite(number) and Decimal(repr(number)) == Decimal(text) else text
