"""Whole words in texts: what a query of words finds in prompts and notes."""

from __future__ import annotations

import re

_LETTER = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
"""A letter, digit or _ of a script that sets words apart; not of Thai, Lao, Burmese, Khmer, Japanese or Chinese."""


def words_pattern(text: str) -> re.Pattern[str]:
    """A pattern that finds whole words: `sea` is not in "season", `sea*` is; a * stands for any part of a word."""
    words = [_word_pattern(*word.split("*")) for word in text.split()]
    begins = rf"(?<!{_LETTER})" if re.match(rf"\s*{_LETTER}", text) else ""
    ends = rf"(?!{_LETTER})" if re.search(rf"{_LETTER}\s*$", text) else ""
    return re.compile(begins + r"\W+".join(words) + ends)


def _word_pattern(first: str, *rest: str) -> str:
    """A word by the parts between its *; each part is looked for once, at its first place, so that no text is slow."""
    middle = "".join(rf"(?>\w*?{re.escape(part)})" for part in rest[:-1] if part)
    return re.escape(first) + middle + (rf"\w*{re.escape(rest[-1])}" if rest else "")
