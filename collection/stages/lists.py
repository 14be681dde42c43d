"""Lists of owners: the CSV files of airdrops and allowlists."""

from __future__ import annotations

from pathlib import Path

from collection.errors import UsageError


def text_of(file: Path) -> str:
    """The text of a list; raises UsageError where it is none, or not there."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"there is no list {file}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text (byte {error.start})") from error
