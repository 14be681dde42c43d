"""The gallery of the frozen set: pages for a web space or IPFS, which need no server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import PublishError, UsageError
from collection.project import Project
from collection.stages.copies import known_editions, plan_of
from collection.stages.export_set import published_set
from collection.stages.published import drawn_offset, refuse_hidden
from collection.stages.report import Report, bytes_of
from collection.store.thumbnails import SIDES
from collection.values import Progress, amount, silent

if TYPE_CHECKING:
    from collection.exporters.exporter import Content, PublishedSet, PublishedToken
    from collection.exporters.site.data import SiteContract, SiteEditions

TOGETHER = 32
"""Small pictures that are made at once."""


def make_site(
    project: Project, folder: Path, *, network: str | None = None, node: str | None = None, progress: Progress = silent
) -> Report:
    """Write the gallery of the frozen set into a folder that is new or empty; small pictures are kept for next time.

    `network` is where the contract is (None: the configured one), `node` the address of a node that the page asks for
    owners, which whoever sees the page can read.
    Raises PublishError where nothing is frozen or the set is still hidden, UsageError for an address that browsers
    cannot ask, or a node where there is no contract.
    """
    from collection.exporters.export import export
    from collection.exporters.site.exporter import Site

    refuse_hidden(project, "a gallery")
    contract, editions = _contract(project, network, node), _editions(project, network)
    published = published_set(project)
    _make_small(project, published, progress)

    def small(token: PublishedToken) -> Content:
        return project.thumbnails.path(token.image.stem, SIDES[0])

    done = export(published, "site", folder, progress, Site(contract, editions, small))
    page = folder / "index.html"
    line = f"{amount(len(published.tokens), 'token')}, {amount(done.files, 'file')}, {bytes_of(done.size)}: open {page}"
    details = {
        "folder": str(folder), "page": str(page), "tokens": len(published.tokens), "files": done.files,
        "size": done.size, "contract": contract.as_json() if contract else None,
        "editions": editions.address if editions else None,
    }  # fmt: skip
    notes = [] if contract else ["the page tells of no contract: the set has none on a network that others can reach"]
    return Report("site", line, details, notes=notes)


def _make_small(project: Project, published: PublishedSet, progress: Progress) -> None:
    """Make the small pictures that the project does not have yet; what is made is kept if this is stopped."""
    from collection.concurrency.prefetch import batches_ahead
    from collection.pictures.files import decode_image, thumbnail

    missing = [one for one in published.tokens if not project.thumbnails.path(one.image.stem, SIDES[0]).is_file()]

    def make(token: PublishedToken) -> None:
        pixels = decode_image(project.files.read(token.image.stem), f"the image of token {token.token_id}")
        project.thumbnails.add(token.image.stem, {SIDES[0]: thumbnail(pixels, SIDES[0])})

    done = 0
    for batch in batches_ahead(make, missing, TOGETHER):
        done += len(batch)
        progress(done, len(missing))


def _contract(project: Project, name: str | None, node: str | None) -> SiteContract | None:
    """The contract of the frozen set, where others can reach it."""
    from collection.chain.explorers import explorer_of
    from collection.chain.networks import find_network
    from collection.exporters.site.data import SiteContract

    if node is not None and not node.startswith(("http://", "https://")):
        raise UsageError(
            "--rpc is an address that begins with http:// or https://",
            "it is written into the page: name a node without a secret in its address",
        )
    network = find_network(name or project.config.chain.network)
    frozen = project.store.frozen()
    if frozen is None:
        raise PublishError("nothing is frozen yet, so there is nothing to show", "run `collection freeze`")
    known = project.store.deployment(network.chain_id, frozen.root_cid)
    if known is None or known.status != "confirmed" or network.kind == "embedded":
        if node is None and name is None:
            return None
        why = "nobody else can reach the embedded chain" if network.kind == "embedded" else "collection deploy"
        raise UsageError(f"the frozen set has no contract on {network.name} that a page could ask about", why)
    offset = drawn_offset(project, known)
    return SiteContract(known.address, network.name, network.chain_id, explorer_of(network), offset, node or "")


def _editions(project: Project, name: str | None) -> SiteEditions | None:
    """The copies of the frozen set's images, where others can reach their contract."""
    from collection.chain.explorers import explorer_of
    from collection.chain.networks import find_network
    from collection.exporters.site.data import SiteEditions

    network = find_network(name or project.config.chain.network)
    known = None if network.kind == "embedded" else known_editions(project, network)
    if known is None:
        return None
    plan = plan_of(project, known)
    images = project.store.token_ids()
    minted = {image: plan.seen(image) for image in images} if plan.closed else None
    return SiteEditions(known.address, network.name, explorer_of(network), int(known.settings["copies"]), minted)
