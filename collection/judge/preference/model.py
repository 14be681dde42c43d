"""What every preference model is: its files, its identity, how its weights get into a network, how it is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from collection.errors import WeightsError
from collection.judge.encoders.preprocess import Preprocess
from collection.models.environment import best_device
from collection.models.hub import hub_file
from collection.models.weights import file_sha256, require_trained
from collection.values import Pixels

if TYPE_CHECKING:
    import torch

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of OpenAI's CLIP; BLIP took them over."""


class PreferenceModel(Protocol):
    """Scores pictures with their prompts; loads on first use. Raises WeightsError for weights that do not fit."""

    @property
    def name(self) -> str:
        """Its metric."""
        ...

    @property
    def model(self) -> str:
        """Identity: name, weights and preprocess."""
        ...

    def score(self, pictures: Sequence[Pixels], prompts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One number, higher is better, for each picture with its own prompt: (n,)."""
        ...


class LoadedModel(ABC):
    """A preference model whose weights are a file of a folder or of a hub repository (a `PreferenceModel`)."""

    name: str

    def __init__(self, place: Path | str) -> None:
        """`place` is a folder or a file (Path), or a hub id (str)."""
        self._place = place

    @cached_property
    def model(self) -> str:
        """Name, weights and preprocess."""
        return f"{self.name}@{file_sha256(self._weights)}+{self._preprocess.identity}"

    def score(self, pictures: Sequence[Pixels], prompts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One number a picture with its own prompt, (n,); comparable inside one prompt. Long prompts are cut."""
        import torch

        if not pictures:
            return np.zeros(0, np.float32)
        with torch.inference_mode():
            found = self._scores(self._preprocess(pictures).to(best_device()), prompts)
            return np.asarray(found.float().cpu().numpy(), np.float32)

    def _file(self, name: str, what: str, repository: str | None = None) -> Path:
        """A file of the folder; of the hub, of `repository` or else of the model's own."""
        if isinstance(self._place, Path):
            return required(self._place / name, what)
        return hub_file(repository or self._place, name)

    @property
    @abstractmethod
    def _weights(self) -> Path:
        """The file of the weights."""

    @property
    @abstractmethod
    def _preprocess(self) -> Preprocess:
        """How pictures are brought to the network."""

    @abstractmethod
    def _scores(self, pictures: torch.Tensor, prompts: Sequence[str]) -> torch.Tensor:
        """(n,) of pictures (n, 3, side, side) and their prompts, on the best device."""


def clip_preprocess(size: int, resize: str = "shortest") -> Preprocess:
    """How pictures are brought to a model of `size` pixels that keeps CLIP's colours."""
    return Preprocess(size, MEAN, STD, resize)


def fill(network: Any, state: Mapping[str, torch.Tensor], weights: Path, what: str) -> Any:
    """Put tensors into a network that takes exactly these, and give it back ready to run on the best device.

    Tables of position numbers, which older checkpoints kept, are left out. Raises WeightsError, naming the first
    tensor that is missing, unknown or of another shape, and for weights that nobody trained.
    """
    found = {name: value.float() for name, value in state.items() if not name.endswith("position_ids")}
    wanted = {name: value.shape for name, value in network.state_dict().items() if not name.endswith("position_ids")}
    wrong = [
        *(f"{name} is missing" for name in wanted if name not in found),
        *(f"{name} is unknown" for name in found if name not in wanted),
        *(
            f"{name} is of shape {tuple(found[name].shape)}, not {tuple(shape)}"
            for name, shape in wanted.items()
            if name in found and found[name].shape != shape
        ),
    ]
    if wrong:
        raise WeightsError(
            f"{weights} does not hold {what}: {wrong[0]}" + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""),
            f"give the published weights of {what}",
        )
    network.load_state_dict(found, strict=False)
    require_trained(network, weights)
    return network.to(best_device()).eval()


def required(path: Path, what: str) -> Path:
    """The path, if a file is there; raises WeightsError otherwise."""
    if not path.is_file():
        raise WeightsError(f"{path} is not there: {what}", "put it there, or name another folder")
    return path
