"""Where a model lies: in this package, in a folder, in one file, or in the cache of the hub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from collection.errors import WeightsError
from collection.generate.diffusion.checkpoint import SUFFIX, check_checkpoint, configuration, descends_from
from collection.generate.diffusion.task import INDEX
from collection.generate.diffusion.weights import ModelFiles, variant_of_names
from collection.models.determinism import quiet
from collection.models.environment import prepare_torchvision
from collection.models.hub import fetched, hub_file, hub_files

PACKAGED: Mapping[str, Path] = {"tiny/2": Path(__file__).with_name("tiny")}
"""The models that come with this package, by what recipes call them. Other weights get another number: a recipe says
which it was made by."""
_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_HUB_CHECKPOINT = re.compile(r"(?P<repository>\w[\w.-]*/\w[\w.-]*)/(?P<file>\w.*\.safetensors)")


def find_model(
    model: str, revision: str | None, local_files_only: bool, home: Path = Path(), configured_by: str | None = None
) -> ModelFiles:
    """The files of `model`: one of this package, a folder, a checkpoint (relative paths begin at `home`, the project),
    an id of the hub or OWNER/NAME/FILE there, which is fetched into, or found in, the hub's own cache.

    `configured_by` is what a checkpoint is configured by. Raises WeightsError where there is none of these.
    """
    _refuse_other_number(model)
    place = PACKAGED.get(model) or home / Path(model).expanduser()
    if is_checkpoint(place):
        return _checkpoint(model, revision, local_files_only, home, configured_by)
    if configured_by:
        raise WeightsError(
            f"configured_by is for a model in one file; {model} has its own configuration",
            "remove configured_by from [generator]",
        )
    if place.is_dir():
        _refuse_revision(model, revision)
        return ModelFiles(place)
    if not _HUB_ID.fullmatch(model):
        raise WeightsError(
            f"there is no model folder {model}" + ("" if place.is_absolute() and home == Path() else f" in {home}"),
            f"give a folder that holds {INDEX}, a {SUFFIX} file, or a hub id",
        )
    return ModelFiles(_fetch(model, revision, local_files_only))


def _refuse_other_number(model: str) -> None:
    """Raise WeightsError for the model of a recipe whose weights came with another version of this package."""
    name, _, number = model.partition("/")
    ours = next((known for known in PACKAGED if known.partition("/")[0] == name), model)
    if number.isdecimal() and model != ours:
        raise WeightsError(
            f"{model} came with another version of this package, which makes its pictures again; here is {ours}",
            f'model = "{name}" and `collection plan` make them anew, by {ours}',
        )


def is_checkpoint(place: Path) -> bool:
    """Whether a path is that of a file, there or not."""
    return place.is_file() or (place.suffix == SUFFIX and not place.is_dir())


def _checkpoint(
    model: str, revision: str | None, local_files_only: bool, home: Path, configured_by: str | None
) -> ModelFiles:
    file = home / Path(model).expanduser()
    on_hub = _HUB_CHECKPOINT.fullmatch(model)
    if file.is_file():
        _refuse_revision(model, revision)
    elif on_hub:
        file = hub_file(on_hub["repository"], on_hub["file"], revision=revision, local_files_only=local_files_only)
    else:
        raise WeightsError(f"there is no checkpoint {model} in {home}", "give its whole path, or OWNER/NAME/FILE")
    tensors = check_checkpoint(file)
    named = configured_by or descends_from(tensors)
    if (home / Path(named).expanduser()).is_dir():
        return ModelFiles(home / Path(named).expanduser(), file)
    if not _HUB_ID.fullmatch(named):
        raise WeightsError(f"there is no folder {named} to configure {model} by", "mend configured_by in [generator]")
    return ModelFiles(configuration(named, file, local_files_only), file)


def _refuse_revision(model: str, revision: str | None) -> None:
    if revision:
        raise WeightsError(f"{model} is no hub id, and has no revision {revision}", "remove revision from [generator]")


def _fetch(model: str, revision: str | None, local_files_only: bool) -> Path:
    prepare_torchvision()
    from diffusers import DiffusionPipeline

    def download() -> str:
        names = hub_files(model, revision, local_files_only=local_files_only)
        with quiet():
            found: str = DiffusionPipeline.download(
                model, revision=revision, local_files_only=local_files_only, use_safetensors=True,
                variant=variant_of_names(map(PurePosixPath, names)),
            )  # fmt: skip
        return found

    asked = f"{model} (revision {revision})" if revision else model
    otherwise = "give the folder of a saved pipeline"
    return fetched(f"model {asked}, which is no folder here,", download, otherwise, local_files_only=local_files_only)


def cached_model(model: str, revision: str | None, home: Path, configured_by: str | None = None) -> Path | None:
    """The folder with the configuration of `model` as far as it is on this machine already, without asking the hub;
    None if it is not.

    Raises WeightsError for a revision of what lies here, and for a file that is no checkpoint.
    """
    place = PACKAGED.get(model) or home / Path(model).expanduser()
    if (place / INDEX).is_file():
        return find_model(model, revision, True, home, configured_by).folder
    if place.is_file():
        _refuse_revision(model, revision)
        tensors = check_checkpoint(place)
        return cached_model(configured_by or descends_from(tensors), None, home)
    if not _HUB_ID.fullmatch(model):
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(model, INDEX, revision=revision)
    return Path(found).parent if isinstance(found, str) else None
