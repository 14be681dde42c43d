"""Latent: pictures are projected into a model's latent space, and directions in it are learned from images."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import NotEnoughVotesError, UsageError
from collection.project import Project
from collection.stages.report import Report
from collection.values import Progress, Recipe, amount, silent

if TYPE_CHECKING:
    from collection.generate.latent.model import LatentModel
    from collection.judge.learned_preference import Numbers
    from collection.judge.votes import Vote

FOLDER = "latents"
"""In the project's folder: points and directions."""
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,62}")


def project_picture(
    project: Project, picture: Path, name: str, *, named: str = "", progress: Progress = silent
) -> Report:
    """Find the point whose picture comes nearest to a picture file, and keep it as latents/NAME.json.

    `named` is the class, where it is to be fixed. Raises UsageError for a project of another generator, a class that
    the model has not, and a model without gradients.
    """
    from collection.generate.latent.point_files import MOST, write_vector
    from collection.generate.latent.projection import project as nearest_point
    from collection.pictures.files import decode_image

    model, path = _model_of(project), _path(project, name)
    image = project.config.image
    pixels = decode_image(picture.read_bytes(), picture)
    found = nearest_point(pixels, model, (image.width, image.height), named=named, progress=progress)
    if found.point.numel() > MOST:
        raise UsageError(
            f"a point at {image.width}x{image.height} has {found.point.numel():,} numbers; a style carries {MOST:,}",
            "lower size in [image]",
        )
    write_vector(path, "point", model.weights, found.point.flatten().tolist(), found.classes, f"of {picture.name}")
    place = path.relative_to(project.folder).as_posix()
    classes = f", {_shares(found.classes)}" if found.classes else ""
    line = f"{picture.name} is at {place} (mean squared error {found.error:.4f}{classes})"
    details = {"point": place, "error": round(found.error, 6), "classes": found.classes}
    return Report("latent", line, details, hint=f'[styles.{name}] latent = "{place}" draws near it')


def learn_direction(project: Project, name: str, *, trait: str | None = None, curator: str | None = None) -> Report:
    """Learn the direction in which a trait ("Class=apple"), or what curators (or one) like, grows, from the images of
    the project's model, and keep it as latents/NAME.json.

    Raises UsageError for a trait that no image has, or all have, and NotEnoughVotesError where images held out do not
    show that anything was learned.
    """
    import numpy as np

    from collection.generate.latent.point_files import write_vector
    from collection.judge.held_out import proven_preference

    model, path = _model_of(project), _path(project, name)
    recipes = _recipes(project)
    rows = {number: row for row, number in enumerate(recipes)}
    votes = _votes_by_trait(project, rows, trait) if trait else _votes_of_curators(project, rows, curator)
    subject = trait or (f"what {curator} likes" if curator else "what curators like")
    if not votes:
        raise NotEnoughVotesError(f"nothing was said of {subject}", "review images first, or name a --trait")
    learned, trial = proven_preference([_points(model, recipes)], votes, None)
    direction = learned.weights[0] / max(float(np.linalg.norm(learned.weights[0])), 1e-12)
    write_vector(path, "direction", model.weights, direction.tolist(), {}, subject)
    place = path.relative_to(project.folder).as_posix()
    right = f"right on {trial.learned.right} of {trial.learned.votes} held out, chance on {trial.chance:.0%}"
    line = f"{subject} grows along {place}: {amount(len(votes), 'example')}, {right}"
    details = {
        "direction": place,
        "examples": len(votes),
        "right": trial.learned.right,
        "held_out": trial.learned.votes,
    }
    return Report("latent", line, details, hint=f'[styles.{name}] latent_direction = "{place}" moves images along it')


def _model_of(project: Project) -> LatentModel:
    from collection.generate.latent.manifest import find_model
    from collection.generate.latent.model import open_model
    from collection.generate.latent.plugin import LatentGenerator

    table = project.config.generator
    if not isinstance(table, LatentGenerator):
        raise UsageError(f"{table.use} has no latent space", 'set use = "latent" and a model in [generator]')
    return open_model(find_model(table.model, project.folder))


def _path(project: Project, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a file", "take letters, digits, dots and dashes")
    return project.folder / FOLDER / f"{name}.json"


def _recipes(project: Project) -> dict[int, Recipe]:
    """The recipes of the images that the project's model made at the project's size, by number."""
    template = next(iter(project.plan.recipes)) if project.plan.recipes else None
    if template is None:
        raise UsageError("nothing is planned", "`collection run` makes images to learn from")
    key = (template.generator, template.model, template.width, template.height)
    return {
        asset.id: asset.recipe
        for asset in project.store.assets()
        if asset.recipe and (asset.recipe.generator, asset.recipe.model, asset.recipe.width, asset.recipe.height) == key
    }


def _points(model: LatentModel, recipes: Mapping[int, Recipe]) -> Numbers:
    """(n, latent) of the images, in the order of `recipes`."""
    import numpy as np

    from collection.generate.latent.points import place_of

    found = [place_of(recipe, model).point.flatten().numpy() for recipe in recipes.values()]
    if not found:
        raise UsageError("this model has made no image yet", "`collection generate` makes them")
    return np.stack(found).astype(np.float64)


def _votes_by_trait(project: Project, rows: Mapping[int, int], trait: str) -> list[Vote]:
    from collection.judge.votes import Verdict

    name, sign, value = trait.partition("=")
    if not sign or not name or not value:
        raise UsageError(f"--trait {trait}: a trait is NAME=VALUE", "as in --trait Class=food")
    told = {asset.id: asset.traits for asset in project.store.assets() if asset.id in rows}
    said = {number: traits[name] for number, traits in told.items() if name in traits}
    having = [number for number, found in said.items() if found == value]
    if not having or len(having) == len(said):
        how_many = "every" if having else "no"
        raise UsageError(f"{how_many} image that has a {name} has {trait}", "name a value that some have and some not")
    return [Verdict(rows[number], found == value) for number, found in said.items()]


def _votes_of_curators(project: Project, rows: Mapping[int, int], curator: str | None) -> list[Vote]:
    from collection.stages.learned_preference import votes_of

    return votes_of(project.store, rows, curator)


def _shares(classes: Mapping[str, float]) -> str:
    best = sorted(classes.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{name} {share:.0%}" for name, share in best)
