"""What the artist adds to single images, read from the file and the folder that collection.toml names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from collection.project import Project

if TYPE_CHECKING:
    from collection.publish.additions import Addition


def additions_of(project: Project, *, keep: bool = False) -> Mapping[int, Addition]:
    """The words and files of each image, by its number; empty where collection.toml names none.

    `keep` copies the files into the project, as freezing needs them. Raises MetadataError for what is wrong in them,
    UnavailableError where they cannot be read.
    """
    from collection.publish.additions import Addition, files_of_images
    from collection.publish.texts import read_texts

    publish = project.config.publish
    if not (publish.texts or publish.files):
        return {}
    assets = project.store.assets()
    found = read_texts(project.folder / publish.texts, assets) if publish.texts else {}
    if publish.files:
        from collection.models.weights import file_sha256

        for number, places in files_of_images(project.folder / publish.files, assets).items():
            named = {
                place: (
                    project.files.add_file(path, path.suffix.lower()) if keep else file_sha256(path),
                    path.suffix.lower(),
                )
                for place, path in places.items()
            }
            found[number] = replace(found.get(number, Addition()), files=named)
    return found
