"""The small CLIP as an ordinary open_clip folder, which any program that knows open_clip opens as local-dir:FOLDER.

Only the head and the text tower lie in this package (towers.safetensors, half precision); the picture tower arrives in
a package of its own. The folder in the user's cache holds both.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from collection.models.packaged import EFFICIENTNET_LITE0
from collection.models.weights import cache_folder, file_sha256, load_state

HERE = Path(__file__).parent
TOWERS = HERE / "towers.safetensors"
_BESIDE = ("open_clip_config.json", "tokenizer.json", "tokenizer_config.json", "README.md")
_CLASSIFIER = ("_fc.weight", "_fc.bias")
"""The last tensors of the package's file; a CLIP has none."""


def clip_folder() -> Path:
    """The whole model as an open_clip folder in the user's cache; made on the first call."""
    place = _place()
    if not place.is_dir():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=place.parent))
        try:
            assemble(draft)
            draft.rename(place)
        except OSError:
            if not place.is_dir():  # another process was not faster: something is wrong
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return place


def _place() -> Path:
    return cache_folder() / "models" / f"tiny-clip-{file_sha256(TOWERS)[:16]}"


def assemble(folder: Path) -> None:
    """Write open_clip_config.json, the tokenizer and open_clip_model.safetensors into a folder that exists."""
    from safetensors.torch import save_file

    for name in _BESIDE:
        shutil.copyfile(HERE / name, folder / name)
    save_file({**_trunk(), **load_state(TOWERS)}, folder / "open_clip_model.safetensors")


def _trunk() -> dict[str, Any]:
    """The picture tower's tensors under the names that open_clip gives them: the package has them in timm's order."""
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    import timm

    state = load_state(EFFICIENTNET_LITE0.path())
    tensors = [value.contiguous() for name, value in state.items() if name not in _CLASSIFIER]
    names = timm.create_model("tf_efficientnet_lite0", num_classes=0).state_dict()
    return {f"visual.trunk.{name}": value for name, value in zip(names, tensors, strict=True)}
