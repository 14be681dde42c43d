"""The `parameters` text that AUTOMATIC1111's web UI began to write: its reader.

The prompt; a line "Negative prompt: ..."; a line of "Key: value" pairs; and lines that extensions add.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from collection.pictures.embedded.fields import NEGATIVE, PATTERNS, PROMPT, STEPS, known_name, plausible

LEAST_PAIRS = 3
"""A line with fewer pairs is taken for a part of the prompt, as the web UI does, unless the steps come first."""
_KEY = re.compile(r"\s*(?P<name>[^\W_][^:,\"{}\[\]\r\n]{0,80}?)\s*:(?!//)\s*")
_ADDED = re.compile(r"(?P<name>[A-Z][\w ]{0,40}):(?:\s+(?P<value>.*)|)")
"""A line behind the pairs: the template of a prompt, say."""
_DECODER = json.JSONDecoder()


def parse_infotext(text: str) -> dict[str, str]:
    """The parameters of a text, "Prompt" and "Negative prompt" among them; empty if it has no line of pairs."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    for number in range(len(lines) - 1, -1, -1):
        pairs = _line(lines[number])
        if pairs:
            return plausible([*prompts("\n".join(lines[:number])), *pairs, *_added(lines[number + 1 :])])
    return {}


def _line(line: str) -> list[tuple[str, str]]:
    """The pairs of a line; none if it is no line of pairs: too few, or none of a parameter that it gives a value to."""
    pairs = [(known_name(name), value) for name, value in _pairs(line)]
    known = plausible((name, value) for name, value in pairs if name in PATTERNS)
    return pairs if known and (len(pairs) >= LEAST_PAIRS or pairs[0] == (STEPS, known.get(STEPS))) else []


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """The keys and values of a line; what stands between commas without a key belongs to the value before."""
    place, name, value = 0, "", ""
    while place < len(line):
        key = _KEY.match(line, place)
        if key:
            if name:
                yield name, value
            name, (value, place) = key["name"], _value(line, key.end())
        elif not name:
            return  # words first: a prompt
        else:
            rest, place = _value(line, place)
            value = f"{value}, {rest.strip()}"
        place += 1
    if name:
        yield name, value


def _value(line: str, begin: int) -> tuple[str, int]:
    """The value that begins there and where it ends: JSON in quotes or brackets, or all up to the next comma."""
    comma = line.find(",", begin)
    end = len(line) if comma < 0 else comma
    if line[begin : begin + 1] not in ('"', "{", "["):
        return line[begin:end].strip(), end
    try:
        value, after = _DECODER.raw_decode(line, begin)
    except (ValueError, RecursionError):
        return line[begin:end].strip(), end
    blanks = len(line[after:]) - len(line[after:].lstrip())
    if line[after + blanks : after + blanks + 1] not in (",", ""):
        return line[begin:end].strip(), end
    return value if isinstance(value, str) else line[begin:after], after + blanks


def prompts(text: str) -> list[tuple[str, str]]:
    """The prompt and the negative prompt of what stands before the pairs."""
    prompt, *negative = re.split(r"(?:^|\n)Negative [Pp]rompt:", text, maxsplit=1)
    return [(PROMPT, prompt.strip()), (NEGATIVE, "".join(negative).strip())]


def _added(lines: list[str]) -> list[tuple[str, str]]:
    """Lines behind the pairs; one without a key goes on with the value before it."""
    found: list[tuple[str, str]] = []
    for line in lines:
        key = _ADDED.fullmatch(line)
        if key:
            found.append((key["name"], (key["value"] or "").strip()))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line}".strip())
    return found
