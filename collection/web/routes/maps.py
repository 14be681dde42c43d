"""Routes to the maps of all images: where each is, which are alike, and what they can be coloured by."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request

from collection.curate.projection.names import METHODS
from collection.curate.search.catalogue import Snapshot
from collection.curate.search.columns import Integers, Mask
from collection.curate.search.find import label_field, numeric_field
from collection.curate.search.lasso import UNIT
from collection.curate.search.said import words_said
from collection.errors import UsageError
from collection.values import silent
from collection.web.mapping import ImageMap
from collection.web.review_app import ReviewApp
from collection.web.routes.dependencies import DECIDES, App, Known, Text, You

router = APIRouter(prefix="/api/map")

FINE = 10
"""Steps of a place in a thousandth of the map's side."""
Method = Annotated[Text, Query(max_length=20)]
Vectors = Annotated[Text, Query(max_length=200)]
Asker = Annotated[Text, Query(max_length=40)]


@router.get("")
def image_map(
    request: Request, app: App, you: You, method: Method = "tsne", vectors: Vectors = "", asker: Asker = ""
) -> dict[str, Any]:
    """The map: `ids`, and of each `x` and `y` (0 to 10,000) and `cluster`; laid out now where it never was.

    `vectors` is one of those that the answer names; empty: those of the project's encoder. Clusters say how many images
    they have, where their middle is and what most of them share.
    """
    return _told(request, app, you, method, vectors, asker)


@router.post("", dependencies=[DECIDES])
def lay_out_anew(
    request: Request, app: App, you: You, method: Method = "tsne", vectors: Vectors = "", asker: Asker = ""
) -> dict[str, Any]:
    """Lay a map out again: images that came since then stand beside the most alike ones until this is asked for."""
    return _told(request, app, you, method, vectors, asker, anew=True)


@router.get("/colours")
def colours(app: App, you: You, now: Known, by: Text, method: Method = "tsne", vectors: Vectors = "") -> dict[str, Any]:
    """What each image of a map is coloured by, in its order: `values` of a numeric field with their `range`, or places
    in `words`; None or -1 where an image has none.

    `by` is a field of queries, `flag` (yours) or `flag:NAME`, of another curator's flags as far as you may see them.
    """
    known = app.maps.vectors(now)
    found = app.maps.map(now, method, vectors or next(iter(known), ""), silent)
    rows = np.array([now.images.rows[number] for number in found.ids if number in now.images.rows], dtype=np.int64)
    if by == "flag" or by.startswith("flag:"):
        return _flags(app, now, rows, you, by.removeprefix("flag").removeprefix(":") or you)
    if (labels := label_field(now, by)) is not None:
        return {"words": labels.names, "values": labels.codes[rows].tolist()}
    numbers = numeric_field(now, by, now.votes(you, you))
    if numbers is None:
        raise UsageError(f'nothing can be coloured by "{by}"', "score, a metric, style.NAME, series, a trait, or flag")
    wanted = numbers[rows]
    there = wanted[~np.isnan(wanted)]
    span = [float(there.min()), float(there.max())] if len(there) else [0.0, 1.0]
    return {"range": span, "values": [None if np.isnan(value) else round(float(value), 4) for value in wanted]}


def _flags(app: ReviewApp, now: Snapshot, rows: Integers, you: str, who: str) -> dict[str, Any]:
    flags = now.votes(who, you).flags[rows]
    if who != you:
        app.sights.add(you, "others", now.images.ids[rows[flags != 0]].tolist())
    return {"words": ["rejected", "no flag", "picked"], "values": (flags + 1).tolist()}


def _told(
    request: Request, app: ReviewApp, you: str, method: str, vectors: str, asker: str, *, anew: bool = False
) -> dict[str, Any]:
    now = app.now()
    known = list(app.maps.vectors(now))
    if not known:
        raise UsageError("no image has a vector yet", "`collection score` gives them; the view Work starts it")
    vectors = vectors or known[0]
    found = app.maps.map(now, method, vectors, request.app.state.broadcaster.choosing(asker), anew=anew)
    places = np.round(found.places * UNIT * FINE).astype(int)
    return {
        "method": method, "vectors": vectors, "methods": METHODS, "known": known, "ids": found.ids,
        "x": places[:, 0].tolist(), "y": places[:, 1].tolist(), "cluster": found.clusters.tolist(),
        "clusters": _clusters(now, found, you),
    }  # fmt: skip


def _clusters(now: Snapshot, found: ImageMap, you: str) -> list[dict[str, Any]]:
    """Of each cluster its size, its middle, the tag of most of its images, and what else most of them share."""
    ids = np.array(found.ids)
    rows = np.array([now.images.rows.get(number, -1) for number in found.ids], dtype=np.int64)
    tags = {tag: np.isin(ids, list(numbers)) for tag, numbers in words_said(now, "tag", you).items()}
    told = []
    for number in range(int(found.clusters.max(initial=-1)) + 1):
        members = found.clusters == number
        middle = np.median(found.places[members], axis=0) * UNIT * FINE
        named = max(tags, key=lambda tag: int((tags[tag] & members).sum()), default="")
        most = bool(named) and (tags[named] & members).sum() * 2 > members.sum()
        told.append({
            "count": int(members.sum()), "x": int(middle[0]), "y": int(middle[1]),
            "tag": named if most else "", "shares": _shared(now, rows, members),
        })  # fmt: skip
    return told


def _shared(now: Snapshot, rows: Integers, members: Mask) -> str:
    """The trait or series that most of a cluster's images have and few others; empty where there is none."""
    best, word = 1.3, ""
    for labels in (*now.images.traits.values(), now.images.series):
        codes = labels.codes[rows]
        inside = codes[members]
        if not (inside >= 0).any():
            continue
        code = int(np.bincount(inside[inside >= 0]).argmax())
        share, everywhere = float((inside == code).mean()), float((codes == code).mean())
        if share >= 0.6 and share / everywhere > best:
            best, word = share / everywhere, labels.names[code]
    return word
