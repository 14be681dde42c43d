"""What judges a project's images: what gives numbers, what ranks, what is flagged, and what the chosen set is to be."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from collection.project import Project

if TYPE_CHECKING:
    from collection.curate.reviews.state import ReviewState
    from collection.curate.search.catalogue import Catalogue, RankingContext
    from collection.curate.selection.criteria import SelectionCriteria
    from collection.judge.duplicates.dedupe import DuplicateThresholds
    from collection.judge.duplicates.regroup import Regrouping
    from collection.judge.score import Scorers

IssuesByImage = Mapping[int, Mapping[str, str]]
"""What is wrong with images, by number: issues, and why in words."""


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
        """What gives the images their numbers: the configuration's scorers, and the preferences learned so far."""
        from collection.stages.learned_preference import with_learned

        return with_learned(self.stock_scorers, self._store.learned_preferences())

    @property
    def model(self) -> str:
        """The encoder whose vectors say how alike two images are."""
        return self.stock_scorers.encoder.model

    @property
    def duplicate_thresholds(self) -> DuplicateThresholds:
        """When two images count as one."""
        from collection.judge.duplicates.dedupe import DuplicateThresholds

        locked = frozenset(number for number, review_state in self._decided.items() if review_state.locked)
        return DuplicateThresholds.of(self._config.dedupe, self.model, locked)

    @property
    def issues(self) -> dict[int, dict[str, str]]:
        """What is wrong with each image that has a defect, by its number: issues, and why in words."""
        from collection.judge.issues import issues_of
        from collection.judge.scorer_factory import build_pixel_scorers
        from collection.judge.scoring import pixel_models

        def read() -> dict[int, dict[str, str]]:
            criteria = self._config.score
            scorers = build_pixel_scorers(criteria, self._project.folder)
            return issues_of(self._store, pixel_models(scorers), criteria.issues)

        return self._store.once_a_moment("issues", read)

    @property
    def stock_metrics(self) -> dict[str, str]:
        """The metrics of published models that say which image is better, with their models; empty without any."""
        from collection.judge.scorer_factory import ranking_metrics

        return ranking_metrics(self.stock_scorers)

    @property
    def ranking_metrics(self) -> dict[str, str]:
        """The metrics that say which image is better (those of [select] by, or the best proven) and their models.

        Empty where neither a model nor people say so.
        """
        from collection.stages.learned_preference import what_ranks

        return what_ranks(self._store, self.scorers, self.stock_metrics, self._config.select.by)

    def ranking(self) -> dict[int, float]:
        """How good each image is, by its number: the mean of its percentiles, 0 to 100.

        One that may not be chosen is worse than all others by 100, so that it keeps no place from a near-duplicate.
        """
        from collection.curate.selection.candidates import rank
        from collection.judge.issues import excluded

        out = excluded(self.issues, self._config.select.exclude)
        ranked = rank(self._store, self.ranking_metrics)
        return {item.asset.id: item.score - 100 * (item.asset.id in out) for item in ranked}

    def criteria(
        self,
        decided: Mapping[int, ReviewState] | None = None,
        issues: IssuesByImage | None = None,
        *,
        stock: bool = False,
    ) -> SelectionCriteria:
        """What the chosen set is to be.

        `decided` is what people say of images, and `issues` what is wrong with them, where these are at hand. `stock`:
        by the stock metrics alone, around which comparisons are fitted.
        """
        from collection.curate.selection.criteria import SelectionCriteria
        from collection.judge.issues import excluded

        plan = self._project.plan
        return SelectionCriteria(
            self._config.supply,
            self.stock_metrics if stock else self.ranking_metrics,
            plan.cells,
            lambda asset: plan.cell_of(asset.recipe) if asset.recipe else plan.cell_of_traits(asset.features),
            self._store.diversity(self._config.select.diversity),
            self.model,
            excluded(self.issues if issues is None else issues, self._config.select.exclude),
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
        from collection.judge.duplicates.close_look import whole_pictures
        from collection.judge.duplicates.regroup import Regrouping

        whole = whole_pictures(self._project.files)
        return Regrouping(self._store, self.duplicate_thresholds, self.ranking(), whole)

    @property
    def _decided(self) -> Mapping[int, ReviewState]:
        from collection.curate.reviews.log import review_states

        return review_states(self._store)

    def _judge(self) -> RankingContext:
        from collection.curate.search.catalogue import RankingContext
        from collection.judge.encoders.text_tower import has_text_tower, text_tower_of

        encoder = self.scorers.encoder
        words = text_tower_of(encoder) if has_text_tower(encoder) else None
        return RankingContext(self.ranking_metrics, encoder.model, lambda: self.issues, words)
