"""Write the trained CLIP as it ships: `python -m training.clip_export`.

The features' mean and deviation go into the head's first layer, so that open_clip's own classes compute the same; the
scale of the softmax is fitted on scenes that were kept from training (C. Guo et al., "On calibration of modern neural
networks", ICML 2017).
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from collection.train import checkpoints
from training.clip_data import Examples, load
from training.clip_measures import best_scale
from training.clip_model import configuration
from training.clip_train import embed
from training.places import workshop

SHIPPED = Path(__file__).parent.parent / "collection" / "judge" / "encoders" / "tiny_clip"


def main() -> None:
    """From the checkpoint to the package's folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=SHIPPED)
    options = parser.parse_args()
    from safetensors.torch import save_file
    from transformers import CLIPTokenizer

    trained = workshop() / "clip"
    state = checkpoints.read(trained / "checkpoint.pt")
    assert state is not None, "train first: python -m training.clip_train"
    tokenizer = CLIPTokenizer.from_pretrained(trained)
    scale = fitted_scale(state, load(), tokenizer)
    tensors = {name: value.half().contiguous() for name, value in open_clip_state(state).items()}
    tensors["logit_scale"] = torch.tensor(math.log(scale))
    save_file(tensors, options.folder / "towers.safetensors")
    config = json.dumps(configuration(len(tokenizer)), indent=2)
    (options.folder / "open_clip_config.json").write_text(config + "\n", encoding="utf-8")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(trained / name, options.folder / name)
    size = sum(file.stat().st_size for file in options.folder.iterdir() if file.is_file())
    (options.folder / "towers.safetensors").chmod(0o644)
    print(f"{options.folder}: {size / 1e6:.1f} MB after {state['step']} steps, scale {scale:.1f}")


def open_clip_state(state: dict[str, Any]) -> dict[str, Tensor]:
    """The average's tensors under open_clip's names, for features that are not standardised."""
    average, deviation = state["average"], state["deviation"]
    weight = average["head.fc1.weight"] / deviation
    bias = average["head.fc1.bias"] - weight @ state["mean"]
    return {
        "visual.head.mlp.fc1.weight": weight,
        "visual.head.mlp.fc1.bias": bias,
        "visual.head.mlp.fc2.weight": average["head.fc2.weight"],
        **{name: value for name, value in average.items() if name.startswith("text.")},
    }


def fitted_scale(state: dict[str, Any], examples: Examples, tokenizer: Any) -> float:
    """The scale with which the probabilities of traits are most true, on half of the scenes kept from training."""
    pictures, texts, _ = embed(state, examples, tokenizer)
    return best_scale(examples, pictures, texts)


if __name__ == "__main__":
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    main()
