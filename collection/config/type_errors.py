"""What is wrong with a value's type or range, in words: pydantic's own are for programmers."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

WANTED = {
    "int_type": "an integer is wanted", "int_parsing": "a whole number is wanted",
    "int_from_float": "an integer is wanted", "float_type": "a number is wanted",
    "float_parsing": "a number is wanted", "finite_number": "a finite number is wanted",
    "string_type": "text in quotes is wanted", "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted", "tuple_type": "a list in brackets is wanted",
    "list_type": "a list in brackets is wanted", "dict_type": "a table is wanted",
    "model_type": "a table is wanted", "model_attributes_type": "a table is wanted",
    "greater_than_equal": "at least {ge:g} is wanted", "greater_than": "more than {gt:g} is wanted",
    "less_than_equal": "at most {le:g} is wanted", "less_than": "less than {lt:g} is wanted",
    "literal_error": "{expected} is wanted", "enum": "{expected} is wanted",
    "string_too_short": "at least {min_length} characters are wanted",
    "string_too_long": "at most {max_length} characters are wanted",
    "too_short": "at least {min_length} items are wanted", "too_long": "at most {max_length} items are wanted",
}  # fmt: skip
"""What a kind of mistake, as pydantic names it, means to a person; the braces are filled from its context."""

PATTERNS = {
    r"^\w([\w -]*[\w-])?$": "letters, digits, _, - and blanks between them are wanted",
    r"^[^\x00-\x1f]+$": "text in one line is wanted",
    r"^[A-Z0-9]*$": "capital letters and digits are wanted",
    r"^[0-9a-fA-F]{6}$": "a colour of six hexadecimal digits is wanted, without #",
    r"^([0-9a-f]{64})?$": "a SHA-256 of 64 hexadecimal digits in lower case is wanted",
    r"^[0-9a-f]{64}$": "a SHA-256 of 64 hexadecimal digits in lower case is wanted",
    r"^#[0-9a-fA-F]{6}$": "a colour of # and six hexadecimal digits is wanted",
    r"^[^\w\s/.]+$": "signs are wanted: no letters, digits, blanks, / or .",
    r"^\d{1,9}(\.\d{1,18})?$": "an amount such as \"0.05\" is wanted",
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z$": "a time such as \"2027-01-31T18:00Z\" is wanted",
    r"^https?://": "an address that begins with https:// is wanted",
    r"^https?://\S+$": "an address that begins with https:// is wanted",
    r"^(ipfs|https|ar)://[^\s\x00-\x1f]+$": "an address that begins with ipfs://, https:// or ar:// is wanted",
    r"^(ipfs|https|data):.+$": "an address that begins with ipfs:, https: or data: is wanted",
    r"^env:[A-Za-z_][A-Za-z0-9_]*$": '"env:NAME" is wanted, with the name of an environment variable',
    r"^(env:[A-Za-z_][A-Za-z0-9_]*|keystore:.+|signer:.+@.+)$":
        '"env:NAME", "keystore:FILE" or "signer:ACCOUNT@ADDRESS" is wanted',
}  # fmt: skip
"""What the patterns of texts mean to a person."""


def what_fits(problem: Mapping[str, Any]) -> str:
    """What is wanted instead of a value, of one of the errors that pydantic found."""
    kind, context, value = problem["type"], problem.get("ctx", {}), problem.get("input")
    if isinstance(value, float) and not isfinite(value):
        return WANTED["finite_number"]
    if kind == "string_pattern_mismatch":
        return PATTERNS.get(context["pattern"], f"it does not fit the pattern {context['pattern']}")
    if kind in ("string_too_short", "too_short") and context["min_length"] == 1:
        return "it must not be empty"
    if kind in WANTED:
        return WANTED[kind].format_map(context)
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return f"{reason[:1].lower()}{reason[1:]}"
