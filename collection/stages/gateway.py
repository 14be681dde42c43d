"""The local gateway of a project's published sets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from collection.errors import PinError, PublishError, UnavailableError
from collection.project import Project
from collection.stages.publication import publication_of

if TYPE_CHECKING:
    from collection.ipfs.gateway import Gateway


@contextmanager
def local_gateway(project: Project, port: int = 0) -> Iterator[Gateway]:
    """A gateway, not serving yet, of every frozen set whose CAR file is there; that of the current one is written.

    Raises PublishError where nothing is frozen, UnavailableError where the port is taken.
    """
    from collection.ipfs.gateway import HOST, Gateway, LocalBlocks
    from collection.unixfs import Car, write_entry_car

    frozen = project.store.frozen()
    if frozen is None:
        raise PublishError("nothing is frozen yet, so there is nothing to show", "run `collection freeze`")
    publication = publication_of(project)
    cars = publication.cars
    if not cars.holds(frozen.root_cid):
        write_entry_car(cars.path(frozen.root_cid), publication.tree, frozen.root_cid, frozen.profile, wait=False)
    with ExitStack() as stack:
        opened = [stack.enter_context(Car(cars.path(frozen.root_cid)))]
        for other in project.store.freezes():
            if other.root_cid != frozen.root_cid and cars.path(other.root_cid).exists():
                try:
                    opened.append(stack.enter_context(Car(cars.path(other.root_cid))))
                except PinError:  # an earlier set that is damaged is not shown
                    continue
        try:
            server = stack.enter_context(Gateway(LocalBlocks(opened), frozen.root_cid, port))
        except OSError as error:
            raise UnavailableError(
                f"cannot listen on {HOST}:{port}: {error.strerror}", "name another --port"
            ) from error
        yield server
