"""The catalogue of metrics: the built-in ones, and those that installed packages add."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from collection.judge.metric import Better, Metric
from collection.plugins import Registry
from collection.values import Failure

_JUDGE = "collection.judge"
_BUILT_IN = {
    "quality": f"{_JUDGE}.pixels.quality:QUALITY",
    "contrast": f"{_JUDGE}.pixels.contrast:CONTRAST",
    "exposure": f"{_JUDGE}.pixels.exposure:EXPOSURE",
    "clipping": f"{_JUDGE}.pixels.clipping:CLIPPING",
    "highlights": f"{_JUDGE}.pixels.brightness:HIGHLIGHTS",
    "overexposure": f"{_JUDGE}.pixels.brightness:OVEREXPOSURE",
    "sharpness": f"{_JUDGE}.pixels.sharpness:SHARPNESS",
    "steadiness": f"{_JUDGE}.pixels.steadiness:STEADINESS",
    "noise": f"{_JUDGE}.pixels.noise:NOISE",
    "missing": f"{_JUDGE}.pixels.missing:MISSING",
    "aspect": f"{_JUDGE}.pixels.aspect:ASPECT",
    "banding": f"{_JUDGE}.pixels.banding:BANDING",
    "borders": f"{_JUDGE}.pixels.borders:BORDERS",
    "text": f"{_JUDGE}.pixels.lettering:TEXT",
    "nsfw": f"{_JUDGE}.pixels.safety:NSFW",
    "whole": f"{_JUDGE}.damage:WHOLE",
    "clean": f"{_JUDGE}.damage:CLEAN",
    "laion-v1-b32": f"{_JUDGE}.aesthetic_metrics:LAION_V1_B32",
    "laion-v1-b16": f"{_JUDGE}.aesthetic_metrics:LAION_V1_B16",
    "laion-v1-l14": f"{_JUDGE}.aesthetic_metrics:LAION_V1_L14",
    "sac-logos-ava1": f"{_JUDGE}.aesthetic_metrics:SAC_LOGOS_AVA1",
    "aesthetic-v2.5": f"{_JUDGE}.aesthetic_metrics:AESTHETIC_V2_5",
    "pickscore": f"{_JUDGE}.preference.pickscore:PICKSCORE",
    "hps-v2.1": f"{_JUDGE}.preference.hps:HPS_V2_1",
    "image-reward": f"{_JUDGE}.preference.image_reward:IMAGE_REWARD",
    "clipscore": f"{_JUDGE}.set_metrics.clipscore:CLIPSCORE",
    "trait-match": f"{_JUDGE}.set_metrics.trait_match:TRAIT_MATCH",
    "trait": f"{_JUDGE}.set_metrics.trait_match:TRAIT",
    "mood": f"{_JUDGE}.set_metrics.emotions:EMOTION",
    "style-consistency": f"{_JUDGE}.set_metrics.style_consistency:STYLE_CONSISTENCY",
    "style-margin": f"{_JUDGE}.set_metrics.style_consistency:STYLE_MARGIN",
    "novelty": f"{_JUDGE}.set_metrics.novelty:NOVELTY",
    "reference": f"{_JUDGE}.set_metrics.reference_similarity:REFERENCE",
    "reference-novelty": f"{_JUDGE}.set_metrics.reference_similarity:REFERENCE_NOVELTY",
    "votes": f"{_JUDGE}.learned_preference:COMPARISONS",
    "learned-preference": f"{_JUDGE}.learned_preference:LEARNED_PREFERENCE",
}
RESERVED = ("tiny",)
"""Issues that are of no metric: of the size of an image."""


def _accept(name: str, found: Any) -> Metric:
    if not isinstance(found, Metric):
        raise TypeError(f"a collection.judge.metric.Metric was expected, not {type(found).__name__}")
    if found.name != name:
        raise ValueError(f'its entry point is called "{name}", but the metric "{found.name}"')
    if found.computed is None and name not in _BUILT_IN:
        raise ValueError("it does not say how it is computed")
    return found


METRICS: Registry[Metric] = Registry("collection.metrics", "metric", _BUILT_IN, _accept)


def metrics() -> dict[str, Metric]:
    """Every metric that works, by name; the built-in ones first."""
    found: dict[str, Metric] = {}
    issues = set(RESERVED)
    for name, metric in METRICS.working():
        if metric.defect is None or metric.defect.issue not in issues:
            found[name] = metric
            issues |= {metric.defect.issue} if metric.defect else set()
    return found


def failures() -> tuple[Failure, ...]:
    """The metrics of packages that cannot be used, and why."""
    there = metrics()
    same = [
        Failure(f"metric {name}", f'another metric has the issue "{metric.defect.issue}" already; it is not used')
        for name, metric in METRICS.working()
        if name not in there and metric.defect
    ]
    return (*METRICS.failures(), *same)


def metric_of(name: str) -> Metric | None:
    """The metric of a number's name, which may be `metric:PART`; None for what the catalogue does not have.

    That is the aesthetic predictor of a file of one's own, or a metric whose package was taken away.
    """
    known = metrics()
    metric = known.get(name) or known.get(name.partition(":")[0])
    return metric if metric and (metric.name == name or metric.parts) else None


def better(name: str, ranking: Collection[str] = ()) -> Better:
    """Which way a number of that name is better: for the page, the commands and the API.

    `ranking` are the metrics that rank the images: of one that is not in the catalogue, more is better then.
    """
    metric = metric_of(name)
    if metric is None:
        return "higher" if name in ranking else "neither"
    return metric.better
