"""Plan: collection.toml becomes recipes, one for every image to make, before any is made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import CollectionError, UsageError
from collection.project import Project
from collection.stages.report import Report, bytes_of
from collection.stages.stated import StatedCheck, check_stated
from collection.values import Progress, Recipe, amount, silent

if TYPE_CHECKING:
    from collection.plan.forecast import Forecast, PlannedRarity


@dataclass(frozen=True, slots=True)
class PlanStage:
    """Makes the configuration's recipes the plan."""

    anyway: bool = False
    """Plan traits too that the generator does not paint."""
    yes: bool = False
    """Set aside images too that are selected or frozen."""
    name: ClassVar[str] = "plan"
    unit: ClassVar[str] = "change"

    def pending(self, project: Project) -> int:
        """Recipes that the configuration asks for and the plan lacks, or the other way round."""
        return project.store.plan_changes(project.plan.recipes)

    def notes(self, project: Project) -> list[str]:
        """What there is to know of the plan before it is made."""
        leaving = self.leaving(project)
        return [*_remarks(project), *check_stated(project, project.plan.recipes).notes, *leaving.notes]

    def leaving(self, project: Project) -> Leaving:
        """The images that the plan would set aside."""
        numbers = project.store.leaving_images(project.plan.recipes)
        chosen = {item.asset_id for item in project.store.selection()}
        frozen = {token.asset.id for token in project.store.tokens()}
        minted = project.store.counts()["minted"] if frozen else 0
        return Leaving(
            numbers, len(chosen & set(numbers)), len(frozen & set(numbers)), bool(minted and frozen & set(numbers))
        )

    def refusal(self, project: Project) -> CollectionError | None:
        """Why `run` would not plan what is pending: traits that are not painted, images that are selected or frozen."""
        try:
            self._refuse(project)
        except CollectionError as error:
            return error
        return None

    def foreseen(self, project: Project) -> CollectionError | None:
        """Why `run` would plan nothing, also by the generator's own check, which loads its model; nothing is written.

        Scripts are checked by running copies that `run` keeps: theirs is left out.
        """
        from collection.generate.registry import GENERATORS

        try:
            self._refuse(project)
            plugin, recipes = GENERATORS.get(project.config.generator.use), project.plan.recipes
            if not any(plugin.files(recipe, project.names) for recipe in recipes):
                project.generator.check(recipes)
        except CollectionError as error:
            return error
        return None

    def _refuse(self, project: Project) -> tuple[StatedCheck, Leaving]:
        """Raise what `run` raises before it changes anything; returns what it has to say."""
        from collection.generate.registry import check_generator
        from collection.judge.settings import refuse_unknown

        check_generator(project.config)
        if self.pending(project):
            refuse_unknown(project.config.score, project.folder)
        stated, leaving = check_stated(project, project.plan.recipes), self.leaving(project)
        if not self.anyway and self.pending(project):
            stated.refuse()
        if not self.yes:
            leaving.refuse()
        return stated, leaving

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Plan; raises ConfigError or UsageError, with nothing planned, for what the generator would refuse later, for
        new traits that its pictures would state and not show (unless `anyway`), and where images that are selected or
        frozen would be set aside (unless `yes`)."""
        config, recipes = project.config, project.plan.recipes
        stated, leaving = self._refuse(project)
        keep_scripts(project)  # the check runs them
        told = project.generator.check(recipes)
        keep_pictures(project)
        added, retired = project.store.replace_plan(recipes)
        line = f"{amount(len(recipes), 'recipe')}, {amount(len(config.styles), 'style')}, {len(config.series)} series"
        changed = [f"{added} new"] if added else []
        changed += [f"{retired} of an earlier plan retired"] if retired else []
        notes = [*_remarks(project), *stated.notes, *leaving.notes, *told]
        details = {
            "planned": len(recipes), "added": added, "retired": retired, "set_aside": [*leaving.images],
            **stated.as_json(), "notes": notes,
        }  # fmt: skip
        return Report("plan", f"{line} ({', '.join(changed) or 'nothing new'})", details, notes=notes)


@dataclass(frozen=True, slots=True)
class Leaving:
    """The images that a changed configuration sets aside. Their files stay, and a change taken back finds them."""

    images: Sequence[int]
    """Their numbers."""
    selected: int
    """How many of them are selected."""
    frozen: int
    """How many of them are tokens of the frozen set."""
    minted: bool
    """Whether that set is minted, or some of it."""

    @property
    def line(self) -> str:
        """The same in words."""
        precious = [f"{self.selected} of them selected"] if self.selected else []
        precious += [f"{self.frozen} {'minted' if self.minted else 'frozen'}"] if self.frozen else []
        said = f" ({' and '.join(precious)})" if precious else ""
        return f"{amount(len(self.images), 'image')}{said}"

    @property
    def notes(self) -> list[str]:
        """What happens to them."""
        if not self.images:
            return []
        return [f"set aside by the changed configuration: {self.line}; taking the change back brings them back"]

    def refuse(self) -> None:
        """Raise UsageError where some of them are selected or frozen."""
        if self.selected or self.frozen:
            raise UsageError(
                f"collection.toml has changed so that {self.line} would be set aside",
                "take the change back, or: collection plan --yes",
            )


def _remarks(project: Project) -> list[str]:
    from collection.chain.networks import lacking
    from collection.plan.remarks import long_seeds, remarks, without_images

    config, plan = project.config, project.plan
    unread = [f"a wildcard file is left out: {why}" for why in plan.wildcards.unreadable]
    remarked = [*without_images(config, plan.counts), *remarks(config, plan.domain), *long_seeds(config)]
    return [*remarked, *unread, *lacking(config)]


def keep_scripts(project: Project) -> None:
    """Put what recipes of the plan run, and name by SHA-256, among the project's files, where its generator has any."""
    from collection.generate.registry import GENERATORS

    plugin = GENERATORS.get(project.config.generator.use)
    for data, suffix in {file for recipe in project.plan.recipes for file in plugin.files(recipe, project.names)}:
        project.files.add(data, suffix)


def keep_pictures(project: Project) -> None:
    """Put the files of styles and the pictures of the generator among the files, where recipes name them by SHA-256.

    Pictures of styles, of any format, lie there as .png, as all pictures do, and networks as .safetensors.
    """
    for table in project.config.styles.values():
        for path in table.pictures(project.folder):
            suffix = path.suffix.lower()
            project.files.add(path.read_bytes(), suffix if suffix == ".safetensors" else ".png")
    for path in project.config.generator.pictures():
        project.files.add(path.read_bytes(), path.suffix.lower())


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
    numeric: Collection[str]
    """The traits whose values are numbers."""
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
    from collection.stages.reveal import kind_of

    plan, config = project.plan, project.config
    recipes, count = plan.recipes, min(examples, len(plan.recipes))
    combinations = plan.combinations if config.traits else None
    return PlanPreview(
        dict(zip((series.name for series in config.series), plan.counts, strict=True)),
        {name: wanted.prompt.count for name, wanted in plan.wants.items()},
        (combinations.total, combinations.exact) if combinations else None,
        rarity_table(plan),
        [name for name, trait in config.traits.items() if trait.numbers],
        forecast(config, recipes, *project.store.measured(), gas=gas_of(config.supply, kind_of(project).artifact.name)),
        [recipes[place * len(recipes) // count] for place in range(count)],
    )


def described(recipe: Recipe) -> str:
    """A recipe in one line."""
    blend = " + ".join(f"{weight:g} {name}" for name, weight in recipe.blend.weights.items())
    traits = ", ".join(f"{name} {value}" for name, value in sorted(recipe.traits.items()))
    options = ", ".join(f"{name} {value}" for name, value in recipe.options.items())
    parts = (f'"{recipe.prompt}"', blend, traits, f"{recipe.width} x {recipe.height}", options)
    return f"{recipe.series}, seed {recipe.seed}: " + "; ".join(part for part in parts if part)
