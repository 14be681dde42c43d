"""The tables of collection.db: facts only, one table a noun.

A picture is named by the SHA-256 of its file, so scores and vectors hang on the file, not on the asset: a changed
image has, by that alone, no score. Whole-set stages (dedupe, select, freeze) leave a `stage_run` with the hash of
what they looked at; another hash means that they are pending again.
"""

from sqlmodel import Field, Index, SQLModel, UniqueConstraint


class RecipeRow(SQLModel, table=True):
    """One planned image. `id` is the number people see; it is never given twice."""

    __tablename__ = "recipe"
    id: int = Field(primary_key=True)
    sha256: str = Field(unique=True)
    series: str = Field(index=True)
    body: str
    """Canonical JSON of the Recipe."""
    planned: bool = Field(default=True, index=True)
    """False: of an earlier plan; kept for the image made from it."""
    origin: str = "config"
    """Who wants it: config (collection.toml asks for it), or the command by which people added it."""
    retired: bool = False
    """People put another in its place, or took it out: the configuration does not bring it back."""
    stands_for: str | None = None
    """SHA-256 of the recipe whose place it took because the machine could not make that one: it is in the plan while
    that one is wanted."""
    replaces: str | None = None
    """SHA-256 of the recipe that leaves the plan when an image of this one is made."""


class AssetRow(SQLModel, table=True):
    """One image that exists. A generated asset bears the number of its recipe."""

    __tablename__ = "asset"
    id: int = Field(primary_key=True)
    recipe_id: int | None = Field(default=None, foreign_key="recipe.id", unique=True)
    file_sha256: str = Field(index=True)
    pixel_sha256: str = Field(index=True)
    width: int
    height: int
    size: int
    """Bytes of the file."""
    generator: str
    """JSON: what ran (versions, weight hashes, dtype)."""
    features: str
    """JSON: what the generator says about its picture."""
    made_at: str


class BatchRow(SQLModel, table=True):
    """Recipes of the present run that one call of the generator renders, and who is at it."""

    __tablename__ = "batch"
    id: int = Field(primary_key=True)
    """Its place in the queue."""
    recipes: str
    """JSON list of recipe numbers."""
    images: int
    worker: str | None = None
    until: float | None = None
    """Unix time at which the lease of `worker` ends unless it is renewed."""
    attempts: int = 0
    """How often it was taken."""
    made: int | None = None
    """Images made of it; None until it is ended."""


class FingerprintRow(SQLModel, table=True):
    """What one picture is recognised by; judge/duplicates/hashes.py and look.py define it."""

    __tablename__ = "fingerprint"
    file_sha256: str = Field(primary_key=True)
    hashes: str
    """64 bits each, 16 hex digits: the picture, its turns, and what its plain border surrounds."""
    look: bytes | None = None
    """JPEG of a small copy."""
    facts: str = "{}"
    """JSON: the other fields of the look."""


class EmbeddingRow(SQLModel, table=True):
    """One vector of one picture by one model, float16 little-endian; of a text, named by the hash of its UTF-8.

    Unit vectors of encoders, and the colour numbers of judge/pixels/colour.py.
    """

    __tablename__ = "embedding"
    file_sha256: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    vector: bytes


class ScoreRow(SQLModel, table=True):
    """One number of one picture by one metric of one model."""

    __tablename__ = "score"
    file_sha256: str = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    value: float
    percentile: float | None = None
    """Where it stood, 0 to 100, when `score` last ran; none before that, or if it counts no more (percentiles.py)."""


class SearchedRow(SQLModel, table=True):
    """A picture whose near neighbours, by one model, among those with a lower id are all in `neighbour`.

    What is not in this table has not been searched; what changes has another file hash, and so another row.
    """

    __tablename__ = "searched"
    __table_args__ = (UniqueConstraint("file_sha256", "model"),)
    id: int = Field(primary_key=True)
    file_sha256: str
    model: str = Field(index=True)
    """The encoder, or phash/4 with the forms that were compared."""
    radius: float
    """The distance up to which neighbours were looked for."""
    truncated_at: float | None = None
    """The distance from which on some were left out, because there were too many."""


class NeighbourRow(SQLModel, table=True):
    """Two searched pictures of one model that are near each other; the thresholds of `dedupe` draw the line later."""

    __tablename__ = "neighbour"
    a: int = Field(primary_key=True)
    b: int = Field(primary_key=True, index=True)
    """Searched after `a`."""
    kind: str
    """phash, mirrored, turned, border or cosine."""
    distance: float
    """Bits of 64, or 1 - cosine."""


class DuplicateRow(SQLModel, table=True):
    """An asset set aside because it is too near to the representative of its group."""

    __tablename__ = "duplicate"
    asset_id: int = Field(primary_key=True, foreign_key="asset.id")
    representative_id: int = Field(foreign_key="asset.id", index=True)
    why: str
    """bytes, pixels, phash, mirrored, turned, border or cosine."""
    distance: float


class AgainstRow(SQLModel, table=True):
    """A picture that is a near-duplicate of one that lies elsewhere."""

    __tablename__ = "against"
    file_sha256: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    """The folder of pictures, or of the other project."""
    representative: str
    """The nearest picture there, in words."""
    distance: float
    """1 - cosine."""


class PromptedRow(SQLModel, table=True):
    """With which prompt a picture got the number of a model that looks at both."""

    __tablename__ = "prompted"
    file_sha256: str = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    prompt_sha256: str


class NearestRow(SQLModel, table=True):
    """The reference picture, in words, that is most like a picture, and the cosine of the two."""

    __tablename__ = "nearest"
    file_sha256: str = Field(primary_key=True)
    reference: str
    cosine: float


class SelectionRow(SQLModel, table=True):
    """A chosen asset, its rank (1 is best), and why it was chosen."""

    __tablename__ = "selection"
    asset_id: int = Field(primary_key=True, foreign_key="asset.id")
    rank: int
    why: str


class ReviewRow(SQLModel, table=True):
    """One thing that a curator said. Rows are only ever added: triggers of the database refuse all else."""

    __tablename__ = "review"
    __table_args__ = (Index("ix_review_curator", "curator", "id"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    batch: int = Field(index=True)
    """The id of the first row of the action that this one belongs to."""
    at: str
    curator: str
    kind: str
    """flag, stars, colour, lock, note, pair, undo or redo."""
    asset_id: int | None = Field(default=None, foreign_key="asset.id", index=True)
    other_id: int | None = Field(default=None, foreign_key="asset.id")
    """The right-hand image of a pair."""
    value: str
    """JSON."""
    seen: str
    """JSON: what the curator was shown."""
    undoes: int | None = Field(default=None, foreign_key="review.id")
    """The batch that an undo takes back, or a redo brings back."""


class SentActionRow(SQLModel, table=True):
    """An action under the id that the page gave it: what is sent twice is kept once."""

    __tablename__ = "sent_action"
    curator: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    batch: int | None = None
    """The batch that it made, took back or brought back; None: there was nothing to take back."""


class SightRow(SQLModel, table=True):
    """A curator has seen what others said of an image, or its scores; the image 0 stands for all."""

    __tablename__ = "sight"
    curator: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    """others or scores."""
    asset_id: int = Field(primary_key=True)
    at: str


class LearnedPreferenceRow(SQLModel, table=True):
    """What votes say people prefer: a linear head on one encoder's vectors."""

    __tablename__ = "learned_preference"
    name: str = Field(primary_key=True)
    """The metric of its scores: learned-preference, or learned-preference:NAME of one curator."""
    encoder: str
    """The model whose vectors it takes."""
    weight: bytes
    """float64 little-endian, one number a dimension."""
    bias: float
    report: str
    """JSON: what votes showed of it."""
    at: str


class FreezeRow(SQLModel, table=True):
    """One frozen set: a version, which nothing changes. Its content is its identity: the same root is the same row."""

    __tablename__ = "freeze"
    id: int | None = Field(default=None, primary_key=True)
    provenance: str
    """SHA-256, hex, over the token order of the images; publish/provenance.py defines it."""
    images_cid: str
    metadata_cid: str
    root_cid: str = Field(unique=True)
    contract_metadata_sha256: str
    settings: str = "{}"
    """JSON: the configuration that its metadata was written from; {} if it was frozen before that was kept."""
    proof_sha256: str | None = None
    """SHA-256 of the manifest of its proof (publish/proof.py); None: frozen before there were proofs."""
    current: bool = True
    """Whether it is the set that is published now; at most one is."""
    frozen_at: str


class TokenRow(SQLModel, table=True):
    """A token of a frozen set: which picture it is and which metadata file describes it."""

    __tablename__ = "token"
    __table_args__ = (UniqueConstraint("freeze_id", "asset_id"),)
    freeze_id: int = Field(primary_key=True, foreign_key="freeze.id")
    token_id: int = Field(primary_key=True)
    asset_id: int = Field(foreign_key="asset.id")
    image_sha256: str
    """SHA-256 of the image file that is published."""
    metadata_sha256: str
    files: str = "{}"
    """JSON: SHA-256 and suffix of its further files, by the folder that they are published in."""


class MarkedImageRow(SQLModel, table=True):
    """The published file of a picture with its marks, which is made once: a signature is another each time."""

    __tablename__ = "marked_image"
    made_from: str = Field(primary_key=True)
    """SHA-256 of all that it was made from; publish/marks.py defines it."""
    image_sha256: str = Field(index=True)
    pixel_sha256: str
    disclosure: str
    """JSON: what its token says of the marks."""


class PinRow(SQLModel, table=True):
    """A root that a pinner was asked to keep."""

    __tablename__ = "pin"
    __table_args__ = (UniqueConstraint("root_cid", "pinner"),)
    id: int | None = Field(default=None, primary_key=True)
    root_cid: str
    pinner: str
    status: str
    """intended, queued, pinning, failed, lost or pinned."""
    files: int
    size: int
    """Bytes of the CAR."""
    notes: str = "{}"
    """A JSON object: what the pinner is to remember of its work."""
    at: str


class DeploymentRow(SQLModel, table=True):
    """A contract on a chain."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("chain_id", "address"),)
    id: int | None = Field(default=None, primary_key=True)
    network: str
    chain_id: int
    address: str
    deployer: str
    nonce: int
    artifact_sha256: str
    root_cid: str
    """The frozen set that it was deployed for."""
    settings: str | None = None
    """JSON: what the constructor was told (chain/contract.py, TokenSettings); None: deployed before that was kept."""
    block: int | None = None
    """The block that the contract is in, or one before it; None: deployed before that was kept."""
    tx_hash: str | None = None
    status: str
    """intended, confirmed."""
    at: str


class MintRow(SQLModel, table=True):
    """A token on a chain."""

    __tablename__ = "mint"
    __table_args__ = (Index("ix_mint_status", "status"),)
    deployment_id: int = Field(primary_key=True, foreign_key="deployment.id")
    token_id: int = Field(primary_key=True)
    recipient: str
    tx_hash: str | None = None
    status: str
    """intended, confirmed."""
    at: str


class VerificationRow(SQLModel, table=True):
    """The last verdict on a token of a deployment."""

    __tablename__ = "verification"
    deployment_id: int = Field(primary_key=True, foreign_key="deployment.id")
    token_id: int = Field(primary_key=True)
    proven: bool
    at: str


class FailureRow(SQLModel, table=True):
    """What went wrong last time with one subject of one stage; gone once it goes right."""

    __tablename__ = "failure"
    stage: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    why: str
    at: str


class StageRunRow(SQLModel, table=True):
    """What a whole-set stage looked at when it last ran."""

    __tablename__ = "stage_run"
    stage: str = Field(primary_key=True)
    inputs_sha256: str
    report: str
    """JSON, for `status`."""
    at: str


class ChangeRow(SQLModel, table=True):
    """A number that rises whenever a part of the database is written to, by whatever program: triggers count."""

    __tablename__ = "change"
    what: str = Field(primary_key=True)
    """images (recipe, asset), scores (score, embedding) or choice (duplicate, against, selection)."""
    count: int


class DiversityRow(SQLModel, table=True):
    """The diversity that people last chose with, and what collection.toml said then; one row."""

    __tablename__ = "diversity"
    id: int = Field(default=1, primary_key=True)
    value: float
    """0 to 1."""
    configured: float
    """0 to 1."""


class SavedViewRow(SQLModel, table=True):
    """A view of the review room that somebody gave a name."""

    __tablename__ = "saved_view"
    name: str = Field(primary_key=True)
    query: str
    """The address of the view: its query and whatever else the page puts there."""
    curator: str
    at: str
