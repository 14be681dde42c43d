"""What other tools read out of a prompt besides its words: weights in brackets, and commands.

The brackets are those of AUTOMATIC1111's web UI: (word) counts 1.1 times, ((word)) 1.21 times, (word:1.3) 1.3 times,
[word] 1/1.1 times; \\( and \\[ are brackets of the text. A bracket without its counterpart is text too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

ONE_BRACKET = 1.1
"""What a pair of brackets without a number multiplies the weight by, or, if they are square, divides it by."""

_MARK = re.compile(r"\\[\\()\[\]]|[()\[\]]|:\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*(?=\))")
_COMMANDS: Mapping[str, tuple[str, str]] = {
    "LoRA": (r"<(?:lora|lyco|lycoris|locon|loha):[^<>]+>", "name it by lora under [styles.NAME]"),
    "hypernetwork": (r"<hypernet:[^<>]+>", "there are none here"),
    "embedding": (r"\bembedding:[\w.-]+", "there are none here"),
    "change on the way": (r"(?<!\\)\[[^\[\]()|]*:[^\[\]()|]*:?\s*\d*\.?\d+\s*\]", "write switch_to in [[series]]"),
    "alternation": (r"(?<!\\)\[[^\[\]()|:]+(?:\|[^\[\]()|:]+)+\]", "write {a|b} for one of them by chance"),
    "command": (r"<(?!lora|lyco|loc|loh|hypernet)[a-z]+:[^<>]+>", "write {a|b} or __name__ for one of several"),
    "option": (r"(?<!\S)--[a-z]{1,12}(?:[ =]\d[\d:.x]*)?(?!\S)", "keys of collection.toml say what is made"),
    "composition": (r"(?<![A-Z] )\bAND\b(?! [A-Z]{2})", "write one prompt"),
    "weight": (r"\b[a-z]{2,}\+{1,4}(?![\w+])|\)-?\d*\.\d+|\w::-?\d*\.?\d+", "(word:1.3) is, where words are weighed"),
    "break": (r"\bBREAK\b", 'long_prompt = "chunk" reads long prompts in pieces'),
}
"""What web UIs read as commands: how each is written, and what stands for it here."""

Weighted = tuple[tuple[str, float], ...]
"""Pieces of a text, each with the weight of its words."""


def weighted(text: str) -> Weighted:
    """The pieces of a prompt and their weights, without the brackets that say them; of plain text one piece of 1."""
    pieces: list[tuple[str, float]] = []
    opened: list[tuple[str, int]] = []
    end = 0

    def multiply(begin: int, factor: float) -> None:
        pieces[begin:] = [(piece, round(weight * factor, 6)) for piece, weight in pieces[begin:]]

    number: float | None = None
    for mark in _MARK.finditer(text):
        pieces.append((text[end : mark.start()], 1.0))
        end, said = mark.end(), mark.group()
        counterpart = opened[-1][0] if opened else ""
        if said[0] == "\\":
            pieces.append((said[1], 1.0))
        elif said in "([":
            opened.append((said, len(pieces)))
            pieces.append((said, 1.0))  # text, unless its counterpart comes
        elif said[0] == ":" and counterpart == "(":
            number = float(said[1:])
        elif (said, counterpart) in ((")", "("), ("]", "[")):
            _, begin = opened.pop()
            pieces[begin] = ("", 1.0)
            usual = ONE_BRACKET if said == ")" else 1 / ONE_BRACKET
            multiply(begin, usual if number is None else number)
            number = None
        else:
            pieces.append((said, 1.0))
    pieces.append((text[end:], 1.0))
    return _joined(pieces)


def _joined(pieces: Iterable[tuple[str, float]]) -> Weighted:
    """Neighbours of one weight in one piece."""
    found: list[tuple[str, float]] = []
    for text, weight in pieces:
        if found and found[-1][1] == weight:
            found[-1] = (found[-1][0] + text, weight)
        elif text:
            found.append((text, weight))
    return tuple(found) or (("", 1.0),)


def spoken(text: str) -> str:
    """The words of a prompt without the brackets that weigh them."""
    return "".join(piece for piece, _ in weighted(text))


def unescaped(text: str) -> str:
    """A text for a generator that weighs no words: its brackets, without the backslash that says so elsewhere."""
    return re.sub(r"\\([()\[\]])", r"\1", text)


def notes_on(prompts: Iterable[str], *, weights: bool) -> list[str]:
    """What of these prompts means something elsewhere and nothing here, one line for each kind, with an example.

    `weights`: whether the weights of brackets mean something here.
    """
    found: dict[str, str] = {}
    for prompt in dict.fromkeys(prompts):
        for kind, (pattern, instead) in _COMMANDS.items():
            if kind not in found and (match := re.search(pattern, prompt)):
                found[kind] = f"{match.group()!r} in a prompt is no {kind} here, but words; {instead}"
        if not weights and "brackets" not in found and any(weight != 1 for _, weight in weighted(prompt)):
            found["brackets"] = f"brackets that weigh words mean nothing to this generator: {prompt!r}"
    return list(found.values())
