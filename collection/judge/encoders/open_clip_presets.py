"""Models of open_clip by what they are for, and those of a folder or a hub: their entries among the encoders."""

from __future__ import annotations

from pathlib import Path

from collection.judge.encoders.open_clip_encoder import OpenClip
from collection.judge.encoders.plugin import EncoderPlugin


def _preset(reference: str, gflops: float, parameters: int, purpose: str) -> EncoderPlugin:
    """A registered model; `gflops` of its picture tower an image, `parameters` of both towers in millions.

    (open_clip's docs/model_profile.csv; four bytes a parameter.)
    """
    cost = f"{4 * parameters / 1000:.1f} GB once, {gflops:g} GFLOPs an image"
    return EncoderPlugin(lambda place, folder: OpenClip(reference), f"{reference}: {purpose}", cost)


CPU = _preset("ViT-B-32-quickgelu/openai", 8.8, 151, "has a text tower; for machines without a GPU")
QUALITY = _preset("ViT-L-14-quickgelu/openai", 162, 428, "what the aesthetic predictors were trained on")
SIGLIP = _preset("ViT-SO400M-14-SigLIP-384/webli", 670, 878, "reads prompts best; wants a GPU")


def _of_folder(place: str, folder: Path) -> OpenClip:
    return OpenClip(f"local-dir:{folder / place}")


def _of_hub(place: str, folder: Path) -> OpenClip:
    return OpenClip(f"hf-hub:{place}")


LOCAL_DIR = EncoderPlugin(_of_folder, "a model that open_clip saved in a folder", place="FOLDER")
HF_HUB = EncoderPlugin(_of_hub, "a model of the Hugging Face hub that open_clip reads", place="ORGANISATION/REPOSITORY")
