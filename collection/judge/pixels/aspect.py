"""Aspect: how long a picture is for its width."""

from __future__ import annotations

import math

from collection.judge.metric import Defect, Metric, OfPixels

ASPECT = Metric(
    name="aspect",
    range=(1, math.inf),
    better="neither",
    says="The longer side over the shorter one.",
    source="counted",
    limits="A panorama or a scroll that is meant is as long as it should be.",
    computed=OfPixels(lambda picture: round(max(picture.pixels.shape[:2]) / min(picture.pixels.shape[:2]), 4)),
    defect=Defect("elongated", 4.0, "over", "Longer: this many times as long as wide, or as wide as long."),
)
