"""What helps where a set has fewer images than tokens."""

from __future__ import annotations

from collection.project import Project
from collection.stages.judges import judges_of
from collection.values import amount


def shortage(project: Project) -> int:
    """How many tokens can have no image: less are there than the supply, without near-duplicates and rejected ones."""
    aside = {item.asset_id for item in project.store.duplicates()} | set(judges_of(project).criteria().rejected)
    return max(0, project.config.supply - len(set(project.store.numbers()) - aside))


def way_out(project: Project) -> str:
    """What the maker can do about it, for commands to hint at: plan more where the plan can, else what else helps."""
    from collection.judge.score import pending
    from collection.plan.derived_recipes import topped_up

    store, judges = project.store, judges_of(project)
    if store.plan_changes(project.plan.recipes):
        return "`collection plan` plans what collection.toml asks for, then run again"
    if unmade := store.count_unmade():
        return f"`collection generate` makes {amount(unmade, 'planned image')}, then run again"
    if unscored := len(pending(store, judges.scorers)):
        return f"`collection score` scores {amount(unscored, 'image')}, then run again"
    if topped_up(store, project.plan, judges.criteria().rejected):
        return "`collection top-up` plans more, then run again"
    aside, criteria = len(store.duplicates()), judges.criteria()
    excluded, rejected = len(criteria.excluded), len(criteria.rejected)
    causes = {
        amount(aside, "image is a near-duplicate", "images are near-duplicates"): aside,
        amount(excluded, "image is excluded by its issues", "images are excluded by their issues"): excluded,
        amount(rejected, "image is rejected", "images are rejected"): rejected,
    }
    told = " and ".join(cause for cause, count in causes.items() if count)
    ways = {
        "`collection lock NUMBER NUMBER` takes each that it names, near-duplicate or not": aside + excluded,
        "lower `phash_distance` or raise `cosine` in [dedupe] and run `collection dedupe`": aside,
        "shorten `exclude` in [select]": excluded,
        "`collection reject NUMBER --off` takes a rejection back": rejected,
        "raise `candidates`": len(store.planned_sha256s()),
        "`collection import` more images": 1,
    }
    listed = ", ".join(way for way, helps in ways.items() if helps)
    return f"{told}{': ' if told else ''}{listed}, or lower `supply`"
