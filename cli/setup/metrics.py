"""collection metrics"""

from __future__ import annotations

from ..render import Screen
from ..session import Json


def command(as_json: Json = False) -> None:
    """List the metrics with range, direction, source and limits."""
    from collection.judge.catalogue import failures, metrics
    from collection.store.percentiles import COMPARED_WITH

    screen = Screen(as_json)
    for metric in metrics().values():
        screen.say(f"{metric.title}: {metric.span}, {metric.direction}")
        screen.wrapped(metric.says)
        if defect := metric.defect:
            screen.wrapped(f"Flag: {defect.flag}, {defect.side} {defect.threshold:g}. {defect.says}")
        screen.wrapped(f"Source: {metric.source}")
        screen.wrapped(f"Limits: {metric.limits}")
    screen.wrapped(f"A percentile is the share of {COMPARED_WITH} that have a lower number.")
    for failure in failures():
        screen.note(f"{failure.what}: {failure.why}")
    screen.object({
        "metrics": [metric.as_json() for metric in metrics().values()],
        "percentile_of": COMPARED_WITH,
        "failed": [{"what": item.what, "why": item.why} for item in failures()],
    })  # fmt: skip
