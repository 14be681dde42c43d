"""How a field is spread over the images of a query, for brushing."""

from __future__ import annotations

from typing import Any

import numpy as np

from collection.curate.search.catalogue import Snapshot
from collection.curate.search.columns import Integers
from collection.curate.search.find import field_names, find_rows, label_field, numeric_field, state_masks
from collection.curate.search.said import words_said
from collection.errors import UsageError
from collection.spelling import did_you_mean, renamed_metric

BINS = 40


def histogram(snapshot: Snapshot, field: str, text: str = "", viewer: str | None = None) -> dict[str, Any]:
    """`edges` (n + 1) and `counts` (n) of a numeric field, or `words` and `counts`; `missing` have no value.

    The words of `is` are the states, those of `tag` and `reason` what curators wrote; an image may have several.

    The edges are those of all images, whatever the query, so that a brush does not move its own ground; percentiles
    go from 0 to 100. `constant`: all images have the same number. Raises UsageError for a field that has no values.
    """
    rows = find_rows(snapshot, text, viewer)
    labels = label_field(snapshot, field)
    if labels is not None:
        codes = labels.codes[rows]
        counts = np.bincount(codes[codes >= 0], minlength=len(labels.names))
        return {"words": list(labels.names), "counts": counts.tolist(), "missing": int((codes < 0).sum())}
    votes = snapshot.votes(viewer, viewer)
    if field.lower() == "is":
        masks = state_masks(snapshot, votes)
        return {"words": list(masks), "counts": [int(mask[rows].sum()) for mask in masks.values()], "missing": 0}
    if field.lower() in ("tag", "reason"):
        return _of_words(snapshot, field.lower(), rows, viewer)
    numbers = numeric_field(snapshot, field, votes)
    if numbers is None:
        near = renamed_metric(field) or did_you_mean(field, field_names(snapshot))
        raise UsageError(f'there is no field "{field}" with values', near or None)
    known = numbers[~np.isnan(numbers)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if field.endswith("%") or field.lower() == "score":
        low, high = 0.0, 100.0
    found = numbers[rows]
    there = found[~np.isnan(found)]
    counts, edges = np.histogram(there, bins=BINS, range=(low, high if high > low else low + 1))
    return {
        "edges": edges.tolist(), "counts": counts.tolist(), "missing": len(found) - len(there), "constant": low == high,
    }  # fmt: skip


def _of_words(snapshot: Snapshot, field: str, rows: Integers, viewer: str | None) -> dict[str, Any]:
    """All words that there are, so that none goes where a query leaves none, each with its images of the query."""
    asked = set(snapshot.images.ids[rows].tolist())
    found = words_said(snapshot, field, viewer)
    words = sorted(found, key=lambda word: (-len(found[word]), word.casefold()))
    return {"words": words, "counts": [len(found[word] & asked) for word in words], "missing": 0}
