"""Plan: collection.toml becomes recipes, one for every image to make, before any is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collection.project import Project
from collection.stages.report import Report, bytes_of
from collection.stages.stated import check_stated
from collection.values import Progress, Recipe, amount, silent

if TYPE_CHECKING:
    from collection.plan.forecast import Forecast, PlannedRarity


@dataclass(frozen=True, slots=True)
class PlanStage:
    """Makes the configuration's recipes the plan."""

    anyway: bool = False
    """Plan traits too that the generator does not paint."""
    name: ClassVar[str] = "plan"
    unit: ClassVar[str] = "change"

    def pending(self, project: Project) -> int:
        """Recipes that the configuration asks for and the plan lacks, or the other way round."""
        return project.store.plan_changes(project.plan.recipes)

    def notes(self, project: Project) -> list[str]:
        """What there is to know of the plan before it is made."""
        return check_stated(project, project.plan.recipes).notes

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Plan; raises ConfigError or UsageError, with nothing planned, for what the generator would refuse later, and
        for new traits that its pictures would state and not show (unless `anyway`)."""
        from collection.generate.registry import check_generator

        config, recipes = project.config, project.plan.recipes
        check_generator(config)
        stated = check_stated(project, recipes)
        if not self.anyway and self.pending(project):
            stated.refuse()
        keep_references(project)
        added, retired = project.store.replace_plan(recipes)
        line = f"{amount(len(recipes), 'recipe')}, {amount(len(config.styles), 'style')}, {len(config.series)} series"
        changed = [f"{added} new"] if added else []
        changed += [f"{retired} of an earlier plan retired"] if retired else []
        details = {"planned": len(recipes), "added": added, "retired": retired, **stated.as_json()}
        return Report("plan", f"{line} ({', '.join(changed) or 'nothing new'})", details, notes=stated.notes)


def keep_references(project: Project) -> None:
    """Put the reference pictures of every style among the files, where recipes name them by SHA-256."""
    for table in project.config.styles.values():
        for picture in table.pictures(project.folder):
            project.files.add(picture.read_bytes())


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """What a plan holds and what it takes."""

    series: Mapping[str, int]
    """Images of each series."""
    prompts: Mapping[str, int]
    """Ways to write the prompt of each series."""
    combinations: tuple[int, bool] | None
    """Combinations of traits that the rules leave, and whether all were counted; None where there are no traits."""
    rarity: Sequence[PlannedRarity]
    forecast: Forecast
    examples: Sequence[Recipe]

    @property
    def takes(self) -> list[tuple[str, str]]:
        """Time, disk and gas, in words."""
        takes, seconds = self.forecast, self.forecast.seconds
        time = "unknown" if seconds is None else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
        return [
            ("time", f"{time} ({takes.seconds_source})"),
            ("disk", f"{bytes_of(takes.bytes)} ({takes.bytes_source})"),
            ("gas", f"{takes.gas:,} to deploy and mint ({takes.gas_source})"),
        ]

    def as_json(self) -> dict[str, Any]:
        """The same in JSON values."""
        total, exact = self.combinations or (0, True)
        traits = {"combinations": total, "combinations_exact": exact} if self.combinations else {}
        return {
            "series": dict(self.series), "prompts": dict(self.prompts), **traits,
            "rarity": [asdict(item) for item in self.rarity], "forecast": asdict(self.forecast),
            "examples": [recipe.as_json() for recipe in self.examples],
        }  # fmt: skip


def preview_plan(project: Project, examples: int = 0) -> PlanPreview:
    """What the configuration's plan holds and takes, with so many of its recipes; nothing is written."""
    from collection.chain.gas import gas_of
    from collection.plan.forecast import forecast, rarity_table

    plan, config = project.plan, project.config
    recipes, count = plan.recipes, min(examples, len(plan.recipes))
    combinations = plan.combinations if config.traits else None
    return PlanPreview(
        dict(zip((series.name for series in config.series), plan.counts, strict=True)),
        {name: wanted.prompt.count for name, wanted in plan.wants.items()},
        (combinations.total, combinations.exact) if combinations else None,
        rarity_table(plan),
        forecast(config, recipes, *project.store.measured(), gas=gas_of(config.supply)),
        [recipes[place * len(recipes) // count] for place in range(count)],
    )


def described(recipe: Recipe) -> str:
    """A recipe in one line."""
    blend = " + ".join(f"{weight:g} {name}" for name, weight in recipe.blend.weights.items())
    traits = ", ".join(f"{name} {value}" for name, value in sorted(recipe.traits.items()))
    options = ", ".join(f"{name} {value}" for name, value in recipe.options.items())
    parts = (f'"{recipe.prompt}"', blend, traits, f"{recipe.width} x {recipe.height}", options)
    return f"{recipe.series}, seed {recipe.seed}: " + "; ".join(part for part in parts if part)
