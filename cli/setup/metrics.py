"""collection metrics"""

from __future__ import annotations

from ..render import Screen
from ..session import Json


def command(as_json: Json = False) -> None:
    """List the metrics with range, direction, source and limits."""
    from collection.stages.reference import metric_reference

    screen, found = Screen(as_json), metric_reference()
    for metric in found.metrics:
        screen.say(f"{metric.title}: {metric.span}, {metric.direction}")
        screen.wrapped(metric.says)
        if defect := metric.defect:
            screen.wrapped(f"Issue: {defect.issue}, {defect.side} {defect.threshold:g}. {defect.says}")
        screen.wrapped(f"Source: {metric.source}")
        screen.wrapped(f"Limits: {metric.limits}")
    screen.wrapped(f"A percentile is the share of {found.percentile_of} that have a lower number.")
    for failure in found.failed:
        screen.note(f"{failure.what}: {failure.why}")
    screen.object(found.as_json())
