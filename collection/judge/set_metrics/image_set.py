"""The whole set as its metrics see it: images, their vectors, references, and texts by the same encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from collection.judge.encoders.text_tower import TextTower, text_tower_of, text_vectors
from collection.judge.set_metrics.references import References
from collection.store.records import Asset
from collection.store.store import Store
from collection.values import ImageEncoder, Progress, silent

Vectors = npt.NDArray[np.float32]
Found = TypeVar("Found")

BUILT_IN = "whole-set/1"
"""The identity of the built-in metrics of the set."""


@dataclass(frozen=True)
class ImageSet:
    """The images of a project that have a vector, one a file, by number: n rows."""

    store: Store
    encoder: ImageEncoder
    assets: Sequence[Asset]
    """Each image with its recipe and traits."""
    vectors: Vectors
    """Unit vectors (n, d) of the images; to be compared with each other."""
    references: References = field(default_factory=References)
    """Pictures of other places: names, and unit vectors (m, d)."""
    emotions: Sequence[str] = ()
    """The words of `emotions` in [score]."""
    progress: Progress = silent
    _known: dict[Any, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.assets)

    @property
    def logit_scale(self) -> float:
        """By what cosines of pictures and texts are multiplied before a softmax; raises UsageError as `text_tower`."""
        return self.text_tower.logit_scale

    @cached_property
    def text_tower(self) -> TextTower:
        """What the encoder knows of words; raises UsageError where it knows none: metrics say if they `need` text."""
        return text_tower_of(self.encoder)

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (m, d) of texts; each text is encoded once and kept.

        Raises UsageError as `text_tower` does.
        """
        return text_vectors(self.store, self.text_tower, texts, progress=self.progress)

    @cached_property
    def projected(self) -> Vectors:
        """Unit vectors (n, e) of the images, to be compared with those of texts."""
        return self.text_tower.project_images(self.vectors)

    def knows(self, text: str) -> bool:
        """Whether the encoder may have read every word of a text."""
        return not self.text_tower.unknown_words(text)

    def once(self, work: Callable[[ImageSet], Found]) -> Found:
        """What `work` gives for this set, worked out once for all metrics that ask for it."""
        if work not in self._known:
            self._known[work] = work(self)
        found: Found = self._known[work]
        return found
