"""A metric whose range ends before it begins."""

from collection.judge.metric import Metric, OfPixels

METRIC = Metric("no-range", (1, 0), "higher", "says", "own", "limits", OfPixels(lambda picture: 0.5))
