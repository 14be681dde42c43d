"""The state of a running review: the project, its catalogue, and results that are kept between requests."""

from __future__ import annotations

from collections.abc import Mapping

from collection.curate.search.catalogue import Snapshot
from collection.curate.search.columns import ImageTable
from collection.project import Project
from collection.stages.judges import judges_of
from collection.store.records import KnownRecipe
from collection.store.store import Store
from collection.web.counting import Counting
from collection.web.jobs import Jobs
from collection.web.mapping import Maps
from collection.web.pairwise import PairwiseQuestions
from collection.web.proposals import Proposals
from collection.web.publication import Publications
from collection.web.sights import Sights
from collection.web.stacking import Stacking
from collection.web.tokens import Tokens


class ReviewApp:
    """An opened project, its catalogue, and the curators who may come in. Threads may share it."""

    def __init__(self, project: Project, tokens: Tokens) -> None:
        self.project, self._tokens = project, tokens
        self.store = Store(project.store.path, votes_wait=False)
        self.catalogue = judges_of(project).catalogue
        self.proposals = Proposals(project)
        self.counting = Counting(project, self.catalogue.now)
        self.stacking = Stacking(project)
        self.maps = Maps(self.store)
        self.sights = Sights(self.store)
        self.publications = Publications(project)
        self.jobs = Jobs(project.folder)
        self.questions = PairwiseQuestions(project)
        self._recipes: tuple[ImageTable, Mapping[str, KnownRecipe]] | None = None

    def close(self) -> None:
        """Stop what is at work."""
        self.jobs.close()
        self.questions.close()
        self.store.sync()
        self.store.close()

    @property
    def curators(self) -> tuple[str, ...]:
        """The names that may come in, the owner first."""
        return self._tokens.curators

    def now(self) -> Snapshot:
        """The catalogue of this moment."""
        return self.catalogue.now()

    def counted(self) -> Snapshot:
        """The catalogue of this moment, all comparisons counted: what a set is chosen from."""
        return self.counting.now()

    def saved_views(self) -> list[dict[str, str]]:
        """The views that people saved, in JSON values."""
        return [{"name": view.name, "query": view.query, "curator": view.curator} for view in self.store.saved_views()]

    def recipes(self, snapshot: Snapshot) -> Mapping[str, KnownRecipe]:
        """Every recipe there ever was, by its hash; read anew only where images changed."""
        if self._recipes is None or self._recipes[0] is not snapshot.images:
            self._recipes = snapshot.images, {item.recipe.sha256: item for item in self.store.recipes()}
        return self._recipes[1]
