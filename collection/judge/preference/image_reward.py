"""ImageReward (Xu et al. 2023, "ImageReward: Learning and Evaluating Human Preferences"): BLIP and five linear layers.

A ViT sees the picture, a BERT reads the prompt and looks at the ViT's output in every layer, and the layers, which
have no activations between them, turn its first output into a number. The published file has BLIP's own names
(github salesforce/BLIP); transformers builds the same towers under others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.judge.encoders.preprocess import Preprocess
from collection.judge.metric import UNBOUNDED, Metric, agreement
from collection.judge.preference.model import LoadedModel, clip_preprocess, fill
from collection.models.environment import best_device, prepare_torchvision
from collection.models.weights import load_state
from collection.values import parse_json

if TYPE_CHECKING:
    import torch

REPOSITORY, VOCABULARY = "THUDM/ImageReward", "google-bert/bert-base-uncased"
MEAN, DEVIATION = 0.16717362830052426, 1.0333394966054072
"""Of the rewards on the authors' own pictures: their reward is told in these units."""
_FILES = "ImageReward is ImageReward.pt, med_config.json and vocab.txt (BERT's)"
LONGEST = 35
"""Word pieces of a prompt, the two at its ends included."""
_LAYERS = (0, 2, 4, 6, 7)
_HEAD_WIDTH = 64
"""Channels of an attention head in every published ViT of BLIP."""
_VISION = (
    (r"^cls_token$", "embeddings.class_embedding"),
    (r"^pos_embed$", "embeddings.position_embedding"),
    (r"^patch_embed\.proj\.", "embeddings.patch_embedding."),
    (r"^norm\.", "post_layernorm."),
    (r"^blocks\.(\d+)\.norm([12])\.", r"encoder.layers.\1.layer_norm\2."),
    (r"^blocks\.(\d+)\.attn\.proj\.", r"encoder.layers.\1.self_attn.projection."),
    (r"^blocks\.(\d+)\.attn\.", r"encoder.layers.\1.self_attn."),
    (r"^blocks\.(\d+)\.", r"encoder.layers.\1."),
)
"""BLIP's names in the ViT, and transformers'; those in the BERT are the same."""


class ImageReward(LoadedModel):
    """A folder with ImageReward.pt, med_config.json and the vocab.txt of bert-base-uncased.

    The number is about normal around 0 with deviation 1 on the authors' pictures: -2 to 2.
    """

    name = "image-reward"

    def _scores(self, pictures: torch.Tensor, prompts: Sequence[str]) -> torch.Tensor:
        import torch

        texts = self._tokenizer(
            list(prompts), padding="max_length", truncation=True, max_length=LONGEST, return_tensors="pt"
        ).to(best_device())
        seen = self._picture_tower(pixel_values=pictures).last_hidden_state
        read: torch.Tensor = self._text_tower(
            input_ids=texts.input_ids, attention_mask=texts.attention_mask, encoder_hidden_states=seen,
            encoder_attention_mask=torch.ones(seen.shape[:2], dtype=torch.long, device=seen.device),
        ).last_hidden_state[:, 0].float()  # fmt: skip
        for weight, bias in self._layers:
            read = torch.nn.functional.linear(read, weight, bias)
        return (read[:, 0] - MEAN) / DEVIATION

    @cached_property
    def _weights(self) -> Path:
        return self._file("ImageReward.pt", _FILES)

    @cached_property
    def _state(self) -> dict[str, torch.Tensor]:
        state = load_state(self._weights)
        shapes = {"blip.visual_encoder.pos_embed": 3, "blip.visual_encoder.patch_embed.proj.weight": 4}
        for name, dimensions in shapes.items():
            if name not in state or state[name].ndim != dimensions:
                raise WeightsError(f"{self._weights} does not hold ImageReward: {name} is missing or of another shape")
        return state

    @cached_property
    def _config(self) -> dict[str, Any]:
        path = self._file("med_config.json", _FILES)
        try:
            config = parse_json(path.read_text("utf-8"))
            return {key: config[key] for key in _BERT}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WeightsError(f"{path} is not the configuration of BLIP's BERT: {error!r}") from error

    @cached_property
    def _preprocess(self) -> Preprocess:
        return clip_preprocess(self._sides[0])

    @property
    def _sides(self) -> tuple[int, int]:
        """Pixels of a picture and of a patch."""
        positions = self._state["blip.visual_encoder.pos_embed"].shape[1] - 1
        patch = int(self._state["blip.visual_encoder.patch_embed.proj.weight"].shape[-1])
        return round(positions**0.5) * patch, patch

    @cached_property
    def _picture_tower(self) -> Any:
        prepare_torchvision()
        from transformers import BlipVisionConfig, BlipVisionModel

        from collection.judge.encoders.packed_layers import pack

        state = _within(self._state, "blip.visual_encoder.")
        size, patch = self._sides
        width = int(state["pos_embed"].shape[2])
        hidden = state.get("blocks.0.mlp.fc1.weight")
        config = BlipVisionConfig(
            hidden_size=width, image_size=size, patch_size=patch, num_attention_heads=max(1, width // _HEAD_WIDTH),
            num_hidden_layers=len({name.split(".")[1] for name in state if name.startswith("blocks.")}),
            intermediate_size=4 * width if hidden is None else int(hidden.shape[0]), layer_norm_eps=1e-6,
        )  # fmt: skip
        return pack(fill(BlipVisionModel(config), _renamed(state), self._weights, "ImageReward's picture tower"))

    @cached_property
    def _text_tower(self) -> Any:
        prepare_torchvision()
        from transformers import BlipTextConfig
        from transformers.models.blip.modeling_blip_text import BlipTextModel

        from collection.judge.encoders.packed_layers import pack

        width = int(self._state["blip.visual_encoder.pos_embed"].shape[2])
        config = BlipTextConfig(**self._config, encoder_hidden_size=width, is_decoder=True, use_cache=False)
        network = BlipTextModel(config, add_pooling_layer=False)
        state = _within(self._state, "blip.text_encoder.")
        return pack(fill(network, state, self._weights, "ImageReward's text tower"))

    @cached_property
    def _layers(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        state, gives = _within(self._state, "mlp.layers."), int(self._config["hidden_size"])
        if set(state) != {f"{place}.{part}" for place in _LAYERS for part in ("weight", "bias")}:
            raise WeightsError(f"{self._weights} does not hold ImageReward: its mlp has {', '.join(sorted(state))}")
        layers = [(state[f"{place}.weight"].float(), state[f"{place}.bias"].float()) for place in _LAYERS]
        for weight, bias in layers:
            if weight.ndim != 2 or weight.shape[1] != gives or bias.shape != weight.shape[:1]:
                raise WeightsError(f"{self._weights}: in its mlp {tuple(weight.shape)} cannot follow {gives}")
            gives = int(weight.shape[0])
        if gives != 1:
            raise WeightsError(f"{self._weights} gives {gives} numbers a picture, not one")
        return [(weight.to(best_device()), bias.to(best_device())) for weight, bias in layers]

    @cached_property
    def _tokenizer(self) -> Any:
        prepare_torchvision()
        from transformers import BertTokenizer

        vocabulary = self._file("vocab.txt", _FILES, VOCABULARY)
        return BertTokenizer(vocab=str(vocabulary), do_lower_case=True)


_BERT = (
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "hidden_act",
    "layer_norm_eps", "max_position_embeddings",
)  # fmt: skip
"""What med_config.json says of the text tower."""


def _within(state: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _renamed(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The ViT's tensors under transformers' names; a name that BLIP does not have stays, and is refused later."""
    names = {}
    for name, value in state.items():
        ours = next((re.sub(old, new, name) for old, new in _VISION if re.search(old, name)), name)
        names[ours] = value
    return names


IMAGE_REWARD = Metric(
    name="image-reward",
    range=UNBOUNDED,
    better="higher",
    says="What experts who rated pictures of one prompt would prefer: ImageReward, in standard deviations of its "
    "authors' pictures; usually -2 to 2.",
    source="Xu et al. 2023, ImageReward: Learning and Evaluating Human Preferences for Text-to-Image Generation",
    limits="Comparable only inside one prompt, of which it reads the first 35 word pieces. By its paper right on about "
    "65 of 100 pairs of its own test set, as often as one person. " + agreement("it", 54),
)
