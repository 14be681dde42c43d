"""What a script may report of a picture: features that become traits."""

from __future__ import annotations

import math
from typing import Any

MOST_FEATURES, LONGEST = 100, 500
"""Features of a picture, and characters of a name or a value."""


class ScriptError(Exception):
    """What is wrong with a script, in words."""


def checked_features(features: Any) -> dict[str, str]:
    """Features as traits: texts by name; raises ScriptError for what can be none."""
    if not isinstance(features, dict):
        raise ScriptError(f"its features are a {type(features).__name__}, not names with values")
    if len(features) > MOST_FEATURES:
        raise ScriptError(f"it has {len(features)} features, more than {MOST_FEATURES}")
    for name, value in features.items():
        if not isinstance(name, str) or not name.strip() or len(name) > LONGEST:
            raise ScriptError(f"the name of a feature is {name!r:.80}, not a text of 1 to {LONGEST} characters")
        plain = isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
        if not plain or len(str(value)) > LONGEST or not str(value).strip():
            raise ScriptError(f"the feature {name!r:.80} is {value!r:.80}, neither a text nor a finite number")
    return {name: as_text(value) for name, value in features.items()}


def as_text(value: Any) -> str:
    """As people read it, and the same of Python and JavaScript: 3.0 is 3, True is true."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
