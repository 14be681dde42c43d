"""The frozen set for others: marketplaces, mint tools, plain folders."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collection.errors import CollectionError, PublishError
from collection.project import Project
from collection.stages.publication import publication_of
from collection.stages.published import contract_of, drawn_offset, refuse_hidden
from collection.stages.report import Report, bytes_of
from collection.unixfs import PROFILES
from collection.values import Progress, amount, silent

if TYPE_CHECKING:
    from collection.exporters.exporter import PublishedSet
    from collection.publish.freeze import Limits
    from collection.publish.model import ContractMetadata, TokenMetadata


def export_targets() -> tuple[dict[str, str], Report]:
    """What each target is for, by its name; those of packages that cannot be used are failures of the report."""
    from collection.exporters.exporter import EXPORTERS

    purposes = {name: str(exporter.purpose) for name, exporter in EXPORTERS.working()}
    line = f"{amount(len(purposes), 'target')}; collection export-set TARGET FOLDER"
    return purposes, Report("export-set", line, {"targets": purposes}, EXPORTERS.failures())


def export_set(project: Project, target: str, folder: Path, progress: Progress = silent) -> Report:
    """Write the frozen set for a target into a new folder.

    Raises PublishError where nothing is frozen, or the set is hidden and the target would show it.
    """
    from collection.exporters.export import export
    from collection.exporters.exporter import EXPORTERS, shows_nothing

    published = published_set(project)
    if not shows_nothing(EXPORTERS.get(target)):
        refuse_hidden(project, f"an export for {target}")
    done = export(published, target, folder, progress)
    line = f"{amount(done.files, 'file')}, {bytes_of(done.size)}, in {folder}"
    details = {"target": target, "folder": str(folder), "files": done.files, "size": done.size}
    offset = drawn_offset(project, contract_of(project))
    moved = f"the numbers are those of the documents: token 1 shows document {offset + 1} since the reveal"
    return Report("export-set", line, details, notes=[moved] if offset else [])


def limits_of(project: Project) -> Limits | None:
    """What `freeze` asks of the targets that the configuration names; None where it names none.

    Raises UnknownPluginError for one that nobody knows.
    """
    from collection.exporters.export import refusal
    from collection.exporters.exporter import EXPORTERS, PublishedSet, PublishedToken

    publish, files = project.config.publish, project.files
    for target in publish.targets:
        EXPORTERS.get(target)

    def limits(
        about: ContractMetadata, described: Sequence[TokenMetadata], images: Sequence[str]
    ) -> CollectionError | None:
        pictures = map(files.path, images)
        tokens = [PublishedToken(token, b"", picture) for token, picture in zip(described, pictures, strict=True)]
        return refusal(PublishedSet(about, b"", tokens, "", {}, PROFILES[publish.cid_profile]), publish.targets)

    return limits if publish.targets else None


def refused_by_targets(project: Project) -> list[str]:
    """What of the frozen set the targets that the configuration names would not take, as a note; empty where they take
    all of it."""
    from collection.exporters.export import refusal

    targets = project.config.publish.targets
    error = refusal(published_set(project), targets) if targets else None
    return [f"`targets` under [publish] would not take the frozen set: {error.message}; {error.hint}"] if error else []


def published_set(project: Project) -> PublishedSet:
    """The frozen set, read from its published files."""
    from collection.exporters.exporter import PublishedSet, PublishedToken
    from collection.publish.model import ContractMetadata, TokenMetadata

    store, files = project.store, project.files
    frozen = store.frozen()
    if frozen is None:
        raise PublishError("nothing is frozen yet, so there is nothing to export", "run `collection freeze`")
    tokens = []
    for token in store.tokens(frozen):
        data = files.read(token.metadata_sha256, ".json")
        described = TokenMetadata.from_json(token.token_id, json.loads(data))
        tokens.append(PublishedToken(described, data, files.path(token.image_sha256)))
    contract = files.read(frozen.contract_metadata_sha256, ".json")
    tree = publication_of(project).tree
    assert isinstance(tree, Mapping)
    about = ContractMetadata.from_json(json.loads(contract))
    return PublishedSet(about, contract, tokens, frozen.root_cid, tree, frozen.profile)
