"""Lists of owners: the CSV files of airdrops and allowlists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import UsageError
from collection.values import sha256_hex

if TYPE_CHECKING:
    from collection.store.publication_records import Freeze


def text_of(file: Path) -> str:
    """The text of a list; raises UsageError where it is none, or not there."""
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"there is no list {file}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text (byte {error.start})") from error


def digest_of(file: Path, frozen: Freeze | None) -> str:
    """By what it is known again that a list was given out, of this frozen set."""
    return sha256_hex(f"{frozen.root_cid if frozen else ''}\n{text_of(file)}".encode())
