"""collection metrics"""

from __future__ import annotations

from ..render import Screen
from ..session import Json


def command(as_json: Json = False) -> None:
    """List the metrics with range, direction, source and limits."""
    from collection.stages.catalogues import metric_catalogue

    screen, catalogue = Screen(as_json), metric_catalogue()
    for metric in catalogue.metrics:
        screen.say(f"{metric.title}: {metric.span}, {metric.direction}")
        screen.wrapped(metric.says)
        if defect := metric.defect:
            screen.wrapped(f"Flag: {defect.flag}, {defect.side} {defect.threshold:g}. {defect.says}")
        screen.wrapped(f"Source: {metric.source}")
        screen.wrapped(f"Limits: {metric.limits}")
    screen.wrapped(f"A percentile is the share of {catalogue.percentile_of} that have a lower number.")
    for failure in catalogue.failures:
        screen.note(f"{failure.what}: {failure.why}")
    screen.object(catalogue.as_json())
