"""The composition root: a project folder, opened. Heavy parts are built when they are first asked for."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from collection.config import Config, load_config
from collection.errors import ConfigError, ProjectError, UsageError
from collection.store.files import Files
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails
from collection.values import ImageGenerator, Progress, TextEncoder, silent

if TYPE_CHECKING:
    from collection.curate.reviews.state import Standing
    from collection.curate.search.catalogue import Catalogue, Judge
    from collection.curate.selection.criteria import Wish
    from collection.generate.running.parcel import Archive
    from collection.judge.duplicates.cross_collection import Elsewhere
    from collection.judge.duplicates.dedupe import Nearness
    from collection.judge.duplicates.regroup import Regrouping
    from collection.judge.score import Scorers
    from collection.plan.plan import Plan
    from collection.store.records import LearnedTaste

CONFIG_FILE = "collection.toml"
DATABASE_FILE = "collection.db"


class Project:
    """A folder with a collection.toml, its database and its files.

    As a context manager it closes what it opened. `config` is read at once, everything else on first use.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config: Config = load_config(folder / CONFIG_FILE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if "store" in vars(self):
            self.store.close()

    @cached_property
    def wildcards(self) -> dict[str, str]:
        """The texts of the files in wildcards/, by the name that prompts write as __name__."""
        folder = self.folder / "wildcards"
        try:
            return {
                path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8")
                for path in sorted(folder.rglob("*.txt"))
            }
        except UnicodeDecodeError as error:
            raise ConfigError(f"a file in {folder} is not UTF-8 text: {error}", "save it as UTF-8") from error

    @cached_property
    def plan(self) -> Plan:
        """What the configuration asks for, worked out; nothing is stored."""
        from collection.plan.plan import Plan

        return Plan(self.config, self.wildcards)

    @cached_property
    def store(self) -> Store:
        """The database, made if it is not there."""
        return Store(self.folder / DATABASE_FILE)

    @cached_property
    def files(self) -> Files:
        """The content-addressed files."""
        return Files(self.folder / "files")

    @cached_property
    def generator(self) -> ImageGenerator:
        """What makes the images."""
        from collection.generate.registry import build_generator

        if threads := getattr(self.config.generator, "threads", None):
            import torch

            torch.set_num_threads(threads)
        return build_generator(self.config, self.files)

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Small copies of the pictures."""
        return Thumbnails(self.folder / "thumbs")

    @property
    def archive(self) -> Archive:
        """Where the images are kept."""
        from collection.generate.running.parcel import Archive

        return Archive(self.store, self.files, self.thumbnails)

    @cached_property
    def scorers(self) -> Scorers:
        """What gives the images their numbers: the configuration's, and the tastes learned so far."""
        from collection.stages.taste import with_tastes

        return with_tastes(self._stock_scorers, self.store.tastes())

    @cached_property
    def _stock_scorers(self) -> Scorers:
        from collection.judge.panel import build_scorers

        return build_scorers(self.config.score, self.folder)

    @property
    def nearness(self) -> Nearness:
        """When two images count as one."""
        from collection.judge.duplicates.dedupe import Nearness

        wish = self.config.dedupe
        locked = frozenset(number for number, standing in self._decided.items() if standing.locked)
        model = self._stock_scorers.encoder.model
        return Nearness(model, wish.phash_distance, wish.cosine, wish.keep, wish.exact_up_to, locked)

    @property
    def flags(self) -> dict[int, dict[str, str]]:
        """What is wrong with each image that has a defect, by its number: flags, and why in words."""
        from collection.judge.flags import flags_of
        from collection.judge.panel import build_pixel_scorers
        from collection.judge.score import pixel_models

        wish = self.config.score
        return flags_of(self.store, pixel_models(build_pixel_scorers(wish, self.folder)), wish.flags)

    @property
    def barred(self) -> dict[int, str]:
        """Why images are not to be chosen, by number."""
        from collection.judge.flags import barred

        return barred(self.flags, self.config.select.bar)

    @property
    def stock_metrics(self) -> dict[str, str]:
        """The metrics of published heads, or technical quality, that say which image is better; and their models."""
        from collection.judge.panel import ranking_metrics

        return ranking_metrics(self._stock_scorers)

    @property
    def ranking_metrics(self) -> dict[str, str]:
        """The metrics that say which image is better (those of [select] by, or the best proven) and their models."""
        from collection.stages.taste import what_ranks

        return what_ranks(self.store, self.scorers, self.stock_metrics, self.config.select.by)

    @property
    def wish(self) -> Wish:
        """What the chosen set is to be."""
        return self._wish(self.ranking_metrics, self._decided, self.flags)

    def wish_after(self, decided: Mapping[int, Standing], flags: Mapping[int, Mapping[str, str]]) -> Wish:
        """The same, by what people say of images and their `flags`, where these are at hand."""
        return self._wish(self.ranking_metrics, decided, flags)

    def stock_wish_after(self, decided: Mapping[int, Standing], flags: Mapping[int, Mapping[str, str]]) -> Wish:
        """`stock_wish`, where these are at hand."""
        return self._wish(self.stock_metrics, decided, flags)

    @property
    def stock_wish(self) -> Wish:
        """The same by the stock metrics alone: what comparisons are fitted around."""
        return self._wish(self.stock_metrics, self._decided, self.flags)

    @property
    def _decided(self) -> Mapping[int, Standing]:
        from collection.curate.reviews.log import standings

        return standings(self.store)

    def _wish(
        self, metrics: Mapping[str, str], decided: Mapping[int, Standing], flags: Mapping[int, Mapping[str, str]]
    ) -> Wish:
        from collection.curate.selection.criteria import Wish
        from collection.judge.flags import barred

        plan = self.plan
        return Wish(
            self.config.supply,
            metrics,
            plan.slots,
            lambda asset: plan.slot_of(asset.recipe) if asset.recipe else plan.slot_of_traits(asset.features),
            self.store.diversity(self.config.select.diversity),
            self._stock_scorers.encoder.model,
            barred(flags, self.config.select.bar),
            decided,
            plan.artists,
        )

    def catalogue(self) -> Catalogue:
        """All images by columns, as `find` asks for them; a new one, which whoever asks keeps warm."""
        from collection.curate.search.catalogue import Catalogue

        return Catalogue(self.store, self._judge)

    def _judge(self) -> Judge:
        from collection.curate.search.catalogue import Judge

        encoder = self.scorers.encoder
        words = encoder if isinstance(encoder, TextEncoder) else None
        return Judge(self.ranking_metrics, encoder.model, lambda: self.flags, words)

    def learn_taste(self, curator: str | None = None) -> LearnedTaste:
        """Learn the taste of all curators, or of one; raises NotEnoughVotesError where votes do not show one."""
        from collection.curate.selection.candidates import rank
        from collection.stages.taste import learn_taste

        stock = {item.asset.id: item.score for item in rank(self.store, self.stock_metrics)}
        found = learn_taste(self.store, self._stock_scorers.encoder.model, stock, curator)
        self.__dict__.pop("scorers", None)  # they know the taste from now on
        return found

    def elsewhere(self, place: Path, *, progress: Progress = silent) -> Elsewhere:
        """The pictures of another project, or of a plain folder, as this project's encoder sees them.

        Those of a folder are judged now. Raises UsageError where the other project holds none that can be compared.
        """
        from collection.judge.duplicates.cross_collection import pictures_elsewhere
        from collection.stages.picture_folder import open_folder

        model, name = self.nearness.model, str(place.resolve())
        if not (place / CONFIG_FILE).is_file():
            with open_folder(place, self.scorers, progress=progress) as folder:
                return pictures_elsewhere(folder.store, model, name, folder.files)
        if place.resolve() == self.folder.resolve():
            raise UsageError(f"{place} is this project itself", "name another project, or a folder of pictures")
        with open_project(place) as other:
            found = pictures_elsewhere(other.store, model, name, {})
        if not found:
            raise UsageError(
                f"no image in {place} was scored by {model}",
                f'set encoder = "{self.config.score.encoder}" in its [score], then: collection -C {place} score',
            )
        return found

    def ranking(self) -> dict[int, float]:
        """How good each image is, by its number: the mean of its percentiles, 0 to 100.

        One that may not be chosen is worse than all others by 100, so that it keeps no place from a near-duplicate.
        """
        from collection.curate.selection.candidates import rank

        barred = self.barred
        ranked = rank(self.store, self.ranking_metrics)
        return {item.asset.id: item.score - 100 * (item.asset.id in barred) for item in ranked}

    def regrouping(self) -> Regrouping:
        """The images and what is kept of their likeness, to see what other thresholds of [dedupe] would group."""
        from collection.judge.duplicates.regroup import Regrouping

        return Regrouping(self.store, self.nearness, self.ranking())

    def keep_references(self) -> None:
        """Put the reference pictures of every style among the files, where recipes name them by SHA-256."""
        for table in self.config.styles.values():
            for picture in table.pictures(self.folder):
                self.files.add(picture.read_bytes())

    @contextmanager
    def working(self) -> Iterator[None]:
        """One process works in a project at a time; raises ProjectError while another does. Readers need no leave."""
        with (self.folder / ".lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ProjectError(
                    f"another collection command is at work in {self.folder}", "wait for it, or stop it with Ctrl-C"
                ) from None
            self.files.sweep()
            yield


def open_project(folder: Path) -> Project:
    """Open the project in a folder; raises ProjectError or ConfigError."""
    return Project(folder)
