"""Collection: plan, generate, judge, curate, freeze, prove, pin, mint and verify an image collection."""

from collection.errors import CollectionError

__version__ = "0.1.0"
__all__ = ["CollectionError", "__version__"]
