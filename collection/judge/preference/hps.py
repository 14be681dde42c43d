"""HPS v2.1 (Wu et al. 2023, "Human Preference Score v2"): open_clip's ViT-H-14, trained on people's rankings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.errors import WeightsError
from collection.judge.encoders.declared_weights import model_config
from collection.judge.encoders.preprocess import Preprocess
from collection.judge.preference.model import clip_preprocess, fetched, fill
from collection.models.environment import best_device, prepare_torchvision
from collection.models.weights import file_sha256, load_state
from collection.values import Pixels, parse_json

REPOSITORY, FILE = "xswu/HPSv2", "HPS_v2.1_compressed.pt"


class HPS:
    """The published checkpoint, its tensors under "state_dict"; or a folder with it and an open_clip_config.json.

    The number is the plain cosine of picture and prompt, -1 to 1; pictures of today's models have 0.2 to 0.35. The
    whole picture is shown, its longer side brought to the model's and the rest black.
    """

    name = "hps-v2.1"

    def __init__(self, place: Path | str) -> None:
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
        network = self._network
        with torch.inference_mode():
            seen = network.encode_image(self._preprocess(pictures).to(best_device()), normalize=True)
            read = network.encode_text(self._tokenizer(list(prompts)).to(best_device()), normalize=True)
            return np.asarray((seen * read).sum(dim=1).float().cpu().numpy(), np.float32)

    @property
    def _folder(self) -> Path | None:
        return self._place if isinstance(self._place, Path) and self._place.is_dir() else None

    @cached_property
    def _weights(self) -> Path:
        if isinstance(self._place, str):
            return fetched(self._place, FILE)
        return self._place / FILE if self._folder else self._place

    @cached_property
    def _config(self) -> dict[str, Any]:
        path = self._folder and self._folder / "open_clip_config.json"
        if not path or not path.is_file():
            prepare_torchvision()
            return model_config("ViT-H-14")
        try:
            return dict(parse_json(path.read_text("utf-8"))["model_cfg"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsError(f"{path} is not the configuration of an open_clip model: {error!r}") from error

    @cached_property
    def _preprocess(self) -> Preprocess:
        return clip_preprocess(int(self._config["vision_cfg"]["image_size"]), "longest")

    @cached_property
    def _network(self) -> Any:
        prepare_torchvision()
        from open_clip.model import CLIP

        from collection.judge.encoders.packed_layers import pack

        network = CLIP(**{key: value for key, value in self._config.items() if key != "custom_text"})
        network = fill(network, load_state(self._weights), self._weights, "HPS v2.1")
        pack(network.visual)
        return network

    @cached_property
    def _tokenizer(self) -> Any:
        prepare_torchvision()
        import open_clip

        return open_clip.SimpleTokenizer(context_length=int(self._config["text_cfg"]["context_length"]))
