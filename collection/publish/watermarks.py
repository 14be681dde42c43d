"""The watermarks that `[publish] watermark` can name: our own, and those that packages add.

A package adds one by an entry point of the group `collection.watermarks`: a name, and an object that embeds and reads
(`Watermark` in collection/marks/watermark.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

from collection.config import Config
from collection.errors import PublishError, UsageError
from collection.marks import Watermark
from collection.marks.watermark import PUBLIC
from collection.plugins import Registry

NONE = "none"


def _accept(name: str, found: Any) -> Watermark:
    made = found() if isinstance(found, type) else found
    if not all(callable(getattr(made, each, None)) for each in ("embed", "read")):
        raise TypeError(f"a watermark was expected, not {type(made).__name__}")
    accepted: Watermark = made
    return accepted


WATERMARKS: Registry[Watermark] = Registry(
    "collection.watermarks", "watermark", {"dwt-dct-svd": "collection.marks.watermark:LatticeWatermark"}, _accept
)


def check_watermark(config: Config, refuse: Callable[[Sequence[str | int], str, str], Any]) -> None:
    """Call `refuse` for a watermark that nothing installed has; none is loaded."""
    wanted = config.publish.watermark
    if wanted == NONE or wanted in WATERMARKS:
        return
    try:
        WATERMARKS.get(wanted)
    except UsageError as error:
        refuse(["publish", "watermark"], error.message, f"{error.hint}, {NONE}")


def watermark_of(config: Config) -> Watermark | None:
    """The watermark that marked pictures get; None where there is to be none."""
    return None if config.publish.watermark == NONE else WATERMARKS.get(config.publish.watermark)


def key_of(config: Config) -> bytes:
    """The key of the watermark; raises PublishError where the variable that holds it is not set."""
    source = config.publish.watermark_key
    if source is None:
        return PUBLIC
    name = source.removeprefix("env:")
    if not os.environ.get(name):
        raise PublishError(
            f"publish.watermark_key: the environment variable {name} is not set", f"export {name}, then run this again"
        )
    return os.environ[name].encode()
