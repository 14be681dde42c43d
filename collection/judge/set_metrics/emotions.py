"""Emotions: which of the words that [score] names an image evokes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Metric, OfSetByPart
from collection.judge.set_metrics.image_set import BUILT_IN, ImageSet
from collection.judge.set_metrics.zero_shot import ensemble, zero_shot

TEMPLATES = ("a picture that evokes {}", "an artwork that expresses {}", "a scene full of {}")


def _of_set(images: ImageSet) -> dict[str, npt.NDArray[np.float32]]:
    if not images.emotions or not all(map(images.knows, images.emotions)):
        return {}
    texts = [template.format(emotion) for emotion in images.emotions for template in TEMPLATES]
    classes = ensemble(images.texts(texts), len(TEMPLATES))
    chances = zero_shot(images.projected, classes, images.logit_scale)
    return {emotion: chances[:, place] for place, emotion in enumerate(images.emotions)}


EMOTION = Metric(
    name="mood",
    range=(0, 1),
    better="neither",
    says="The probability of one emotion among those that `emotions` in [score] names, by the words alone.",
    source="Zero-shot classification (Radford et al. 2021) over the emotions of Mikels et al. 2005, Emotional category "
    "data on images from the IAPS",
    limits="What an encoder connects with a word, not what people feel. The numbers of one image sum to 1, so that "
    "they change with the list. Left out where the encoder says that it never read one of the words.",
    computed=OfSetByPart(_of_set, needs=("text",)),
    parts="EMOTION",
    identity=BUILT_IN,
)
