"""The tables of collection.toml that say how images are judged: scores, defects and near-duplicates."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from collection.config.types import Table

Signal = Literal["phash", "turns", "borders", "vectors"]
"""What finds candidates for near-duplicates."""


class Score(Table):
    """What gives each image its numbers."""

    encoder: str = "tiny-clip"
    """tiny-clip (EfficientNet-Lite0 with our own text tower), embedded (the same without words), cpu, quality or siglip
    (`collection config` says what they cost), an open_clip model (ViT-L-14-quickgelu/openai, hf-hub:ID,
    local-dir:FOLDER), or one that an installed package adds."""
    heads: tuple[str, ...] = ()
    """Aesthetic predictors on the vectors of an OpenAI CLIP encoder: laion-v1, sac-logos-ava1, or files; the file of
    aesthetic-v2.5 on those of siglip."""
    safety: str = Field(default="off", min_length=1)
    """off, open-nsfw (needs weights of its own; the error says how to get them), or an ONNX file of that network."""
    emotions: tuple[str, ...] = (
        "amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness",
    )  # fmt: skip
    """Emotions that images are compared with, by an encoder with a text tower. These eight are those of Mikels et al.
    2005, "Emotional category data on images from the IAPS", which ArtEmis (2021) took over for art."""
    references: tuple[str, ...] = ()
    """Folders of pictures, or of other projects, that images should not resemble too much: artists' works, earlier
    collections."""
    preference: tuple[str, ...] = ()
    """Models of what people prefer: pickscore, hps-v2.1, image-reward (fetched from their hub), or NAME:PLACE with a
    folder, a file or a hub id. They look at image and prompt, and are comparable inside one prompt only."""
    batch_size: int = Field(default=32, ge=1, le=1024)
    issues: dict[str, float] = {}
    """From where on a number counts as a defect, by the name of the issue: the table [score.issues]."""


class Dedupe(Table):
    """When two images count as one."""

    signals: tuple[Signal, ...] = ("phash", "turns", "borders", "vectors")
    """What finds candidates besides equal pixels: perceptual hashes, also turned or mirrored, also without a plain
    border, and the encoder's vectors."""
    phash_distance: int = Field(default=4, ge=0, le=32)
    """Bits of 64 in which the perceptual hashes of candidates may differ."""
    cosine: float | None = Field(default=None, gt=0, le=1)
    """Least cosine of the vectors of candidates; absent: calibrated on the collection itself."""
    tile_difference: float = Field(default=14, ge=0, le=255)
    """The second look: levels in which the worst place of two candidates may differ, in the best light, to be one
    picture. 255 takes every candidate for one."""
    keep: Literal["best", "first", "largest"] = "best"
    """Which of near-duplicates is kept. best: made here, then most pixels, a lossless file, fewest traces of
    copying, the best score. first: the lowest number. largest: most pixels, then the lowest number. Locked ones always
    are kept."""
    exact_up_to: int = Field(default=100_000, ge=1)
    """Images of which every pair is compared; a search of more is left to FAISS, and its recall is reported."""
