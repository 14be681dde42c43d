"""Which class of diffusers makes pictures of text with a model, and whether the model was made for that."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

from collection.errors import WeightsError

INDEX = "model_index.json"
_NEEDED = {"prompt", "num_inference_steps", "width", "height"}
"""What the call of such a pipeline takes."""
_OTHER_TASK = re.compile(
    r"Edit|Inpaint|Fill|Img2Img|Image2|ImageTo|I2I|Pix2Pix|Control|Adapter|Upscale|SuperResolution|Refiner|Prior|Depth"
    r"|Layered|Video|LDM3D|GLIGEN|UnCLIPImg|Onnx"
)
"""Words in the names of classes that want more than a text, or make something else than a picture."""
_OTHER_MEDIUM = re.compile(r"video|frames|audio")
"""The same in the names of what a call takes."""


def pipeline_class(folder: Path) -> Any:
    """The class of diffusers that makes pictures of text with the model in a folder.

    For families that AutoPipeline knows, its choice; for others the class that the model names, if that takes a text
    and needs nothing else. Raises WeightsError naming the class where none does.
    """
    import diffusers
    from diffusers.pipelines.auto_pipeline import AUTO_TEXT2IMAGE_PIPELINES_MAPPING, _get_task_class

    name = json.loads((folder / INDEX).read_text(encoding="utf-8"))["_class_name"]
    try:
        return _get_task_class(AUTO_TEXT2IMAGE_PIPELINES_MAPPING, name)
    except ValueError:
        found = getattr(diffusers, name, None)
    if not (inspect.isclass(found) and issubclass(found, diffusers.DiffusionPipeline)):
        raise WeightsError(
            f"the model in {folder} is for a {name}, which diffusers {diffusers.__version__} does not have; code that "
            "comes with a model is never run",
            "use a model of another family, or a newer diffusers",
        )
    if not _reads_text_alone(found):
        raise _other_task(folder, f"a {name} does not make pictures of a text alone")
    return found


def _reads_text_alone(kind: Any) -> bool:
    takes = inspect.signature(kind.__call__).parameters
    many = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = {name for name, item in takes.items() if item.default is inspect.Parameter.empty and item.kind not in many}
    return (
        takes.keys() >= _NEEDED
        and needed <= {"self", "prompt"}
        and not _OTHER_TASK.search(kind.__name__)
        and not any(_OTHER_MEDIUM.search(name) for name in takes)
    )


def check_task(pipeline: Any, folder: Path) -> None:
    """Raise WeightsError for a model whose class fits and whose networks want more than a text.

    Inpainting models see a mask beside the latents, depth and edit models a picture; refiners lack a text encoder.
    """
    unet, vae = getattr(pipeline, "unet", None), getattr(pipeline, "vae", None)
    takes, gives = (
        getattr(getattr(part, "config", None), key, None)
        for part, key in ((unet, "in_channels"), (vae, "latent_channels"))
    )
    if takes and gives and takes != gives:
        what = "it was made to paint in masks" if takes == 2 * gives + 1 else "it was made to change a picture"
        raise _other_task(folder, f"its denoiser takes {takes} channels where latents have {gives}: {what}")
    if getattr(pipeline, "text_encoder", 0) is None and getattr(pipeline, "text_encoder_2", None) is not None:
        raise _other_task(
            folder, "it has the second text encoder alone, as refiners do, which finish pictures of others"
        )


def _other_task(folder: Path, why: str) -> WeightsError:
    return WeightsError(f"the model in {folder} makes no pictures of text: {why}", "use a text-to-image model")
