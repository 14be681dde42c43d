"""Write the trained pipeline as a diffusers folder: `python -m training.pipeline_export FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path

from collection.train import checkpoints
from training.denoiser_train import pipeline_of, shipped_text_tower
from training.pipeline_model import save
from training.places import workshop


def main() -> None:
    """From the checkpoints to a folder that `DiffusionPipeline.from_pretrained` opens."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    latents = checkpoints.read(workshop() / "latents.pt")
    state = checkpoints.read(workshop() / "denoiser" / "checkpoint.pt")
    assert latents is not None and state is not None, "train first: python -m training.denoiser_train"
    save(pipeline_of(state["average"], latents["vae"], *shipped_text_tower()), folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{folder}: {size / 1e6:.1f} MB after {state['step']} steps")


if __name__ == "__main__":
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    main()
