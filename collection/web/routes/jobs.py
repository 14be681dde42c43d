"""Routes to jobs: start one, see how far it is, stop it. The jobs themselves run in collection/web/jobs.py."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from collection.web.image_json import row_of
from collection.web.routes.dependencies import LARGEST, OWNER, App, Number, You

router = APIRouter(prefix="/api/jobs")

Image = Annotated[int, Field(ge=1, le=LARGEST)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _JobRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Plain(_JobRequest):
    """The pending work of a stage; refill first plans the missing images."""

    kind: Literal["top-up", "generate", "score", "dedupe", "select", "learn"]


class Reroll(_JobRequest):
    """Other images in place of these: same series and traits, another seed."""

    kind: Literal["reroll"]
    images: Annotated[list[Image], Field(min_length=1, max_length=1000)]


class Breed(_JobRequest):
    """Children of two images."""

    kind: Literal["breed"]
    images: Annotated[list[Image], Field(min_length=2, max_length=2)]
    children: Annotated[int, Field(ge=1, le=1000)] = 4
    mutation: Probability = 0.1
    immigration: Probability = 0.2


class Variations(_JobRequest):
    """Image-to-image over strengths and seeds, from an image of a diffusion model."""

    kind: Literal["variations"]
    image: Image
    strengths: Annotated[list[Probability], Field(min_length=1, max_length=10)] = [0.3, 0.6]
    seeds: Annotated[list[Annotated[int, Field(ge=0, le=LARGEST)]], Field(min_length=1, max_length=100)] = [0, 1]


@router.get("")
def jobs(app: App) -> dict[str, Any]:
    """The jobs since the review was opened, the newest first."""
    return {"jobs": [asdict(job) for job in app.jobs.all()]}


@router.post("", dependencies=[OWNER])
def start(
    app: App, you: You, request: Annotated[Plain | Reroll | Breed | Variations, Field(discriminator="kind")]
) -> dict[str, Any]:
    """Begin a job; one at a time."""
    options, now = request.model_dump(), app.now()
    for number in [*options.get("images", []), *([options["image"]] if "image" in options else [])]:
        row_of(now, number)
    return {"job": asdict(app.jobs.start(options.pop("kind"), options, you))}


@router.delete("/{number}", dependencies=[OWNER])
def cancel(app: App, number: Number) -> dict[str, Any]:
    """Stop a job; what it has made is kept."""
    return {"job": asdict(app.jobs.cancel(number))}
