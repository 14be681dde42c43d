"""Routes about images: the state of the app, which images a query means, and what is known of each."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response

from collection.curate.search.catalogue import Snapshot
from collection.curate.search.columns import MetricColumn
from collection.curate.search.find import field_names, find_rows, state_names
from collection.curate.search.histogram import histogram
from collection.curate.search.query import parse
from collection.curate.search.said import WRITTEN, others_words, words_said
from collection.curate.selection.vote_ranking import VOTES
from collection.errors import UsageError
from collection.judge.catalogue import better, metric_of
from collection.judge.issues import thresholds
from collection.store.percentiles import FEWEST
from collection.values import amount
from collection.web.image_json import detail_json, image_json, tells_others
from collection.web.routes.dependencies import LARGEST, App, Known, Number, Role, Text, You

router = APIRouter(prefix="/api")

MOST = 1000
"""Images whose details are told at once."""
IDS = "application/octet-stream"


@router.get("/state")
def state(app: App, you: You, role: Role, now: Known) -> dict[str, Any]:
    """All that a page must know before it shows the first image."""
    config = app.project.config
    limits = thresholds(config.score.issues)
    images, votes = now.images, now.votes(you, you)
    return {
        "project": {"title": config.title, "symbol": config.token_symbol, "supply": config.supply},
        "you": you,
        "role": role,
        "curators": list(app.curators),
        "counts": {
            "images": len(images),
            "reviewed": int(votes.voted.sum()),
            "picked": int((votes.flags > 0).sum()),
            "rejected": int((votes.flags < 0).sum()),
            "locked": int(votes.locked.sum()),
            "duplicates": int(now.selection.is_duplicate.sum()),
            "selected": len(app.now().selection.chosen),
            "with_issues": int(np.any(list(now.issues.values()), axis=0).sum()) if now.issues else 0,
        },
        "metrics": [
            {
                "name": name,
                "range": _range(metric),
                "better": better(name, now.context.ranking),
                "ranks": name in now.context.ranking,
                "defect": _defect(name, limits),
            }
            for name, metric in now.scores.metrics.items()
        ],
        "percentiles": {"fewest": FEWEST},
        "fields": field_names(now),
        "states": state_names(now),
        "issues": list(now.issues),
        "styles": list(images.styles),
        "traits": {name: list(labels.names) for name, labels in images.traits.items()},
        "series": list(images.series.names),
        "tags": sorted(words_said(now, "tag", you), key=str.casefold),
        "reasons": list(config.review.reasons),
        "published": app.publications.now().as_json(),
        "words": now.context.words is not None,
        "diversity": app.store.diversity(config.select.diversity),
        "views": app.saved_views(),
        "version": now.version,
    }


@router.get("/ids", response_class=JSONResponse)
def ids(app: App, you: You, role: Role, q: Text = "", accept: Annotated[str, Header()] = "") -> Response:
    """The numbers of the images that a query means, in its order; as uint32 little-endian where that is accepted."""
    now = app.counted() if VOTES in q else app.now()  # what answers say must be counted before it sorts
    now = app.sights.known(you, role, now)
    found = now.images.ids[find_rows(now, q, you)]
    app.sights.add(you, "others", _of_others(now, q, you, found.tolist()))
    if IDS in accept:
        headers = {"x-version": str(now.version)}
        return Response(found.astype("<u4").tobytes(), media_type=IDS, headers=headers)
    return JSONResponse({"ids": found.tolist(), "total": len(found), "version": now.version})


@router.get("/assets")
def assets(
    app: App, you: You, now: Known, ids: Annotated[str, Query(max_length=20_000)], others: bool = True
) -> dict[str, Any]:
    """Some images as a grid shows them: `ids=1,2,3`, at most 1000; numbers without an image are left out.

    With `others` also what the others said of those that you have voted on, which is remembered as seen.
    """
    numbers = _numbers(ids)
    rows = [now.images.rows[number] for number in numbers if number in now.images.rows]
    published = app.publications.now()
    found = [image_json(now, row, you, others=others) for row in rows]
    for item in found:
        item |= published.of(item["id"])
    app.sights.add(you, "others", (item["id"] for item in found if tells_others(item)))
    return {"assets": found, "version": now.version}


@router.get("/assets/{number}")
def asset(app: App, you: You, now: Known, number: Number) -> dict[str, Any]:
    """All that is known of one image."""
    found = detail_json(app, now, number, you)
    app.sights.add(you, "others", [number] if tells_others(found) else [])
    return found


@router.get("/histogram")
def field_histogram(you: You, now: Known, field: Text, q: Text = "") -> dict[str, Any]:
    """How a field is spread over the images of a query: edges and counts, or words and counts."""
    return histogram(now, field, q, you)


def _of_others(now: Snapshot, query: str, you: str, found: Collection[int]) -> Collection[int]:
    """The images of an answer of which it says what others said."""
    terms = parse(query).terms
    named = {term.value for term in terms if term.field.lower() == "by"}
    if named - {you} or any((term.field.lower(), term.value.lower()) == ("is", "contested") for term in terms):
        return found
    if any(term.field.lower() in WRITTEN for term in terms):
        return others_words(now, you).intersection(found)
    return ()


def _defect(name: str, limits: Mapping[str, float]) -> dict[str, Any] | None:
    """What is a defect of a metric, and from where on."""
    metric = metric_of(name)
    defect = metric.defect if metric else None
    if defect is None:
        return None
    return {"issue": defect.issue, "side": defect.side, "threshold": limits[defect.issue], "says": defect.says}


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) < 17 and int(part) <= LARGEST for part in parts):
        raise UsageError(f"ids: {text[:40]!r} is no list of numbers", "ids=1,2,3")
    if len(parts) > MOST:
        raise UsageError(f"ids: {amount(len(parts), 'image')}", f"ask for {MOST} at most at once")
    return list(dict.fromkeys(map(int, parts)))


def _range(metric: MetricColumn) -> list[float | None]:
    low, high = float(np.nanmin(metric.values)), float(np.nanmax(metric.values))
    return [None if math.isnan(value) else value for value in (low, high)]
