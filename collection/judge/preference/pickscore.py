"""PickScore v1 (Kirstain et al. 2023, "Pick-a-Pic"): CLIP ViT-H/14, trained on what people chose of two pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from collection.errors import WeightsError
from collection.judge.preference.model import clip_preprocess, fetched, fill, required
from collection.models.environment import best_device, prepare_torchvision
from collection.models.weights import file_sha256, load_state
from collection.values import Pixels, parse_json

REPOSITORY = "yuvalkirstain/PickScore_v1"


class PickScore:
    """A folder as transformers keeps a CLIPModel: config.json, and model.safetensors or pytorch_model.bin.

    The number is exp(logit_scale) cos(picture, prompt), as the authors give it; about 15 to 25.
    """

    name = "pickscore"

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
        network, tokens = self._network, self._tokens(prompts).to(best_device())
        with torch.inference_mode():
            seen = network.visual_projection(
                network.vision_model(pixel_values=self._preprocess(pictures).to(best_device())).pooler_output
            )
            read = network.text_projection(network.text_model(input_ids=tokens).pooler_output)
            cosines = torch.nn.functional.cosine_similarity(seen, read)
            return np.asarray((network.logit_scale.exp() * cosines).float().cpu().numpy(), np.float32)

    @cached_property
    def _config(self) -> dict[str, Any]:
        path = (
            required(self._place / "config.json", "the configuration of a CLIPModel")
            if isinstance(self._place, Path)
            else fetched(self._place, "config.json")
        )
        try:
            config = parse_json(path.read_text("utf-8"))
            int(config["vision_config"]["image_size"]), config["text_config"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsError(f"{path} is not the configuration of a CLIPModel: {error!r}") from error
        return dict(config)

    @cached_property
    def _weights(self) -> Path:
        if not isinstance(self._place, Path):
            return fetched(self._place, "model.safetensors")
        paths = [self._place / name for name in ("model.safetensors", "pytorch_model.bin")]
        return next((path for path in paths if path.is_file()), None) or required(paths[0], "the weights of PickScore")

    @cached_property
    def _preprocess(self) -> Any:
        return clip_preprocess(int(self._config["vision_config"]["image_size"]))

    @cached_property
    def _network(self) -> Any:
        prepare_torchvision()
        from transformers import CLIPConfig, CLIPModel

        from collection.judge.encoders.packed_layers import pack

        network = CLIPModel(CLIPConfig.from_dict(self._config))
        return pack(fill(network, load_state(self._weights), self._weights, "PickScore"))

    def _tokens(self, prompts: Sequence[str]) -> Any:
        """CLIP's byte pairs, (n, 77). What stands after the end of a text is not looked at: attention is causal."""
        prepare_torchvision()
        import open_clip

        return open_clip.SimpleTokenizer(context_length=77)(list(prompts))
