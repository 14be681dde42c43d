"""What the store hands out of publishing: tokens, frozen sets, pins, contracts and mints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collection.store.records import Asset
from collection.unixfs import PROFILES, UNIXFS_V1_2025, Profile

Extras = Mapping[str, tuple[str, str]]
"""Further files of a token: SHA-256 and suffix, by the folder that they are published in (animations, words)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a frozen set; `image_sha256` and `metadata_sha256` are those of the published files."""

    token_id: int
    asset: Asset
    image_sha256: str
    metadata_sha256: str
    extras: Extras = field(default_factory=dict)
    """Further files that were published with it, beside the asset's own animation."""

    @property
    def files(self) -> Extras:
        """All further files of the token."""
        animation = self.asset.animation
        return {**({"animations": animation} if animation else {}), **self.extras}


@dataclass(frozen=True, slots=True)
class PublishedImage:
    """The picture of a token as it is published."""

    image_sha256: str
    """Of the file."""
    pixel_sha256: str
    """Of its pixels: a watermark makes them differ from those that were rendered."""
    disclosure: Mapping[str, Any] = field(default_factory=dict)
    """What its token says of the marks in it, as JSON; empty where it has none."""


@dataclass(frozen=True, slots=True)
class Freeze:
    """One version of the frozen set as a whole: provenance hash (hex) and the CIDs of its content."""

    provenance: str
    images_cid: str
    metadata_cid: str
    root_cid: str
    contract_metadata_sha256: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The configuration that its metadata was written from, as JSON; empty if it was frozen before that was kept."""
    proof_sha256: str | None = None
    """SHA-256 of the manifest of its proof; None: frozen before there were proofs."""
    id: int = 0
    """Given by the store."""
    frozen_at: str = field(default="", compare=False)
    """When, by the store's clock (ISO 8601)."""

    @property
    def profile(self) -> Profile:
        """The rules by which its CIDs were made."""
        return PROFILES[self.settings.get("publish", {}).get("cid_profile", UNIXFS_V1_2025.name)]


@dataclass(frozen=True, slots=True)
class Pin:
    """A root that a pinner keeps (status pinned), lost again (lost), has with a wrong block (damaged)
    or was about to be asked to keep (intended).

    A service that fetches the content itself is queued or pinning meanwhile, or failed.
    """

    root_cid: str
    pinner: str
    status: str
    files: int
    size: int
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What the pinner is to remember of its work until it is done, such as the number of its request."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A contract on a chain; `status` is intended until its code was seen there."""

    id: int
    network: str
    chain_id: int
    address: str
    deployer: str
    nonce: int
    artifact_sha256: str
    root_cid: str
    """The frozen set that it was deployed for."""
    tx_hash: str | None
    status: str
    settings: Mapping[str, Any] | None = None
    """What the constructor was told, as JSON; None: deployed before that was kept."""
    block: int | None = None
    """The block that the contract is in, or one before it; None: deployed before that was kept."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A contract beside a token; `status` is intended until its code was seen on the chain."""

    id: int
    kind: str
    """splitter, sale or editions."""
    network: str
    chain_id: int
    address: str
    deployer: str
    nonce: int
    artifact_sha256: str
    settings: Mapping[str, Any]
    """What the constructor was told, as JSON."""
    tx_hash: str | None
    status: str


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A request to a service to publish the source of a contract."""

    ticket: str
    """Its name at the service; empty: it was not told, or the run ended before."""
    status: str
    """intended, pending, verified, refused."""
    told: str = ""
    """The service's words."""


@dataclass(frozen=True, slots=True)
class Mint:
    """A token on a chain; `status` is intended until the chain has it."""

    token_id: int
    recipient: str
    """To whom it is to be minted: what was planned, never what a chain said."""
    tx_hash: str | None
    status: str


@dataclass(frozen=True, slots=True)
class ResolvedName:
    """Where a name of ENS led to when it was asked."""

    name: str
    chain_id: int
    """Of the chain on which the address is an account."""
    address: str
    network: str
    """Whose registry was asked."""
    block: int
    """At which block of it."""

    def __str__(self) -> str:
        return f"{self.name} ({self.address})"
