"""Mismatches: images that do not show a trait that was planned, as their generators report or an encoder sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from collection.errors import UsageError
from collection.project import Project
from collection.stages.judges import judges_of
from collection.stages.report import Report
from collection.stages.stated import GeneratorTraits
from collection.values import amount

if TYPE_CHECKING:
    from collection.judge.set_metrics.trait_match import Mismatch


def mismatched(project: Project) -> tuple[Sequence[Mismatch], Report]:
    """The images that do not show a planned trait: first what their generators report, then what the encoder sees.

    Raises UsageError where neither can tell: no image's generator reports its traits, and the encoder has no text
    tower.
    """
    from collection.judge.set_metrics.trait_match import mismatches

    found, told = reported_mismatches(project)
    notes = []
    try:
        seen = mismatches(project.store, judges_of(project).scorers.encoder)
    except UsageError as error:
        if not told:
            raise
        seen, notes = [], [f"only what generators report was compared: {error.message}"]
    known = {(item.asset.id, item.trait) for item in found}
    found += [item for item in seen if (item.asset.id, item.trait) not in known]
    line = f"{amount(len({item.asset.id for item in found}), 'image')} with a trait that the picture does not show"
    listed = [
        {
            "image": item.asset.id, "trait": item.trait, "planned": item.planned, "probability": item.probability,
            "seen": item.seen, "seen_probability": item.seen_probability, "by": item.by,
        }
        for item in found
    ]  # fmt: skip
    return found, Report("score", line, {"mismatches": listed}, notes=notes)


def reported_mismatches(project: Project) -> tuple[list[Mismatch], int]:
    """What generators report against the plan, by image and trait; and of how many images they tell anything."""
    from collection.judge.set_metrics.trait_match import Mismatch

    traits, assets = GeneratorTraits(project), project.store.assets()
    found = [
        Mismatch(asset, item.trait, item.stated, 0.0, item.shown, 1.0, "generator")
        for asset in assets
        for item in traits.contradictions(asset)
    ]
    return found, sum(traits.told(asset) for asset in assets)
