"""collection metrics"""

from __future__ import annotations

from dataclasses import asdict

from ..render import Screen
from ..session import Json


def command(as_json: Json = False) -> None:
    """List the metrics: range, which way is better, what each says, its source, and what it cannot tell."""
    from collection.judge.metrics import metrics

    screen = Screen(as_json)
    for metric in metrics().values():
        better = "neither way is better" if metric.better == "neither" else f"{metric.better} is better"
        screen.say(f"{metric.name}: {metric.span}, {better}")
        screen.wrapped(metric.says)
        screen.wrapped(f"Source: {metric.source}")
        screen.wrapped(f"Limits: {metric.limits}")
    screen.object({"metrics": [asdict(metric) for metric in metrics().values()]})
