"""What is said of each picture of a training set: by a text file beside it, or by a template for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from collection.errors import UsageError

_FIELD = re.compile(r"{(\w*)}")
FIELDS = ("name", "class")
"""What a template may have in braces: the picture's file name in words, and its subfolder."""


def read_captions(folder: Path, names: Sequence[str], template: str) -> tuple[list[str], int]:
    """The caption of each picture by its path in the folder, and how many come from files.

    The text of shell.txt is the caption of shell.png. Raises UsageError for a template with other fields, a file that
    is no UTF-8 text, and a caption that says nothing.
    """
    unknown = [field for field in _FIELD.findall(template) if field not in FIELDS]
    if unknown:
        raise UsageError(
            f"--caption {template!r}: nothing is called {{{unknown[0]}}}", "it knows {name}, the file's, and {class}"
        )
    captions, told = [], 0
    for name in names:
        path = folder / PurePosixPath(name).with_suffix(".txt")
        if path.is_file():
            told += 1
            captions.append(_text(path))
        else:
            captions.append(_filled(template, PurePosixPath(name)))
        if not captions[-1]:
            where = f"{path} is empty" if path.is_file() else f"--caption {template!r} says nothing of {name}"
            raise UsageError(where, 'write what the picture shows, or --caption "in the style of NAME"')
    return captions, told


def _text(path: Path) -> str:
    try:
        return " ".join(path.read_text("utf-8").split())
    except UnicodeDecodeError:
        raise UsageError(f"{path} is no UTF-8 text", "save it as UTF-8, or remove it") from None


def _filled(template: str, name: PurePosixPath) -> str:
    words = {"name": re.sub(r"[\W_]+", " ", name.stem), "class": name.parts[0] if len(name.parts) > 1 else ""}
    return " ".join(_FIELD.sub(lambda field: words[field[1]], template).split())
