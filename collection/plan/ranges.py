"""Numbers as people type them after an option: "0-3,7" and "0.3,0.6"."""

from __future__ import annotations

from collection.config.planning import parse_seeds
from collection.errors import UsageError


def seeds_of(text: str) -> list[int]:
    """The seeds of ranges such as "0-3,7", each once, in the order written; raises UsageError."""
    try:
        return list(dict.fromkeys(parse_seeds(text)))
    except ValueError as error:
        raise UsageError(f"seeds: {error}", "seeds read 0-3,7") from error


def strengths_of(text: str) -> list[float]:
    """Numbers above 0, up to 1, such as "0.3,0.6", each once, in the order written; raises UsageError."""
    found = []
    for part in text.split(","):
        try:
            value = float(part)
        except ValueError:
            value = 0.0
        if not 0 < value <= 1:
            raise UsageError(f"strengths: {part.strip()!r} is no number above 0, up to 1", "strengths read 0.3,0.6")
        found.append(value)
    return list(dict.fromkeys(found))
