"""Where this user keeps models that were trained here, each in a folder of its name."""

from __future__ import annotations

import os
import re
from pathlib import Path

from collection.errors import UsageError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


LORA, NETWORK = "lora.safetensors", "network.safetensors"
"""What the folder of a trained LoRA, and of a trained style network, holds."""


def models_folder() -> Path:
    """The folder of trained models: $COLLECTION_MODELS, else one of the user's data."""
    chosen = os.environ.get("COLLECTION_MODELS")
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return Path(chosen) if chosen else data / "collection" / "models"


def model_folder(name: str) -> Path:
    """The folder of the model of a name, which need not be there; raises UsageError for what is no name."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a model", "take small letters, digits, dots and dashes, as in --name my-shells"
        )
    return models_folder() / name


def trained_file(name: str, file: str) -> Path | None:
    """The file of the model of that name; None, where no model of that name has one."""
    found = models_folder() / name / file
    return found if _NAME.fullmatch(name) and found.is_file() else None
