"""The settings of scripts."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from collection.config.generator import Capabilities, GeneratorTable


class ScriptTable(GeneratorTable):
    """An artist's own script, in Python or JavaScript: no model, no download."""

    use: Literal["script"] = "script"
    script: str = Field(min_length=1)
    """The file: NAME.py with render(rng, features, size) and features(rng), or NAME.js for a browser with $fx."""
    libraries: list[str] = Field(default_factory=list)
    """JavaScript files that run before a script in JavaScript: p5.min.js"""
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """What the script must be, libraries included; absent: what the file is. Recipes always say it."""
    timeout: float = Field(default=60, ge=0.1, le=3600)
    """Seconds that one picture may take."""
    memory: int = Field(default=2048, ge=64, le=262_144)
    """Megabytes that one picture may take (Python only)."""

    capabilities: ClassVar[Capabilities] = Capabilities(enlarges="redraws", longest=8192)
    recipe_model: ClassVar[str] = "script"
    outside: ClassVar[frozenset[str]] = frozenset({"timeout", "memory"})
