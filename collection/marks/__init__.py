"""Machine-readable marks in picture files: what a picture was made by, for people and for the law. No pixel changes."""

from collection.marks.containers import read_xmp, write_xmp
from collection.marks.disclosure import SOURCE_TYPES, Disclosure

__all__ = ["SOURCE_TYPES", "Disclosure", "read_xmp", "write_xmp"]
