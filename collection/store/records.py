"""What the store hands out: frozen records, never live rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from collection.unixfs import PROFILES, UNIXFS_V1_2025, Profile
from collection.values import Recipe, label, sha256_hex

NOT_REPRODUCIBLE = "it cannot be rendered again, as its generator says"
"""What is told of an image whose generator does not make the same picture twice."""


IMPORTED = "import"
"""What stands in the place of a generator's name for an imported image."""

TOLD_TRAITS = "traits"
"""Key of an import's record that holds what `Asset.told_traits` gives."""

ANIMATED = "animated"
"""Key of an import's record that is true where its own file has more frames than its image shows."""


@dataclass(frozen=True, slots=True)
class PlannedRecipe:
    """A recipe and the number under which people know it."""

    id: int
    recipe: Recipe


@dataclass(frozen=True, slots=True)
class KnownRecipe:
    """A recipe of whatever plan, and how it came to be known."""

    id: int
    recipe: Recipe
    origin: str
    """config, or the command that added it."""
    planned: bool


def all_traits(planned: Mapping[str, str], reported: Mapping[str, str]) -> dict[str, str]:
    """The traits of an image: those `planned`, by name, then those that its generator `reported`, by name.

    A reported trait whose name is planned too, in whatever case, is left out: see `contradicted`.
    """
    names = {name.casefold() for name in planned}
    beyond = {name: value for name, value in sorted(reported.items()) if name.casefold() not in names}
    return {**dict(sorted(planned.items())), **beyond}


def contradicted(planned: Mapping[str, str], reported: Mapping[str, str]) -> dict[str, str]:
    """What a generator `reported`, by name, of traits that are `planned` with another value, in whatever case."""
    names = {name.casefold(): value.casefold() for name, value in planned.items()}
    return {
        name: value
        for name, value in sorted(reported.items())
        if names.get(name.casefold(), value.casefold()) != value.casefold()
    }


@dataclass(frozen=True, slots=True)
class ToldTrait:
    """A trait as token metadata beside an imported picture tells it."""

    name: str
    value: str
    """Text; of a number, its digits as they were written."""
    number: bool = False
    display_type: str = ""
    """How marketplaces are to show it: number, boost_number, boost_percentage, date and others."""
    max_value: str = ""
    """Of a number the largest there can be, as it was written; empty if none was told."""

    def as_json(self) -> dict[str, Any]:
        """What says something, in JSON values."""
        said = {"number": self.number, "display_type": self.display_type, "max_value": self.max_value}
        return {"name": self.name, "value": self.value, **{key: item for key, item in said.items() if item}}


@dataclass(frozen=True, slots=True)
class Asset:
    """One image that exists; `recipe` is None for an imported one."""

    id: int
    recipe: Recipe | None
    file_sha256: str
    pixel_sha256: str
    width: int
    height: int
    size: int
    generator: Mapping[str, Any] = field(default_factory=dict)
    features: Mapping[str, str] = field(default_factory=dict)

    @property
    def traits(self) -> dict[str, str]:
        """What was planned of the image, and what its generator reports beyond that; see `all_traits`."""
        return all_traits(self.recipe.traits if self.recipe else {}, self.features)

    @property
    def contradicted(self) -> dict[str, str]:
        """What its generator reports of traits that were planned otherwise."""
        return contradicted(self.recipe.traits if self.recipe else {}, self.features)

    @property
    def animation(self) -> tuple[str, str] | None:
        """SHA-256 and suffix of the file of an imported animation, of which the image is a frame; None for a still."""
        said = self.generator
        return (said["source_sha256"], said["source_suffix"]) if said.get(ANIMATED) else None

    @property
    def told_traits(self) -> tuple[ToldTrait, ...]:
        """What token metadata told of an imported image, in its order; a name may come twice."""
        return tuple(ToldTrait(**item) for item in self.generator.get(TOLD_TRAITS, ()))

    @property
    def label(self) -> str:
        """The number as people see it: 0031."""
        return label(self.id)

    @property
    def reproducible(self) -> bool:
        """Whether its recipe can be rendered again: it has one, and its generator did not say otherwise."""
        return self.recipe is not None and self.generator.get("reproducible") is not False


@dataclass(frozen=True, slots=True)
class Batch:
    """Recipes, by number, that one call renders; `worker` is who has it, if anybody, the `attempts`th to take it."""

    id: int
    recipes: tuple[int, ...]
    worker: str | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class QueueState:
    """How far a generate run is."""

    done: int
    """Images of ended batches, failed ones included."""
    made: int
    """Images that exist of ended batches."""
    free: int
    """Batches that can be taken now."""
    open: int
    """Batches that are free or being made."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """One unit vector, (d,), of one picture by one model."""

    file_sha256: str
    model: str
    vector: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Score:
    """One number of one picture: which metric, by which model."""

    file_sha256: str
    metric: str
    model: str
    value: float
    percentile: float | None = None
    """Where it stands among the scores of its kind, 0 to 100 (store/percentiles.py); None until that is known."""


@dataclass(frozen=True, slots=True)
class SetScores:
    """One metric of many pictures: `values` (n,) of the pictures `files` (n file hashes)."""

    metric: str
    model: str
    files: Sequence[str]
    values: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Nearest:
    """The reference picture, in words, that is most like a picture, and the cosine of the two."""

    file_sha256: str
    reference: str
    cosine: float


class Look(NamedTuple):
    """What is known of a picture for a second look; judge/duplicates/look.py defines it."""

    width: int
    height: int
    """Pixels of the picture itself."""
    box: tuple[int, int, int, int]
    """Left, top, right and bottom of what a plain border surrounds."""
    rich: bool
    """Whether what its border surrounds holds so much that another light or a turn cannot make it another picture."""
    drawing: bool = False
    """Whether much of it is plain ground."""
    evidence: float = 0.0
    """How much speaks for its being the original of its copies; see judge/duplicates/originality.py."""

    @property
    def area(self) -> int:
        """Pixels that its plain border surrounds."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


class Fingerprint(NamedTuple):
    """What a picture is recognised by."""

    hashes: tuple[int, ...]
    """Perceptual hashes, 0 to 2**64 - 1: of the picture, of its seven turns and mirror images, and of what its plain
    border surrounds."""
    look: Look | None = None
    """None: written before there was one."""
    small_copy: bytes | None = None
    """The JPEG file of a small square copy, by which pictures are laid over each other."""


@dataclass(frozen=True, slots=True)
class ScoredBatch:
    """What was found out about some pictures, to be kept together."""

    scores: Sequence[Score] = ()
    embeddings: Sequence[Embedding] = ()
    fingerprints: Mapping[str, Fingerprint] = field(default_factory=dict)
    """Perceptual hashes by file hash."""


def together(parts: Sequence[ScoredBatch]) -> ScoredBatch:
    """What was found out piece by piece, as one."""
    return ScoredBatch(
        [score for part in parts for score in part.scores],
        [embedding for part in parts for embedding in part.embeddings],
        {file: prints for part in parts for file, prints in part.fingerprints.items()},
    )


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`asset_id` is set aside for `representative_id`, or for a picture elsewhere.

    `why` is bytes or pixels (`distance` 0), phash, mirrored, turned or border (`distance` in bits of 64), cosine
    (`distance` 1 - cosine), or against: then `representative_id` is None, `elsewhere` names the picture in words, and
    `distance` is 1 - cosine.
    """

    asset_id: int
    representative_id: int | None
    why: str
    distance: float
    elsewhere: str = ""

    @property
    def representative(self) -> str:
        """The picture that it was set aside for, as people see it."""
        return self.elsewhere if self.representative_id is None else label(self.representative_id)


@dataclass(frozen=True, slots=True)
class CrossCollectionDuplicate:
    """A picture, by file hash, that is a near-duplicate of `representative` (in words); `distance` is 1 - cosine."""

    file_sha256: str
    representative: str
    distance: float


@dataclass(frozen=True, slots=True)
class Selection:
    """A chosen asset, its rank (1 is best) and the reason in words."""

    asset_id: int
    rank: int
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a curator says of an image, or of two; see curate/reviews.py for the kinds and their values."""

    kind: str
    asset_id: int
    value: str | int | bool | None
    other_id: int | None = None
    """The right-hand image of a pair; `asset_id` is the left one."""


Step = Literal["undo", "redo"]


@dataclass(frozen=True, slots=True)
class SentAction:
    """What a curator sends at a time: decisions that one undo takes back, or a step in place of them."""

    seen: Mapping[str, Any]
    """What the curator was shown."""
    decisions: tuple[Decision, ...] = ()
    step: Step | None = None
    sent_as: str | None = None
    """An id that the sender made up: what was kept under it is not kept again."""
    of: str | None = None
    """Of a step: the `sent_as` of the action that is meant."""


@dataclass(frozen=True, slots=True)
class Review:
    """One thing that a curator said: an event of the log, which nothing changes."""

    id: int
    batch: int
    """The id of the first event of its action."""
    at: str
    """ISO 8601, UTC, to the millisecond."""
    curator: str
    kind: str
    """The kind of a Decision, or undo or redo."""
    asset_id: int | None
    other_id: int | None
    value: str | int | bool | None
    seen: Mapping[str, Any] = field(default_factory=dict)
    """What the curator was shown: JSON values."""
    undoes: int | None = None
    """The batch that an undo takes back, or a redo brings back."""


@dataclass(frozen=True)
class LearnedPreference:
    """A linear head that votes taught: score = (vector, colour) . weight + bias."""

    name: str
    """The metric of its scores: learned-preference, or learned-preference:NAME of one curator."""
    encoder: str
    """The model whose unit vectors it takes."""
    weight: npt.NDArray[np.float64]
    """(d + 14,), or (d,) of one that was learned before colour was looked at."""
    bias: float
    report: Mapping[str, Any]
    """What votes showed of it: JSON values."""

    @property
    def sha256(self) -> str:
        """Identity: the hash of encoder, weights and bias."""
        numbers = np.append(self.weight, self.bias).astype("<f8").tobytes()
        return sha256_hex(self.encoder.encode() + b"\0" + numbers)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view of the review room that `curator` gave a name; `query` is its address."""

    name: str
    query: str
    curator: str


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
    """splitter or sale."""
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


@dataclass(frozen=True, slots=True)
class Searched:
    """A picture whose neighbours among those searched before it are known."""

    id: int
    file_sha256: str
    radius: float
    """The distance up to which they were looked for."""
    truncated_at: float | None
    """The distance from which on some were left out, because there were too many; None if none was."""


class Neighbour(NamedTuple):
    """Two searched pictures, by id, that are near each other; `a` was searched before `b`."""

    a: int
    b: int
    kind: str
    """phash, mirrored, turned or border (one is near a form of the other), or cosine."""
    distance: float
    """Bits of 64, or 1 - cosine."""
