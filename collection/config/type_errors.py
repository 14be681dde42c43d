"""What is wrong with a value's type or range, in words: pydantic's own are for programmers."""

from __future__ import annotations

from collections.abc import Mapping
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
    "string_pattern_mismatch": "it does not fit the pattern {pattern}",
}  # fmt: skip
"""What a kind of mistake, as pydantic names it, means to a person; the braces are filled from its context."""


def what_fits(problem: Mapping[str, Any]) -> str:
    """What is wanted instead of a value, of one of the errors that pydantic found."""
    if problem["type"] in WANTED:
        return WANTED[problem["type"]].format_map(problem.get("ctx", {}))
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return f"{reason[:1].lower()}{reason[1:]}"
