"""Where a model lies: in a folder, or in the cache of the hub."""

from __future__ import annotations

import re
from pathlib import Path

from collection.errors import WeightsError
from collection.generate.diffusion.weights import INDEX
from collection.models.determinism import quiet
from collection.models.environment import prepare_torchvision
from collection.models.hub import fetched

_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


def find_model(model: str, revision: str | None, local_files_only: bool, home: Path = Path()) -> Path:
    """The folder of `model`: a folder (a relative one begins at `home`, the project), or a hub id that is fetched into,
    or found in, the hub's own cache. Raises WeightsError where there is neither.
    """
    folder = home / Path(model).expanduser()
    if folder.is_dir():
        _refuse_revision(model, revision)
        return folder
    if not _HUB_ID.fullmatch(model):
        raise WeightsError(
            f"there is no model folder {model}" + ("" if folder.is_absolute() and home == Path() else f" in {home}"),
            "give a folder that holds model_index.json, or a hub id",
        )
    return _fetch(model, revision, local_files_only)


def _refuse_revision(model: str, revision: str | None) -> None:
    if revision:
        raise WeightsError(f"{model} is a folder, which has no revision {revision}", "remove revision from [generator]")


def _fetch(model: str, revision: str | None, local_files_only: bool) -> Path:
    prepare_torchvision()
    from diffusers import DiffusionPipeline

    def download() -> str:
        with quiet():
            found: str = DiffusionPipeline.download(
                model, revision=revision, local_files_only=local_files_only, use_safetensors=True
            )
        return found

    asked = f"{model} (revision {revision})" if revision else model
    otherwise = "give the folder of a saved pipeline"
    return fetched(f"model {asked}, which is no folder here,", download, otherwise, local_files_only=local_files_only)


def cached_model(model: str, revision: str | None, home: Path) -> Path | None:
    """The folder of `model` as far as it is on this machine already, without asking the hub; None if it is not.

    Raises WeightsError for a revision of a folder.
    """
    folder = home / Path(model).expanduser()
    if (folder / INDEX).is_file():
        _refuse_revision(model, revision)
        return folder
    if not _HUB_ID.fullmatch(model):
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(model, INDEX, revision=revision)
    return Path(found).parent if isinstance(found, str) else None
