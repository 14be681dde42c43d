"""The frozen values that rooms hand to each other."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from collection.errors import UsageError
from collection.json_fields import (
    DEEPEST,
    EXACT,
    digest_or_nothing,
    digests,
    items,
    json_table,
    json_value,
    named,
    positive,
    table,
    text,
    texts,
    whole,
)
from collection.spelling import FIELDS, nearest

if TYPE_CHECKING:  # the command line reads this file before it knows whether there is anything to compute
    import numpy as np
    import numpy.typing as npt

Pixels: TypeAlias = "npt.NDArray[np.uint8]"
"""An RGB picture: (height, width, 3), uint8, sRGB."""

Transparent: TypeAlias = "npt.NDArray[np.uint8]"
"""A picture with its alpha: (height, width, 4), uint8."""

QuotaCell = tuple[str, tuple[tuple[str, str], ...]]
"""A kind of token under quotas: the name of a one-of-one or "", and the traits, sorted."""

ARTIST = "artist"
"""The trait of a cell that says whose token it is, where artists have shares of the tokens."""

Progress = Callable[[int, int], None]
"""Told (done, total) as work goes on, in the unit of the stage (images, tokens, files)."""


def amount(number: int, singular: str, plural: str | None = None) -> str:
    """A number and its noun: 1 token, 24 tokens, 1,200 images."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def is_name(text: str, longest: int) -> bool:
    """Whether a text is 1 to `longest` characters that print, and no space at an end.

    What joins letters (U+200C, U+200D) counts as printing, since Persian words and some emoji need it, but not alone.
    """
    bare = text.replace("\u200c", "").replace("\u200d", "")
    return len(bare) > 0 and len(text) <= longest and bare.isprintable() and text.strip() == text


def label(number: int) -> str:
    """The number of an image as people see it: 0031."""
    return f"{number:04d}"


def silent(done: int, total: int) -> None:
    """The progress nobody watches."""


def canonical_json(value: Any) -> bytes:
    """The one byte form of a JSON value: RFC 8785 (JSON Canonicalization Scheme).

    UTF-8, keys sorted, no spaces, numbers as ECMAScript writes them. Raises UsageError for what it cannot hold: NaN,
    integers beyond 2**53.
    """
    import rfc8785

    try:
        if _has_one_form(value):
            with suppress(UnicodeEncodeError):  # half of a surrogate pair: refused below by name
                return _COMPACT(value).encode()
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise UsageError(f"no canonical JSON: {error}") from error


_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_PRECISE = 2**53 - 1


def _has_one_form(value: Any) -> bool:
    """Whether Python's own encoder, which is many times faster, writes a value as RFC 8785 does: keys are ASCII, which
    UTF-16 orders alike, and fractions are of a size that ECMAScript, too, writes without an exponent."""
    left = [value]
    while left:
        item = left.pop()
        kind = type(item)
        if kind is dict:
            for key in item:
                if type(key) is not str or not key.isascii():
                    return False
            left += [each for each in item.values() if type(each) is not str]
        elif kind is list or kind is tuple:
            left += [each for each in item if type(each) is not str]
        elif kind is float:
            if item.is_integer() or not 1e-4 <= abs(item) < 1e16:  # Python writes 1.0 and 1e-05
                return False
        elif not (kind is str or item is None or kind is bool or (kind is int and -_PRECISE <= item <= _PRECISE)):
            return False
    return True


DEEPEST_JSON = DEEPEST
"""Levels; nobody means more, and a parser that runs out of stack ends the process."""
MILLION = 1_000_000
"""The weights of a style blend are whole numbers of millionths."""


def parse_json(text: str, parse_float: Callable[[str], Any] = float, **hooks: Any) -> Any:
    """The value of a JSON text that somebody else wrote; raises ValueError for any other, or one nested too deep.

    `parse_float` makes a value of each number that is written with a point or an exponent, `hooks` are those of
    `json.loads`.
    """
    depth = 0
    for bracket in re.findall(r"[\[\]{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST_JSON:
            raise ValueError(f"it is nested more than {DEEPEST_JSON} levels deep")
    return json.loads(text, parse_float=parse_float, **hooks)


def sha256_hex(data: bytes | memoryview) -> str:
    """SHA-256 (FIPS 180-4) of some bytes, as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class Style:
    """A named style and what it means to each generator."""

    name: str
    prompt: str = ""
    """What a text-to-image model is told."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What else it means to generators, by the keys that they have for styles: JSON values (painter, lora, references).
    Each generator checks its own when it renders."""

    def as_json(self) -> dict[str, Any]:
        """Name, prompt and settings at one level; what says nothing (empty) is left out."""
        return _telling({**self.settings, "name": self.name, "prompt": self.prompt})

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Style:
        """Read the style of a part of `StyleBlend.as_json`; raises ValueError, saying why, for anything else."""
        settings = {name: _field(value, name, json_value) for name in value if name not in STYLE_FIELDS}
        prompt = _field(value, "prompt", text) if "prompt" in value else ""
        return cls(_field(value, "name", named), prompt, _telling(settings))


@dataclass(frozen=True, slots=True)
class StyleBlend:
    """Styles with weights that sum to 1, sorted by name."""

    parts: tuple[tuple[Style, float], ...] = ()

    @classmethod
    def of(cls, weights: Mapping[str, float], styles: Mapping[str, Style]) -> StyleBlend:
        """Normalise `weights` (zero or more, at least one above zero) over known `styles`, to millionths.

        The millionths add up to a million exactly, so that the weights sum to 1 (by `math.fsum` to within 2**-53, which
        is what six decimals cost in binary). A weight that is zero, or rounds to it, is dropped. Raises UsageError.
        """
        wrong = [f"{name} = {weight}" for name, weight in weights.items() if not 0 <= weight < math.inf]
        if wrong:
            raise UsageError(f"style weights must be zero or more: {', '.join(wrong)}", "a number, such as 0.7")
        if weights and not any(weights.values()):
            raise UsageError("a style blend needs at least one weight above zero", "a number, such as 0.7")
        names = sorted(weights)
        shares = zip(names, _millionths([weights[name] for name in names]), strict=True)
        return cls(tuple((styles[name], share / MILLION) for name, share in shares if share))

    def as_json(self) -> list[dict[str, Any]]:
        """The parts with their weights; fields that say nothing are left out."""
        return [{**style.as_json(), "weight": weight} for style, weight in self.parts]

    @classmethod
    def from_json(cls, value: Any) -> StyleBlend:
        """Read `as_json` back; raises ValueError, saying why, for anything else.

        Weights of one millionth too few or too many for each style are read: they were once rounded one by one.
        """
        parts = [(Style.from_json(part), _field(part, "weight", _weight)) for part in map(table, items(value))]
        names = [style.name for style, _ in parts]
        if names != sorted(set(names)):
            raise ValueError("its styles must be sorted by name, each once")
        total = math.fsum(weight for _, weight in parts)
        if parts and abs(total - 1) * MILLION > len(parts):
            raise ValueError(f"its weights must sum to 1, not {total:g}")
        return cls(tuple(parts))

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each style, by name."""
        return {style.name: weight for style, weight in self.parts}

    @property
    def leading(self) -> str | None:
        """The name of the heaviest style (of equals, the first by name)."""
        return max(self.parts, key=lambda part: part[1])[0].name if self.parts else None


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that makes one image; two equal recipes make the same picture."""

    generator: str
    """Registered name: painter, diffusion."""
    model: str
    """What the generator runs: an engine version ("painter/1"), a model folder or a hub id."""
    seed: int
    """0 to 2**53 - 1."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    series: str = ""
    prompt: str = ""
    negative_prompt: str = ""
    blend: StyleBlend = field(default_factory=StyleBlend)
    switch_to: StyleBlend = field(default_factory=StyleBlend)
    """The blend from step `options["switch_at"]` of all steps (0 to 1) on; empty: `blend` to the end."""
    traits: Mapping[str, str] = field(default_factory=dict)
    """Trait values that the plan drew, and that the prompt may have named."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only this generator knows: steps, guidance, scheduler, dtype, batch, revision. JSON values."""
    init_image: str = ""
    """SHA-256 of the picture to begin from (image-to-image); `options["strength"]` says how far to leave it."""
    mask_image: str = ""
    """SHA-256 of a picture, white where `init_image` is to be painted anew (inpainting)."""
    interpolation_target: Recipe | None = None
    """Another recipe, towards which this one is moved by `options["alpha"]`, 0 to 1 (interpolation)."""
    parents: tuple[str, ...] = ()
    """SHA-256 of the recipes this one was bred from."""

    def as_json(self) -> dict[str, Any]:
        """The JSON form that is stored, hashed and published.

        Fields that say nothing (empty) are left out: what recipes learn to say later leaves the identity of those
        that do not say it as it is.
        """
        return _telling({name: _plain(getattr(self, name)) for name in _RECIPE_FIELDS})

    @classmethod
    def from_json(cls, value: Any) -> Recipe:
        """Read `as_json` back, which may come from anywhere: raises UsageError naming the field that is missing,
        unknown, of another type or out of range. What is read has an identity and a canonical JSON."""
        try:
            return cls._checked(value)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"not a recipe: {error}") from error

    @classmethod
    def _checked(cls, value: Any) -> Recipe:
        _refuse_unknown(table(value), _RECIPE_FIELDS)
        for name in ("generator", "model", "seed", "width", "height"):
            if name not in value:
                raise ValueError(f"the field {name} is missing")
        found = {}
        for name, check in _RECIPE_FIELDS.items():
            if name in value:
                try:
                    found[name] = check(value[name])
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from error
        return cls(**found)

    @property
    def sha256(self) -> str:
        """Identity of the recipe: SHA-256 of its canonical JSON."""
        return sha256_hex(canonical_json(self.as_json()))


LARGEST_SIDE = 65_535
"""Pixels of a side that a recipe may ask for."""

STYLE_FIELDS = ("name", "prompt", "weight")
"""Fields of a part of a blend in JSON that are no settings of generators."""
_RECIPE_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "generator": named,
    "model": text,
    "seed": lambda value: whole(value, 0, EXACT),
    "width": lambda value: whole(value, 1, LARGEST_SIDE),
    "height": lambda value: whole(value, 1, LARGEST_SIDE),
    "series": text,
    "prompt": text,
    "negative_prompt": text,
    "blend": StyleBlend.from_json,
    "switch_to": StyleBlend.from_json,
    "traits": texts,
    "options": json_table,
    "init_image": digest_or_nothing,
    "mask_image": digest_or_nothing,
    "interpolation_target": Recipe._checked,
    "parents": digests,
}
"""What reads each field of the JSON form."""


def _field(value: Mapping[str, Any], name: str, check: Callable[[Any], Any]) -> Any:
    """A field of a JSON object, checked; raises ValueError that names it."""
    try:
        return check(value[name])
    except KeyError:
        raise ValueError(f"the field {name} is missing") from None
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _refuse_unknown(value: Mapping[str, Any], known: Container[str]) -> None:
    if unknown := [name for name in value if name not in known]:
        raise ValueError(f"unknown field {unknown[0]!r}{nearest(unknown[0], (), FIELDS)}")


def _weight(value: Any) -> float:
    return positive(value, 1)


def _millionths(weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to weights, rounded so that they add up to MILLION; of none, none.

    Each is rounded to the nearest; what is then too much or too little is taken from, or given to, those that rounding
    moved furthest, one each, the first of equals first.
    """
    if not weights:
        return []
    total = sum(weights)
    if math.isinf(total):  # the sum of weights near the largest float
        largest = max(weights)
        weights = [weight / largest for weight in weights]
        total = sum(weights)
    parts = [weight / total for weight in weights]
    shares = [round(round(part, 6) * MILLION) for part in parts]
    missing = MILLION - sum(shares)
    step = 1 if missing > 0 else -1
    places = sorted(range(len(shares)), key=lambda place: step * (shares[place] - parts[place] * MILLION))
    for place in places[: abs(missing)]:
        shares[place] += step
    return shares


def _telling(found: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: content for name, content in found.items() if content or content == 0}


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int:  # most are: the checks below take several times as long
        return value
    if kind is StyleBlend or kind is Recipe:
        return value.as_json()
    if kind is tuple:
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a generator hands back for one recipe."""

    pixels: Pixels
    features: Mapping[str, str] = field(default_factory=dict)
    """What the generator itself decided and a collector may want to know (Palette: Ember)."""
    warnings: tuple[str, ...] = ()
    """What the maker should know about this picture: a prompt that was cut, a second attempt and its reason."""
    identity: Mapping[str, Any] = field(default_factory=dict)
    """What ran for this picture besides the generator's own identity (the weights of its LoRAs): JSON values."""
    transparent: npt.NDArray[np.uint8] | None = None
    """(h, w, 4) uint8, with its alpha, black where nothing is seen; `pixels` are these, laid on the ground that every
    transparent picture has. None where all of it is opaque."""
    animation: tuple[bytes, str] | None = None
    """The file of an animation, and its suffix (".gif"), of which `pixels` are the frame that stands for it."""
    drawn: bool = False
    """Whether it is put together of drawings, which are mostly areas of one colour: its file is packed accordingly."""

    @property
    def channels(self) -> npt.NDArray[np.uint8]:
        """(h, w, 3 or 4): the pixels, with their alpha if they have any; what a PNG of the picture holds."""
        return self.pixels if self.transparent is None else self.transparent


class Shown(Protocol):
    """A picture in memory, decoded or just made."""

    @property
    def pixels(self) -> Pixels:
        """(h, w, 3) uint8, transparency laid on one ground."""
        ...

    @property
    def transparent(self) -> Transparent | None:
        """(h, w, 4) uint8, with its alpha; None where all of it is opaque."""
        ...


class ImageGenerator(Protocol):
    """Makes pictures from recipes. `generate` returns one Rendering a recipe, in order.

    The same recipes in the same order give the same pixels. `batch_size` is the fixed number of recipes
    that one call takes (the last call of a run may bring fewer; the generator pads if its result depends
    on the shape). `identity` says what ran (versions, weight hashes, dtype, threads): JSON values, stored
    with every asset. Raises GenerationError or WeightsError.
    """

    @property
    def batch_size(self) -> int:
        """Recipes a call, 1 or more."""
        ...

    @property
    def identity(self) -> Mapping[str, Any]:
        """What ran, in JSON values."""
        ...

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order."""
        ...


class ImageEncoder(Protocol):
    """Turns pictures into unit vectors. `model` names (architecture, weights sha256, preprocess)."""

    @property
    def model(self) -> str:
        """Identity of the encoder."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, images: Sequence[Pixels]) -> npt.NDArray[np.float32]:
        """Unit vectors, (n, dimensions) float32."""
        ...


class TextEncoder(Protocol):
    """What an encoder knows of words.

    An encoder of another package has a text tower if it gives `encode_text` and `logit_scale`, and may give
    `unknown_words`; its vectors of texts are as long as those of pictures.
    """

    @property
    def logit_scale(self) -> float:
        """By what cosines of pictures and texts are multiplied before a softmax, as it was trained."""
        ...

    def encode_text(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Unit vectors, (n, e) float32; long texts are cut."""
        ...

    def project_images(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The encoder's vectors of pictures, (n, d), as unit vectors, (n, e), that those of texts compare with."""
        ...

    def unknown_words(self, text: str) -> Sequence[str]:
        """The words of a text that the encoder never read, as far as it can say."""
        ...


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong in a batch of work that went on."""

    what: str
    why: str
