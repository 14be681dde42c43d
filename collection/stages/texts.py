"""The artist's names and descriptions of single images, read from the file that collection.toml names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from collection.project import Project

if TYPE_CHECKING:
    from collection.publish.texts import Text


def texts_of(project: Project) -> Mapping[int, Text]:
    """The words of each image, by its number; empty where collection.toml names no file.

    Raises MetadataError for what is wrong in it, UnavailableError where it cannot be read.
    """
    from collection.publish.texts import read_texts

    name = project.config.publish.texts
    return read_texts(project.folder / name, project.store.assets()) if name else {}
