"""Collection: plan, generate, judge, curate, freeze, prove, pin, mint and verify an image collection.

    import collection

    with collection.new("weather") as weather:
        weather.run()
        weather.images("quality>80")

Names are loaded when they are first used, so that importing costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from collection.errors import CollectionError

if TYPE_CHECKING:
    from collection.api import Collection, dedupe_folder, new, open, run, score_folder
    from collection.ipfs.pinner import Pinner
    from collection.stages.records import ImageRecord
    from collection.stages.report import Report
    from collection.values import ImageEncoder, ImageGenerator, Recipe, Style, StyleBlend

__version__ = "0.1.0"

_PLACES = {
    "api": ("open", "new", "run", "Collection", "score_folder", "dedupe_folder"),
    "stages.records": ("ImageRecord",),
    "stages.report": ("Report",),
    "values": ("Recipe", "Style", "StyleBlend", "ImageGenerator", "ImageEncoder"),
    "ipfs.pinner": ("Pinner",),
}
_PLACE_OF = {name: f"collection.{module}" for module, names in _PLACES.items() for name in names}

__all__ = [
    "Collection",
    "CollectionError",
    "ImageEncoder",
    "ImageGenerator",
    "ImageRecord",
    "Pinner",
    "Recipe",
    "Report",
    "Style",
    "StyleBlend",
    "__version__",
    "dedupe_folder",
    "new",
    "open",
    "run",
    "score_folder",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACE_OF:
        raise AttributeError(f"module 'collection' has no attribute {name!r}")
    return getattr(import_module(_PLACE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
