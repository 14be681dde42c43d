"""HPS v2.1 (Wu et al. 2023, "Human Preference Score v2"): open_clip's ViT-H-14, trained on people's rankings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collection.errors import WeightsError
from collection.judge.encoders.declared_weights import model_config
from collection.judge.encoders.preprocess import Preprocess
from collection.judge.metric import Metric, agreement
from collection.judge.preference.model import LoadedModel, clip_preprocess, fill
from collection.models.environment import best_device, prepare_torchvision
from collection.models.hub import hub_file
from collection.models.weights import load_state
from collection.values import parse_json

if TYPE_CHECKING:
    import torch

REPOSITORY, FILE = "xswu/HPSv2", "HPS_v2.1_compressed.pt"


class HPS(LoadedModel):
    """The published checkpoint, its tensors under "state_dict"; or a folder with it and an open_clip_config.json.

    The number is the plain cosine of picture and prompt, -1 to 1; pictures of today's models have 0.2 to 0.35. The
    whole picture is shown, its longer side brought to the model's and the rest black.
    """

    name = "hps-v2.1"

    def _scores(self, pictures: torch.Tensor, prompts: Sequence[str]) -> torch.Tensor:
        network = self._network
        seen = network.encode_image(pictures, normalize=True)
        read = network.encode_text(self._tokenizer(list(prompts)).to(best_device()), normalize=True)
        return (seen * read).sum(dim=1)  # type: ignore[no-any-return]

    @property
    def _folder(self) -> Path | None:
        return self._place if isinstance(self._place, Path) and self._place.is_dir() else None

    @cached_property
    def _weights(self) -> Path:
        if isinstance(self._place, str):
            return hub_file(self._place, FILE)
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


HPS_V2_1 = Metric(
    name="hps-v2.1",
    range=(-1, 1),
    better="higher",
    says="How people who ranked pictures of one prompt would rank it: HPS v2.1, cosine of image and prompt; usually "
    "0.2 to 0.35.",
    source="Wu et al. 2023, Human Preference Score v2: A Solid Benchmark for Evaluating Human Preferences of "
    "Text-to-Image Synthesis",
    limits="Comparable only inside one prompt. By its authors' account right on about 84 of 100 pairs of their own "
    "test set, where one person is on 78; on others' sets 67 to 75. " + agreement("HPS v2", 54.7),
)
