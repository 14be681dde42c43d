"""What judges a project's images: what gives numbers, what ranks, what is flagged, and what the chosen set is to be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from collection.project import Project
from collection.values import TextEncoder

if TYPE_CHECKING:
    from collection.curate.reviews.state import Standing
    from collection.curate.search.catalogue import Catalogue, RankingContext
    from collection.curate.selection.criteria import Wish
    from collection.judge.duplicates.dedupe import DuplicateThresholds
    from collection.judge.duplicates.regroup import Regrouping
    from collection.judge.score import Scorers

Flagged = Mapping[int, Mapping[str, str]]
"""What is wrong with images, by number: flags, and why in words."""


def judges_of(project: Project) -> Judges:
    """The judges of a project: the same ones as long as it is open, as an encoder takes long to load."""
    return project.once(Judges)


class Judges:
    """The configuration's encoder, metrics and thresholds, and what was learned from votes, applied to a project.

    Weights are loaded once, when they are first needed; all else is read from the database whenever it is asked for.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._store, self._config = project.store, project.config

    @cached_property
    def stock_scorers(self) -> Scorers:
        """What gives the images their numbers by the configuration alone."""
        from collection.judge.scorer_factory import build_scorers

        return build_scorers(self._config.score, self._project.folder)

    @property
    def scorers(self) -> Scorers:
        """What gives the images their numbers: the configuration's scorers, and the tastes learned so far."""
        from collection.stages.taste import with_tastes

        return with_tastes(self.stock_scorers, self._store.tastes())

    @property
    def model(self) -> str:
        """The encoder whose vectors say how alike two images are."""
        return self.stock_scorers.encoder.model

    @property
    def duplicate_thresholds(self) -> DuplicateThresholds:
        """When two images count as one."""
        from collection.judge.duplicates.dedupe import DuplicateThresholds

        locked = frozenset(number for number, standing in self._decided.items() if standing.locked)
        return DuplicateThresholds.of(self._config.dedupe, self.model, locked)

    @property
    def flags(self) -> dict[int, dict[str, str]]:
        """What is wrong with each image that has a defect, by its number: flags, and why in words."""
        from collection.judge.flags import flags_of
        from collection.judge.scorer_factory import build_pixel_scorers
        from collection.judge.scoring import pixel_models

        wish = self._config.score
        return flags_of(self._store, pixel_models(build_pixel_scorers(wish, self._project.folder)), wish.flags)

    @property
    def stock_metrics(self) -> dict[str, str]:
        """The metrics of published heads, or technical quality, that say which image is better; and their models."""
        from collection.judge.scorer_factory import ranking_metrics

        return ranking_metrics(self.stock_scorers)

    @property
    def ranking_metrics(self) -> dict[str, str]:
        """The metrics that say which image is better (those of [select] by, or the best proven) and their models."""
        from collection.stages.taste import what_ranks

        return what_ranks(self._store, self.scorers, self.stock_metrics, self._config.select.by)

    def ranking(self) -> dict[int, float]:
        """How good each image is, by its number: the mean of its percentiles, 0 to 100.

        One that may not be chosen is worse than all others by 100, so that it keeps no place from a near-duplicate.
        """
        from collection.curate.selection.candidates import rank
        from collection.judge.flags import barred

        out = barred(self.flags, self._config.select.bar)
        ranked = rank(self._store, self.ranking_metrics)
        return {item.asset.id: item.score - 100 * (item.asset.id in out) for item in ranked}

    def wish(
        self, decided: Mapping[int, Standing] | None = None, flags: Flagged | None = None, *, stock: bool = False
    ) -> Wish:
        """What the chosen set is to be.

        `decided` is what people say of images, and `flags` what is wrong with them, where these are at hand. `stock`:
        by the stock metrics alone, around which comparisons are fitted.
        """
        from collection.curate.selection.criteria import Wish
        from collection.judge.flags import barred

        plan = self._project.plan
        return Wish(
            self._config.supply,
            self.stock_metrics if stock else self.ranking_metrics,
            plan.slots,
            lambda asset: plan.slot_of(asset.recipe) if asset.recipe else plan.slot_of_traits(asset.features),
            self._store.diversity(self._config.select.diversity),
            self.model,
            barred(self.flags if flags is None else flags, self._config.select.bar),
            self._decided if decided is None else decided,
            plan.artists,
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        """All images by columns, as `find` asks for them; only what changed is read anew."""
        from collection.curate.search.catalogue import Catalogue

        return Catalogue(self._store, self._judge)

    def regrouping(self) -> Regrouping:
        """The images and what is kept of their neighbours, to see what other thresholds of [dedupe] would group."""
        from collection.judge.duplicates.regroup import Regrouping

        return Regrouping(self._store, self.duplicate_thresholds, self.ranking())

    @property
    def _decided(self) -> Mapping[int, Standing]:
        from collection.curate.reviews.log import standings

        return standings(self._store)

    def _judge(self) -> RankingContext:
        from collection.curate.search.catalogue import RankingContext

        encoder = self.scorers.encoder
        words = encoder if isinstance(encoder, TextEncoder) else None
        return RankingContext(self.ranking_metrics, encoder.model, lambda: self.flags, words)
