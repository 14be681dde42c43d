"""The parameters of a picture by the names that the web UI gave them, and which values are plausible.

Values are text, numbers as they are written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from collection.values import parse_json

PROMPT, NEGATIVE = "Prompt", "Negative prompt"
STEPS, SAMPLER, SCHEDULE, CFG = "Steps", "Sampler", "Schedule type", "CFG scale"
SEED, SIZE, MODEL = "Seed", "Size", "Model"

_NUMBER = r"-?\d{1,9}(\.\d{1,20})?"
_NAME = r"[^\n{}]{1,200}"
PATTERNS: Mapping[str, str] = {
    STEPS: r"[1-9]\d{0,4}",
    SAMPLER: _NAME,
    SCHEDULE: _NAME,
    CFG: _NUMBER,
    SEED: r"\d{1,20}",
    SIZE: r"[1-9]\d{0,5}x[1-9]\d{0,5}",
    MODEL: r"[^\n]{1,200}",
}
"""What a value must look like to be kept."""

ALIASES: Mapping[str, str] = {
    "prompt": PROMPT, "positiveprompt": PROMPT, "positiveconditioning": PROMPT,
    "negativeprompt": NEGATIVE, "negative": NEGATIVE, "uc": NEGATIVE, "negativeconditioning": NEGATIVE,
    "steps": STEPS, "numinferencesteps": STEPS,
    "sampler": SAMPLER, "samplername": SAMPLER,
    "scheduler": SCHEDULE, "scheduletype": SCHEDULE, "noiseschedule": SCHEDULE,
    "cfgscale": CFG, "cfg": CFG, "guidancescale": CFG,
    "seed": SEED,
    "size": SIZE, "resolution": SIZE,
    "model": MODEL, "modelname": MODEL, "basemodel": MODEL, "basemodelname": MODEL, "modelweights": MODEL,
    "usestablediffusionmodel": MODEL, "stablediffusionmodel": MODEL,
}  # fmt: skip
"""What tools call them, in lower case and without anything between the letters."""


def plausible(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The pairs that can be so, without control characters; of a name that is told twice the first."""
    found: dict[str, str] = {}
    for name, said in pairs:
        value = said if said.isprintable() else "".join(letter for letter in said if _is_text(letter))
        value, pattern = _as_written(name, value), PATTERNS.get(name)
        if value and (pattern is None or re.fullmatch(pattern, value)):
            found.setdefault(name, value)
    return found


def _as_written(name: str, value: str) -> str:
    """Whole numbers without a fraction of nothing, and sizes without blanks, as the web UI writes them."""
    if name in (SEED, STEPS):
        return re.sub(r"(\d)\.0+$", r"\1", value.strip())
    return re.sub(r"(?<=\d)\s*[xX×*]\s*(?=\d)", "x", value.strip()) if name == SIZE else value


def known_name(name: str) -> str:
    """The web UI's name of a setting that a tool calls by another one; what is no setting stays as it is."""
    known = ALIASES.get(_plain(name), "")
    return known if known in PATTERNS else name


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]", "", name.lower())


def _is_text(letter: str) -> bool:
    return letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cs")


def model_name(text: str) -> str:
    """The name of a model; of an absolute path, which tells of somebody's disk, the last part."""
    return re.split(r"[\\/]", text.rstrip("\\/"))[-1] if re.match(r"[/~\\]|[A-Za-z]:[\\/]", text) else text


def read_fields(value: Mapping[str, Any], **aliases: str) -> dict[str, str]:
    """The parameters among the keys of a JSON object; `aliases` are names that mean something else in this tool."""
    known = {**ALIASES, **aliases}
    pairs = [(known.get(_plain(key), ""), item) for key, item in value.items()]
    told = [(name, as_text(name, item)) for name, item in pairs if name]
    sides = {key.lower(): as_text("", item) for key, item in value.items() if key.lower() in ("width", "height")}
    size = [(SIZE, f"{sides['width']}x{sides['height']}")] if len(sides) == 2 else []
    found = plausible([*size, *told])
    return {name: found[name] for name in (PROMPT, NEGATIVE, *PATTERNS) if name in found}


def as_text(name: str, value: Any) -> str:
    """A JSON value as the text of a parameter; empty if it is none."""
    if isinstance(value, list) and name == PROMPT:  # InvokeAI 2: weighted parts
        return ", ".join(filter(None, (as_text(name, item) for item in value)))
    if isinstance(value, list) and name == SIZE:
        value = "x".join(as_text("", item) for item in value)
    if isinstance(value, dict):
        words = ("prompt",) if name == PROMPT else ("name", "model_name", "label", "content")
        value = next((value[key] for key in words if isinstance(value.get(key), str)), "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).replace("\0", "").strip()
    if name == SIZE:
        return "x".join(re.findall(r"\d+", text))
    return model_name(text) if name == MODEL else text


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is, its fractions as they are written; None if it is none."""
    text = text.strip("\0 \r\n\t\ufeff")
    if not text.startswith("{"):
        return None
    try:
        value = parse_json(text, parse_float=str)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
