"""PickScore v1 (Kirstain et al. 2023, "Pick-a-Pic"): CLIP ViT-H/14, trained on what people chose of two pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.judge.encoders.preprocess import Preprocess
from collection.judge.metric import UNBOUNDED, Metric, agreement
from collection.judge.preference.model import LoadedModel, clip_preprocess, fill, required
from collection.models.environment import best_device, prepare_torchvision
from collection.models.hub import hub_file
from collection.models.weights import load_state
from collection.values import parse_json

if TYPE_CHECKING:
    import torch

REPOSITORY = "yuvalkirstain/PickScore_v1"


class PickScore(LoadedModel):
    """A folder as transformers keeps a CLIPModel: config.json, and model.safetensors or pytorch_model.bin.

    The number is exp(logit_scale) cos(picture, prompt), as the authors give it; about 15 to 25.
    """

    name = "pickscore"

    def _scores(self, pictures: torch.Tensor, prompts: Sequence[str]) -> torch.Tensor:
        import torch

        network, tokens = self._network, self._tokens(prompts).to(best_device())
        seen = network.visual_projection(network.vision_model(pixel_values=pictures).pooler_output)
        read = network.text_projection(network.text_model(input_ids=tokens).pooler_output)
        return network.logit_scale.exp() * torch.nn.functional.cosine_similarity(seen, read)  # type: ignore[no-any-return]

    @cached_property
    def _config(self) -> dict[str, Any]:
        path = self._file("config.json", "the configuration of a CLIPModel")
        try:
            config = parse_json(path.read_text("utf-8"))
            int(config["vision_config"]["image_size"]), config["text_config"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsError(f"{path} is not the configuration of a CLIPModel: {error!r}") from error
        return dict(config)

    @cached_property
    def _weights(self) -> Path:
        if not isinstance(self._place, Path):
            return hub_file(self._place, "model.safetensors")
        paths = [self._place / name for name in ("model.safetensors", "pytorch_model.bin")]
        return next((path for path in paths if path.is_file()), None) or required(paths[0], "the weights of PickScore")

    @cached_property
    def _preprocess(self) -> Preprocess:
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


PICKSCORE = Metric(
    name="pickscore",
    range=UNBOUNDED,
    better="higher",
    says="What people who compared two pictures of one prompt would choose: PickScore v1, scaled cosine of image and "
    "prompt.",
    source="Kirstain et al. 2023, Pick-a-Pic: An Open Dataset of User Preferences for Text-to-Image Generation",
    limits="Comparable only inside one prompt. By its paper right on about 70 of 100 held-out choices, where a person "
    "is on 68. Knows the users of 2023 and their models. " + agreement("it", 58.6),
)
