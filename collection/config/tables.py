"""collection.toml, typed: what a creator writes, checked before anything is done.

Secrets are never in it: keys and tokens are named by environment variable or keystore file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, SerializerFunctionWrapHandler, field_validator, model_serializer

from collection.config.planning import Axes, OneOfOne, Rule, Trait, TraitName
from collection.config.types import Name, Size, Table, Weight
from collection.errors import ConfigError
from collection.values import Style, StyleBlend

Address = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]


class Image(Table):
    """What every image has in common."""

    size: Size = 512
    """Pixels: one side of a square, or [width, height]; 64 to 4096."""

    @property
    def width(self) -> int:
        """Pixels."""
        return self.size if isinstance(self.size, int) else self.size[0]

    @property
    def height(self) -> int:
        """Pixels."""
        return self.size if isinstance(self.size, int) else self.size[1]


class PainterGenerator(Table):
    """The embedded painter: algorithmic styles, no model, no download."""

    use: Literal["painter"] = "painter"
    engine: Literal["painter/1"] = "painter/1"
    """Which painter: a later one will draw other pictures, and this line keeps yours."""


class DiffusionGenerator(Table):
    """Any diffusers text-to-image pipeline."""

    use: Literal["diffusion"]
    model: str = Field(min_length=1)
    """A folder in diffusers format, a hub id, or a name that `collection models` lists, which brings its settings."""
    licence: str | None = None
    """The licence of the model, told in the metadata of the tokens; a listed model brings its own."""
    revision: str | None = None
    """Branch, tag or commit on the hub."""
    steps: int = Field(default=25, ge=1, le=1000)
    """Denoising steps."""
    guidance: float = Field(default=7.5, ge=0, le=100)
    """Classifier-free guidance scale; 1 or less turns it off."""
    scheduler: str | None = None
    """Euler, EulerAncestral, DDIM, LCM, UniPC, ... ; the pipeline's own if absent."""
    batch: int = Field(default=1, ge=1, le=256)
    """Images made at once. Part of a picture's identity: the arithmetic differs in the last bits with the shape."""
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    """float32, float16 or bfloat16; auto: float32 on a processor, bfloat16 on a GPU."""
    lora_scale: float | None = Field(default=None, ge=-4, le=4)
    """How strongly the LoRAs of styles work, beside the weights of the styles; absent: 1."""
    ip_adapter: str | None = Field(default=None, min_length=1)
    """An IP-Adapter's safetensors file, its image_encoder folder beside it: looks at the reference of styles."""
    ip_scale: float | None = Field(default=None, ge=0, le=2)
    """How strongly reference pictures work, beside the weights of the styles; absent: 0.6."""
    switch: float | None = Field(default=None, ge=0, le=1)
    """Part of the steps after which the late_blend of a series takes over; absent: 0.5."""
    long_prompt: Literal["refuse", "cut", "chunk"] | None = None
    """What becomes of a prompt that is too long: refuse, cut (with a warning) or chunk; absent: refuse."""
    vae: str | None = Field(default=None, min_length=1)
    """A folder with a small decoder (TAESD), for drafts."""
    compile: bool | None = None
    """Compile the denoiser: faster after a slow start; absent: false."""
    device: str = "auto"
    """cpu, cuda, cuda:1, mps; auto: the best there is."""
    offload_text_encoder: bool = False
    """Keep text encoders on the processor while they have no work, which leaves a GPU more memory."""
    threads: int | None = Field(default=None, ge=1, le=1024)
    """Threads of each process that computes on a processor: another number gives other last bits. Absent: torch's own
    choice, the number of cores. With several workers on one processor, set it to cores / workers."""

    @property
    def options(self) -> dict[str, Any]:
        """What of this belongs to a recipe, because the picture depends on it."""
        outside = {"use", "model", "device", "licence", "threads", "offload_text_encoder"}
        return self.model_dump(exclude=outside, exclude_none=True)


class StyleTable(Table):
    """A named style, and what it means to each generator."""

    prompt: str = ""
    """Words for a text-to-image model."""
    painter: str = ""
    """The embedded painter's style of that meaning; absent: the one of the same name."""
    lora: str = ""
    """A LoRA for a diffusion model: a safetensors file, or OWNER/REPOSITORY[/FILE] on the hub."""
    reference: str | tuple[str, ...] = ()
    """Pictures in the style, for a diffusion model with an ip_adapter: files such as "references/*.png"."""

    def pictures(self, folder: Path) -> list[Path]:
        """The files that `reference` names in a project's folder, sorted; raises ConfigError where one is missing."""
        found: set[Path] = set()
        for pattern in [self.reference] if isinstance(self.reference, str) else self.reference:
            files = {path for path in folder.glob(pattern) if path.is_file()} if pattern else set()
            if pattern and not files:
                raise ConfigError(f'no picture in {folder} is named "{pattern}"', "mend reference in collection.toml")
            found |= files
        return sorted(found)


class Series(Table):
    """A slice of the collection with one prompt and one blend."""

    name: Name = "main"
    """Shown as an attribute of its tokens."""
    prompt: str = ""
    """What to paint; `collection.generate.painter.VOCABULARY` lists the words that the painter knows."""
    negative_prompt: str = ""
    """What a diffusion model is to avoid."""
    blend: dict[str, Weight] = {}
    """Weight of each style; absent: the only style there is, or the generator's own choice."""
    late_blend: dict[str, Weight] = {}
    """The blend of a diffusion model's later steps, from the generator's switch on; absent: blend to the end."""
    share: float = Field(default=1, gt=0, lt=1e9)
    """How much of the candidates this series gets, beside the shares of the others."""
    axes: Axes = Axes()
    """What varies within the series; with axes it has as many images as they ask for, whatever its share."""


Threshold = Annotated[float, Field(ge=0, le=1)]


class Flags(Table):
    """From where on a number counts as a defect. Nothing is measured again when these change.

    `collection metrics` says what the numbers are; 0 or 1, the end of a range, means never.
    """

    tiny: int = Field(default=64, ge=0)
    """Pixels that the shorter side has at least."""
    blank: Threshold = 0.008
    """Less contrast: nothing is to be seen. Never chosen."""
    misexposed: Threshold = 0.1
    """Less exposure: nearly all tones are close to black or white."""
    blurred: Threshold = 0.4
    """Less sharpness."""
    clipped: Threshold = 0.5
    """More clipping: this share of the picture is pure black or white."""
    banded: Threshold = 0.02
    """More banding: this share of the picture is false contours."""
    bordered: Threshold = 0.05
    """More borders: this share of the picture is a plain frame or bars."""
    text: Threshold = 0.2
    """More text: a line as long as this share of the width looks like lettering."""
    nsfw: Threshold = 0.8
    """More nsfw: what the authors of open_nsfw call highly probable. Never chosen."""


Flag = Literal["tiny", "blank", "misexposed", "blurred", "clipped", "banded", "bordered", "text", "nsfw"]


class Score(Table):
    """What gives each image its numbers."""

    encoder: str = "embedded"
    """embedded (EfficientNet-Lite0), cpu, quality or siglip (`collection config` says what they cost), or an open_clip
    model: ViT-L-14-quickgelu/openai, hf-hub:ID, local-dir:FOLDER."""
    heads: tuple[str, ...] = ()
    """Aesthetic heads on the vectors of an OpenAI CLIP encoder: laion-v1, sac-logos-ava1, or files; the file of
    aesthetic-v2.5 on those of siglip."""
    safety: str = Field(default="off", min_length=1)
    """off, open-nsfw (needs weights of its own; the error says how to get them), or an ONNX file of that network."""
    moods: tuple[str, ...] = (
        "amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness",
    )  # fmt: skip
    """Emotions that images are held against, by an encoder that knows words. These eight are those of Mikels et al.
    2005, "Emotional category data on images from the IAPS", which ArtEmis (2021) took over for art."""
    references: tuple[str, ...] = ()
    """Folders of pictures, or of other projects, that images should not resemble too much: artists' works, earlier
    collections."""
    preference: tuple[str, ...] = ()
    """Models of what people prefer: pickscore, hps-v2.1, image-reward (fetched from their hub), or NAME:PLACE with a
    folder, a file or a hub id. They look at image and prompt, and are comparable inside one prompt only."""
    batch: int = Field(default=32, ge=1, le=1024)
    flags: Flags = Flags()
    """From where on a number counts as a defect: the table [score.flags]."""


class Dedupe(Table):
    """When two images count as one."""

    phash_distance: int = Field(default=4, ge=0, le=32)
    """Bits of 64 in which two perceptual hashes may differ."""
    cosine: float | None = Field(default=None, gt=0, le=1)
    """Least cosine of two vectors of near-duplicates; absent: calibrated on the collection itself."""
    keep: Literal["best", "first", "largest"] = "best"
    """Which of near-duplicates is kept: best score, lowest number, or most pixels. Locked ones always are."""
    exact_up_to: int = Field(default=100_000, ge=1)
    """Images of which every pair is compared; a search of more is left to FAISS, and its recall is reported."""


Share = Annotated[float, Field(gt=0, lt=1e9)]


class Select(Table):
    """How the tokens are chosen from the images."""

    diversity: float = Field(default=0.3, ge=0, le=1)
    """0: best scores only; 1: most different only."""
    bar: tuple[Flag, ...] = ("tiny",)
    """Images with one of these flags are not chosen, unless a person locks them; blank and nsfw ones never are."""
    by: tuple[str, ...] = ()
    """Metrics that say which image is better (a head's name, quality, votes, taste, taste:NAME); absent: votes or a
    taste once they are proven, else the heads, else quality."""
    shares: dict[Name, Share] = {}
    """How many of the tokens, one-of-ones aside, each artist gets beside the others, by name: {Ada = 2, Ben = 1}, in
    whole tokens by largest remainder. Every series is then one artist's, and the traits are dealt out to them."""


class Artist(Table):
    """Somebody who made this, and who is paid for it."""

    name: Name
    address: Address | None = None
    share: float = Field(default=100, gt=0, le=100)
    """Percent."""
    series: tuple[Name, ...] = ()
    """The series that are this artist's, for the shares of [select]; imported images say it by their trait "artist"."""

    @model_serializer(mode="wrap")
    def _said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without series where none are named: what was published before artists had any stays as it is."""
        said: dict[str, Any] = serialize(self)
        return said if self.series else {name: value for name, value in said.items() if name != "series"}


class Royalties(Table):
    """What a resale pays (ERC-2981)."""

    percent: float = Field(default=5, ge=0, le=50)
    receiver: Address | None = None
    """Absent: the first artist with an address, or else the account that deploys."""


class Publish(Table):
    """How the set appears in the world."""

    licence: str | None = None
    """The rights a holder gets, as an SPDX identifier where there is one: CC-BY-4.0, CC0-1.0."""
    external_url: str | None = Field(default=None, pattern=r"^https?://")
    storage: tuple[str, ...] = ("car",)
    """car (always written), and "kubo:MULTIADDRESS" for an IPFS node."""

    @field_validator("storage")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for place in value:
            if place != "car" and not place.startswith("kubo:/"):
                raise ValueError(f'"{place}" is neither "car" nor "kubo:/ip4/127.0.0.1/tcp/5001"')
        return value


class Chain(Table):
    """Where the tokens live."""

    network: str = "embedded"
    """embedded, anvil, ganache, a test network such as sepolia, or a main network's full name."""
    rpc: str | None = None
    """URL of a node, or env:NAME of the variable that holds it; absent: the network's usual local address."""
    key: str | None = Field(default=None, pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|keystore:.+)$")
    """Where the private key is: env:NAME or keystore:FILE; absent: the development account of a local network."""
    recipient: Address | None = None
    """Who gets the tokens; absent: the account that deploys."""


class Verify(Table):
    """How much is looked at again."""

    rerender: int = Field(default=4, ge=0)
    """Tokens whose recipe is rendered again and compared, spread over the set."""


class Config(Table):
    """The whole of collection.toml."""

    title: Name
    """The name of the collection."""
    symbol: str = Field(default="", max_length=11, pattern=r"^[A-Z0-9]*$")
    """Short name on the chain; absent: made from the title."""
    description: str = ""
    """What the contract and every token say of the collection."""
    supply: int = Field(ge=1, le=1_000_000)
    """Tokens."""
    candidates: int | None = Field(default=None, ge=0, le=10_000_000)
    """Images made, from which the tokens are chosen; absent: one and a half times the supply; 0: all are imported."""
    seed: int | str
    """Any text or integer; everything random comes from it."""
    image: Image = Image()
    generator: Annotated[PainterGenerator | DiffusionGenerator, Field(discriminator="use")] = PainterGenerator()
    styles: dict[Name, StyleTable] = {}
    series: tuple[Series, ...] = (Series(),)
    traits: dict[TraitName, Trait] = {}
    rules: tuple[Rule, ...] = ()
    one_of_ones: tuple[OneOfOne, ...] = ()
    unique_traits: bool = False
    """Refuse a plan in which two tokens have the same traits; else they repeat where there are too few combinations."""
    score: Score = Score()
    dedupe: Dedupe = Dedupe()
    select: Select = Select()
    artists: tuple[Artist, ...] = ()
    royalties: Royalties = Royalties()
    publish: Publish = Publish()
    chain: Chain = Chain()
    verify: Verify = Verify()
    _references: dict[str, tuple[str, ...]] = PrivateAttr(default_factory=dict)
    """SHA-256 of the reference pictures of each style that has any."""

    @property
    def images(self) -> int:
        """Images to make: `candidates`, or else one and a half times `supply`, rounded up, or what the axes ask for."""
        asked = sum(series.axes.points for series in self.series) + len(self.one_of_ones)
        if self.candidates is not None:
            return self.candidates
        if all(series.axes.points for series in self.series):
            return asked
        return max(-(-self.supply * 3 // 2), asked)

    @property
    def token_symbol(self) -> str:
        """`symbol`, or up to five consonants and digits of the title."""
        letters = [c for c in self.title.upper() if c.isascii() and c.isalnum()]
        return self.symbol or "".join(c for c in letters if c not in "AEIOU")[:5] or "".join(letters)[:5] or "TOKEN"

    @property
    def owners(self) -> dict[str, str]:
        """The artist whose each series is, by its name; empty where no artist has a share of the tokens."""
        sharing = [artist for artist in self.artists if artist.name in self.select.shares]
        return {series: artist.name for artist in sharing for series in artist.series}

    def blend_of(self, series: Series | OneOfOne) -> StyleBlend:
        """The style blend of a series or a one-of-one."""
        return self.blend(series.blend)

    def blend(self, weights: Mapping[str, float]) -> StyleBlend:
        """A style blend by the weights of its styles; no weights: the only style there is, or none."""
        styles = self._known_styles()
        return StyleBlend.of(weights or (dict.fromkeys(styles, 1.0) if len(styles) == 1 else {}), styles)

    def blends(self) -> Iterator[StyleBlend]:
        """Every style blend that an image may have from its first step on."""
        for series in self.series:
            axes = series.axes.cross.get("blend", ()) or series.axes.zip.get("blend", ())
            for weights in axes or [series.blend]:
                yield self.blend(weights if isinstance(weights, dict) else {})
        yield from map(self.blend_of, self.one_of_ones)

    def late_blend_of(self, series: Series) -> StyleBlend:
        """The blend of the later steps of a series; empty: its blend to the end."""
        return StyleBlend.of(series.late_blend, self._known_styles())

    def _known_styles(self) -> dict[str, Style]:
        return {
            name: Style(name, table.prompt, table.painter or name, table.lora, self._references.get(name, ()))
            for name, table in self.styles.items()
        }

    def effective(self) -> dict[str, Any]:
        """Every value with its default filled in; what is absent and has no default is left out."""
        value = self.model_dump(mode="json", exclude_none=True)
        return {**value, "symbol": self.token_symbol, "candidates": self.images}
