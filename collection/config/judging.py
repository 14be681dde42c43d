"""The tables of collection.toml that say how images are judged: scores, defects and near-duplicates."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from collection.config.types import Table

Threshold = Annotated[float, Field(ge=0, le=1)]


class Flags(Table):
    """From where on a number counts as a defect. Nothing is measured again when these change.

    `collection metrics` says what the numbers are; 0 or 1, the end of a range, means never.
    """

    tiny: int = Field(default=64, ge=0)
    """Pixels that the shorter side has at least."""
    blank: Threshold = 0.008
    """Less contrast: nothing is to be seen. Never chosen."""
    misexposed: Threshold = 0.1
    """Less exposure: nearly all tones are close to black or white."""
    blurred: Threshold = 0.4
    """Less sharpness."""
    clipped: Threshold = 0.5
    """More clipping: this share of the picture is pure black or white."""
    banded: Threshold = 0.02
    """More banding: this share of the picture is false contours."""
    bordered: Threshold = 0.05
    """More borders: this share of the picture is a plain frame or bars."""
    text: Threshold = 0.2
    """More text: a line as long as this share of the width looks like lettering."""
    nsfw: Threshold = 0.8
    """More nsfw: what the authors of open_nsfw call highly probable. Never chosen."""


Flag = Literal["tiny", "blank", "misexposed", "blurred", "clipped", "banded", "bordered", "text", "nsfw"]


class Score(Table):
    """What gives each image its numbers."""

    encoder: str = "embedded"
    """embedded (EfficientNet-Lite0), cpu, quality or siglip (`collection config` says what they cost), or an open_clip
    model: ViT-L-14-quickgelu/openai, hf-hub:ID, local-dir:FOLDER."""
    heads: tuple[str, ...] = ()
    """Aesthetic heads on the vectors of an OpenAI CLIP encoder: laion-v1, sac-logos-ava1, or files; the file of
    aesthetic-v2.5 on those of siglip."""
    safety: str = Field(default="off", min_length=1)
    """off, open-nsfw (needs weights of its own; the error says how to get them), or an ONNX file of that network."""
    moods: tuple[str, ...] = (
        "amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness",
    )  # fmt: skip
    """Emotions that images are held against, by an encoder that knows words. These eight are those of Mikels et al.
    2005, "Emotional category data on images from the IAPS", which ArtEmis (2021) took over for art."""
    references: tuple[str, ...] = ()
    """Folders of pictures, or of other projects, that images should not resemble too much: artists' works, earlier
    collections."""
    preference: tuple[str, ...] = ()
    """Models of what people prefer: pickscore, hps-v2.1, image-reward (fetched from their hub), or NAME:PLACE with a
    folder, a file or a hub id. They look at image and prompt, and are comparable inside one prompt only."""
    batch: int = Field(default=32, ge=1, le=1024)
    flags: Flags = Flags()
    """From where on a number counts as a defect: the table [score.flags]."""


class Dedupe(Table):
    """When two images count as one."""

    phash_distance: int = Field(default=4, ge=0, le=32)
    """Bits of 64 in which two perceptual hashes may differ."""
    cosine: float | None = Field(default=None, gt=0, le=1)
    """Least cosine of two vectors of near-duplicates; absent: calibrated on the collection itself."""
    keep: Literal["best", "first", "largest"] = "best"
    """Which of near-duplicates is kept: best score, lowest number, or most pixels. Locked ones always are."""
    exact_up_to: int = Field(default=100_000, ge=1)
    """Images of which every pair is compared; a search of more is left to FAISS, and its recall is reported."""
