"""What a metric is: a number of an image, what it says, which way is better, what it cannot tell, how it is computed.

Each metric is one value of `Metric` in one file. A package adds one of its own by an entry point of the group
`collection.metrics` that has the metric's name:

    [project.entry-points."collection.metrics"]
    warmth = "my_package:WARMTH"
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collection.judge.pixels.picture import Picture
    from collection.judge.set_metrics.image_set import ImageSet

Better = Literal["higher", "lower", "neither"]
Need = Literal["text", "references"]
Values = npt.NDArray[np.floating]
Vectors = npt.NDArray[np.float32]

UNBOUNDED = (-math.inf, math.inf)
"""The range of a metric without a lowest or a highest value."""
PEOPLE_AGREE = 90
"""Per cent of the pairs of Multimodal RewardBench 2 on which people agree with each other, at least."""
_NAME = r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*"


def agreement(model: str, percent: float) -> str:
    """How often a model prefers what people prefer, on pictures of today: for the limits of its metric.

    Of pairs of pictures of one prompt, by generators of 2025; `percent` is as the benchmark's authors measured it.
    """
    return (
        f"On pictures of today {model} prefers what people do in {percent} % of the pairs; chance is 50, and people "
        f"agree with each other on over {PEOPLE_AGREE} (Multimodal RewardBench 2, 2025)."
    )


@dataclass(frozen=True, slots=True)
class OfPixels:
    """A metric of one picture: the number of a `Picture`. Several threads call it at once."""

    measure: Callable[[Picture], float]


@dataclass(frozen=True, slots=True)
class OfVectors:
    """A metric of an image's vector alone: the numbers (n,) of unit vectors (n, d), in half precision as stored."""

    measure: Callable[[Vectors], Values]
    encoder: str = ""
    """How the model names of the encoders begin whose vectors it takes; empty: any encoder's."""


@dataclass(frozen=True, slots=True)
class OfSet:
    """A metric that depends on the whole set: the numbers (n,) of its n images; NaN for an image that has none."""

    measure: Callable[[ImageSet], Values]
    needs: tuple[Need, ...] = ()
    """What it cannot do without: an encoder with a text tower, reference pictures."""


@dataclass(frozen=True, slots=True)
class OfSetByPart:
    """A family of metrics of the whole set, `name:PART`: the numbers (n,) of each part, NaN where there is none."""

    measure: Callable[[ImageSet], Mapping[str, Values]]
    needs: tuple[Need, ...] = ()


Computed = OfPixels | OfVectors | OfSet | OfSetByPart


@dataclass(frozen=True, slots=True)
class Defect:
    """From where on the number of a metric is a defect of the image."""

    issue: str
    """The name of the defect: blurred."""
    threshold: float
    """What holds where [score.issues] says nothing."""
    side: Literal["under", "over"]
    """On which side of the threshold the defect is; the threshold itself is none."""
    says: str
    """What the defect is, in one sentence."""
    never_chosen: bool = False
    """Whether such images are kept out of the set, whatever the configuration says."""
    nothing_else: bool = False
    """Whether no other number says anything of such an image."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric. Raises ValueError for what cannot be one."""

    name: str
    range: tuple[float, float]
    """Lowest and highest value; UNBOUNDED where there is no end."""
    better: Better
    says: str
    """What the number is, in a sentence or two."""
    source: str
    """Who defined it, and where."""
    limits: str
    """Where it cannot be trusted."""
    computed: Computed | None = None
    """How; None for built-in metrics of a model that [score] names, or of votes."""
    defect: Defect | None = None
    parts: str = ""
    """What follows the colon where there are metrics `name:PART` of the same kind: NAME, MOOD."""
    identity: str | Callable[[], str] = ""
    """What computed a number, kept with it: another identity makes every image pending. Absent: name/1."""

    def __post_init__(self) -> None:
        if not re.fullmatch(_NAME, self.name):
            raise ValueError(f"{self.name!r} is no name of a metric: lower-case words with - or . between them")
        low, high = self.range
        object.__setattr__(self, "range", (low, high))
        if not low < high:
            raise ValueError(f"the range of {self.name} ends before it begins: {low} to {high}")
        if self.better not in ("higher", "lower", "neither"):
            raise ValueError(f"better of {self.name} is {self.better!r}, not higher, lower or neither")
        if missing := [key for key in ("says", "source", "limits") if not getattr(self, key)]:
            raise ValueError(f"{self.name} has no {missing[0]}")
        if isinstance(self.computed, OfSetByPart) and not self.parts:
            raise ValueError(f"{self.name} has no word for its parts")
        if self.defect:
            _check_defect(self.name, self.range, self.defect)

    @property
    def model(self) -> str:
        """Identity of what computes it."""
        found = self.identity() if callable(self.identity) else self.identity
        return found or f"{self.name}/1"

    @property
    def title(self) -> str:
        """The name as people see it: clipscore, trait:NAME."""
        return f"{self.name}:{self.parts}" if self.parts and isinstance(self.computed, OfSetByPart) else self.name

    @property
    def span(self) -> str:
        """The range in words: 0 to 100, or unbounded."""
        low, high = self.range
        return "unbounded" if self.range == UNBOUNDED else f"{low:g} to {high:g}"

    @property
    def direction(self) -> str:
        """Which way is better, in words."""
        return "neither way is better" if self.better == "neither" else f"{self.better} is better"

    def as_json(self) -> dict[str, Any]:
        """What is known of it, for programs."""
        defect = self.defect
        return {
            "name": self.title,
            "range": [value if math.isfinite(value) else "unbounded" for value in self.range],
            "better": self.better,
            "says": self.says,
            "source": self.source,
            "limits": self.limits,
            "issue": defect and {"name": defect.issue, "side": defect.side, "threshold": defect.threshold},
        }

    def wrong(self, values: Values) -> npt.NDArray[np.bool_]:
        """Which of some numbers, of any shape, cannot be this metric's: no numbers, or outside its range."""
        low, high = self.range
        return ~(np.isfinite(values) & (values >= low - _ROUNDING) & (values <= high + _ROUNDING))

    def refusal(self, value: float) -> str:
        """What is said of a wrong number."""
        return f"gave {value:g}" + (f", outside its range of {self.span}" if math.isfinite(value) else "")


_ROUNDING = 1e-5
"""By which a number in single precision may miss the end of its range."""


def _check_defect(name: str, span: tuple[float, float], defect: Defect) -> None:
    if not re.fullmatch(_NAME, defect.issue):
        raise ValueError(f"{defect.issue!r} is no name of an issue: lower-case words with - or . between them")
    if not span[0] <= defect.threshold <= span[1]:
        raise ValueError(f"the threshold of {defect.issue} is {defect.threshold}, outside the range of {name}")
    if defect.side not in ("under", "over"):
        raise ValueError(f"the side of {defect.issue} is {defect.side!r}, not under or over")
    if not defect.says:
        raise ValueError(f"{defect.issue} does not say what it is")
