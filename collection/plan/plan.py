"""The plan: one recipe for every image to make, before any is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import islice

from collection.config import Config, Image, Series
from collection.config.conditions import SERIES
from collection.config.planning import OneOfOne
from collection.errors import ConfigError
from collection.plan.axes import COSTS, Point, axis_points
from collection.plan.combinations import Combinations
from collection.plan.domain import TraitDomain
from collection.plan.prompts import Prompt, Wildcards
from collection.plan.seeds import RandomStream, derived_seed, image_seed, image_seeds
from collection.plan.series import artist_tokens, series_goals, series_images, series_tokens
from collection.plan.tokens import DrawnTokens, broken_by, draw_tokens
from collection.plan.wildcards import Files
from collection.values import ARTIST, QuotaCell, Recipe, StyleBlend

Traits = Mapping[str, str]


def plan(config: Config, wildcards: Files | None = None) -> list[Recipe]:
    """The recipes of a collection; see `Plan`. The same arguments give the same list for ever.

    `wildcards` maps the names that prompts write as __name__ to what stands in their files.
    """
    return Plan(config, wildcards or {}).recipes


class Plan:
    """What a configuration asks for, worked out. Raises ConfigError or UsageError for what cannot be.

    Traits are drawn for the tokens, so that their quotas are exact; a candidate is an image of one token's traits.
    The first candidates of a series are one for each of its tokens, and further ones go through its tokens again:
    with n candidates a token has n / supply of them, rounded up or down, and whoever chooses one of each has met
    every quota. The n-th candidate of a series has its seed by (collection seed, series name, n), and what its prompt
    draws by the same: more candidates, another series or another order of series leave the images that there are as
    they are (unless the series' share of the tokens changes, and with it their traits).
    """

    def __init__(self, config: Config, wildcards: Files, portable: Callable[[Recipe], Recipe] | None = None) -> None:
        """`portable` gives recipes names in the place of paths of this machine."""
        self.config = config
        self._portable = portable or (lambda recipe: recipe)
        self.wildcards = files = Wildcards(wildcards)
        self.wants: dict[str, _Wishes] = {}
        for number, series in enumerate(config.series, 1):
            self.wants[series.name] = _Wishes(config, f"series.{number}", series, files)
        for number, one in enumerate(config.one_of_ones, 1):
            self.wants[one.name] = _Wishes(config, f"one_of_ones.{number}", one, files)

    @cached_property
    def drawn(self) -> DrawnTokens:
        """The traits of every token that is not a one-of-one, in random order, and what they were drawn from."""
        return draw_tokens(self.config)

    @property
    def domain(self) -> TraitDomain:
        """The traits, their quotas over the tokens, and what the rules forbid."""
        return self.drawn.domain

    @property
    def combinations(self) -> Combinations:
        """How many combinations of traits the rules leave."""
        return self.drawn.combinations

    @cached_property
    def traits(self) -> list[Traits]:
        """The traits of every token that is not a one-of-one, in random order."""
        return [{name: value for name, value in token.items() if name != SERIES} for token in self.drawn.named]

    @cached_property
    def dealt(self) -> dict[str, list[Traits]]:
        """The traits of each artist's tokens by the shares of [select]; without shares, of all tokens under "".

        Raises ConfigError where an artist's series make fewer images than the artist is to have tokens.
        """
        counts = artist_tokens(self.config)
        if self.domain.series is None:
            left = iter(self.traits)
            return {artist: list(islice(left, count)) for artist, count in counts.items()}
        found: dict[str, list[Traits]] = {artist: [] for artist in counts}
        for token, traits in zip(self.drawn.named, self.traits, strict=True):
            found[self.config.owners.get(token[SERIES], "")].append(traits)
        return found

    @property
    def artists(self) -> dict[str, int]:
        """How many tokens, one-of-ones aside, each artist is to have; empty where there are no shares."""
        return {artist: len(tokens) for artist, tokens in self.dealt.items()} if self.config.select.shares else {}

    @cached_property
    def cells(self) -> Counter[QuotaCell]:
        """How many tokens of each kind there are to be; empty where the configuration knows one kind only."""
        if not self.config.traits and not self.config.one_of_ones and not self.config.select.shares:
            return Counter()
        ones = [(one.name, tuple(sorted(one.traits.items()))) for one in self.config.one_of_ones]
        return Counter([("", _kind(traits, artist)) for artist, dealt in self.dealt.items() for traits in dealt] + ones)

    def cell_of(self, recipe: Recipe) -> QuotaCell:
        """The kind of token that the image of a recipe can become."""
        if not self.cells:
            return "", ()
        if any(recipe.series == one.name for one in self.config.one_of_ones):
            return recipe.series, _kind(recipe.traits)
        return "", _kind(recipe.traits, self.config.owners.get(recipe.series, ""))

    def cell_of_traits(self, features: Mapping[str, str]) -> QuotaCell:
        """The kind of token that an imported image can become, by what is told of it."""
        known = [*self.config.traits, *([ARTIST] if self.config.select.shares else [])] if self.cells else []
        return "", _kind({name: value for name, value in features.items() if name in known})

    @property
    def goals(self) -> dict[QuotaCell, int]:
        """How many tokens each kind is to give: by quotas where there are any, else by the shares of the series."""
        if self.cells:
            return dict(self.cells)
        return {(name, ()): count for name, count in series_goals(self.config).items()}

    def kind_of(self, recipe: Recipe) -> QuotaCell:
        """Which of the `goals` the image of a recipe serves."""
        return self.cell_of(recipe) if self.cells else (recipe.series, ())

    @cached_property
    def counts(self) -> list[int]:
        """Images of each series, in the file's order."""
        return list(series_images(self.config).values())

    @cached_property
    def recipes(self) -> list[Recipe]:
        """Every image to make: series by series, the one-of-ones last."""
        found: list[Recipe] = []
        if not self.config.images:
            return found
        for series, count, tokens in zip(self.config.series, self.counts, self._tokens(), strict=True):
            points = axis_points(series.axes) or [{}] * count
            seeds = image_seeds(self.config.seed, series.name)
            for number, (point, seed) in enumerate(zip(points, seeds, strict=False)):
                traits = tokens[number % len(tokens)] if tokens else {}
                found.append(self._recipe(series, seed, point, traits))
        for one in self.config.one_of_ones:
            seed = image_seed(self.config.seed, one.name, 0) if one.seed is None else one.seed
            found.append(self._recipe(one, seed, {}, one.traits))
        return found

    def _tokens(self) -> list[list[Traits]]:
        """The traits of each series' tokens; a series too small to have a token goes through those of its artist."""
        owners, found = self.config.owners, dict[str, list[Traits]]()
        if self.domain.series is None:
            dealt = {artist: iter(tokens) for artist, tokens in self.dealt.items()}
            for name, count in sorted(series_tokens(self.config).items()):
                found[name] = list(islice(dealt[owners.get(name, "")], count))
        else:
            for token, traits in zip(self.drawn.named, self.traits, strict=True):
                found.setdefault(token[SERIES], []).append(traits)
        names = [series.name for series in self.config.series]
        return [found.get(name) or self._borrowed(name) for name in names]

    def _borrowed(self, series: str) -> list[Traits]:
        """The tokens of others whose traits a series without tokens of its own may show.

        Raises ConfigError where there are such tokens, and the rules allow none of them in this series.
        """
        dealt = self.dealt[self.config.owners.get(series, "")]
        found = [traits for traits in dealt if not broken_by(self.config, {**traits, SERIES: series})]
        if dealt and not found:
            raise ConfigError(
                f'series "{series}": it is too small to have a token, and the traits of no other token may stand in it',
                "raise its share or the supply, or loosen the rules that name it",
            )
        return found

    def _said(self, traits: Traits) -> Traits:
        """What prompts say for the traits: the words of each value, or the value itself."""
        known = self.config.traits
        return {name: known[name].words.get(value, value) if name in known else value for name, value in traits.items()}

    def _recipe(self, table: Series | OneOfOne, seed: int, point: Point, traits: Traits) -> Recipe:
        generator = self.config.generator
        settings = {name: value for name, value in point.items() if name in generator.axes()}
        model, options = generator.varied(settings).settings()
        size = Image(size=point["size"]) if "size" in point else self.config.image
        part, said = self.wants[table.name], self._said(traits)
        variables = {name: str(value) for name, value in point.items() if name not in (*COSTS, "seed", *settings)}
        recipe = Recipe(
            generator=generator.use,
            model=model,
            seed=point.get("seed", seed),
            width=size.width,
            height=size.height,
            series=table.name,
            prompt=part.prompt.draw(RandomStream(derived_seed(seed, "prompt")), said, variables),
            negative_prompt=part.negative.draw(RandomStream(derived_seed(seed, "negative prompt")), said, variables),
            blend=self.config.blend(point["blend"]) if "blend" in point else part.blend,
            switch_to=part.switch_to,
            traits=dict(traits),
            options={**options, **generator.drawn(table.name if isinstance(table, Series) else "", traits)},
        )
        return self._portable(recipe)


def _kind(traits: Traits, artist: str = "") -> tuple[tuple[str, str], ...]:
    return tuple(sorted({**traits, **({ARTIST: artist} if artist else {})}.items()))


class _Wishes:
    """What is the same for all images of a series."""

    def __init__(self, config: Config, place: str, table: Series | OneOfOne, wildcards: Wildcards) -> None:
        axes = [*table.axes.cross, *table.axes.zip] if isinstance(table, Series) else []
        traits = config.traits if isinstance(table, Series) else {**config.traits, **table.traits}
        self.prompt = Prompt(table.prompt, f"{place}.prompt", traits, wildcards, axes)
        self.negative = Prompt(table.negative_prompt, f"{place}.negative_prompt", traits, wildcards, axes)
        self._config, self._table = config, table

    @cached_property
    def blend(self) -> StyleBlend:
        """The styles of every image; only here, where recipes are made, are the styles' references read."""
        return self._config.blend_of(self._table)

    @cached_property
    def switch_to(self) -> StyleBlend:
        """The styles of the later steps; empty: `blend` to the end."""
        return self._config.switch_to_of(self._table) if isinstance(self._table, Series) else StyleBlend()
