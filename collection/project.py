"""A project folder, opened: its configuration, wildcards, plan, database, files and lock."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from collection.chain.networks import check_chain, find_network
from collection.config import Config, load_config
from collection.config.accounts import all_names, with_addresses
from collection.errors import ProjectBusyError, UnavailableError
from collection.store.files import Files
from collection.store.store import Store
from collection.store.thumbnails import Thumbnails

if TYPE_CHECKING:
    from collection.generate.names import Names
    from collection.generate.routing import Router
    from collection.plan.plan import Plan
    from collection.plan.wildcard_files import WildcardFiles
    from collection.store.library import ImageLibrary

T = TypeVar("T")
Ask = Callable[[str], str]
"""Takes a question and returns what a person typed."""

Tell = Callable[[str, str], None]
"""Shows a person a line, a short head and a text, while work goes on."""

CONFIG_FILE = "collection.toml"
DATABASE_FILE = "collection.db"


class Project:
    """A folder with a collection.toml, its database and its files.

    As a context manager it closes what it opened. `config` is read at once, everything else on first use.
    `written` is what stands in collection.toml; `config` has the addresses of those names of ENS that are on record.
    """

    def __init__(
        self, folder: Path, ask_password: Ask | None = None, confirm: Ask | None = None, tell: Tell | None = None
    ) -> None:
        from collection.ipfs.pinner import check_storage
        from collection.judge.settings import check_settings
        from collection.publish.watermarks import check_watermark

        self.folder, self.ask_password, self.confirm, self.tell = folder, ask_password, confirm, tell
        self.written: Config = load_config(
            folder / CONFIG_FILE, check_settings, check_storage, check_chain, check_watermark
        )
        self.config: Config = self.written
        self._built: dict[Callable[[Project], Any], Any] = {}
        if (folder / DATABASE_FILE).exists():
            self.take_names()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database, if it was opened."""
        if "store" in vars(self):
            self.store.close()

    def take_names(self) -> None:
        """Put the addresses into `config` of the names that are on record as resolved; the others stay names."""
        if all_names(self.config):
            known = self.store.resolved_names(find_network(self.written.chain.network).chain_id)
            self.config = with_addresses(self.config, {name: each.address for name, each in known.items()})

    @cached_property
    def wildcards(self) -> WildcardFiles:
        """What stands in the files of wildcards/, by the name that prompts write as __name__."""
        from collection.plan.wildcard_files import WildcardFiles

        return WildcardFiles(self.folder / "wildcards")

    @cached_property
    def plan(self) -> Plan:
        """What the configuration asks for, worked out; nothing is stored."""
        from collection.generate.registry import portable
        from collection.plan.plan import Plan

        return Plan(self.config, self.wildcards, portable(self.config, self.names))

    @cached_property
    def store(self) -> Store:
        """The database, made if it is not there."""
        return Store(self.folder / DATABASE_FILE)

    @property
    def read_only(self) -> bool:
        """Whether the project can only be looked at, because nothing can be written in its folder."""
        return self.store.read_only

    @cached_property
    def files(self) -> Files:
        """The content-addressed files."""
        return Files(self.folder / "files")

    @cached_property
    def generator(self) -> Router:
        """What makes the images."""
        from collection.generate.registry import build_generator

        return build_generator(self.config, self.files, self.names)

    @cached_property
    def names(self) -> Names:
        """The names that recipes have for paths of this machine."""
        from collection.generate.names import Names

        return Names(self.folder)

    @cached_property
    def thumbnails(self) -> Thumbnails:
        """Small copies of the pictures."""
        return Thumbnails(self.folder / "thumbs")

    @property
    def library(self) -> ImageLibrary:
        """Where the images are kept."""
        from collection.store.library import ImageLibrary

        return ImageLibrary(self.store, self.files, self.thumbnails)

    def once(self, build: Callable[[Project], T]) -> T:
        """What `build` makes of this project: made when first asked for, and kept as long as the project is open.

        The floors above keep here what they build on a project, such as its judges.
        """
        if build not in self._built:
            self._built[build] = build(self)
        found: T = self._built[build]
        return found

    @contextmanager
    def working(self) -> Iterator[None]:
        """One process works in a project at a time; raises ProjectBusyError while another does. Readers may come.

        Raises UnavailableError where nothing can be written.
        """
        try:
            lock = (self.folder / ".lock").open("a")
        except OSError as error:
            raise UnavailableError(
                f"{self.folder} cannot be written ({error.strerror}): this project can only be looked at",
                "make the folder writable, or work on a copy of it",
            ) from error
        with lock as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ProjectBusyError(
                    f"another collection command is at work in {self.folder}", "wait for it, or stop it with Ctrl-C"
                ) from None
            self.files.sweep()
            yield


def open_project(
    folder: Path, ask_password: Ask | None = None, confirm: Ask | None = None, tell: Tell | None = None
) -> Project:
    """Open the project in a folder; raises ProjectError or ConfigError.

    `ask_password` takes a question and returns the password that a person typed, `confirm` the words of consent, `tell`
    shows what is about to be done; None: there is nobody.
    """
    return Project(folder, ask_password, confirm, tell)
