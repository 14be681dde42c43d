"""Write the trained VAE as a diffusers folder, and say how well it keeps drawings that it never saw:
`python -m training.vae_export`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import torch

from training.compose import Composition
from training.denoiser_train import latents_of, learned
from training.pictures import Library, as_array, open_library
from training.pipeline_model import new_vae
from training.places import VAE
from training.split import part


def main() -> None:
    """From the checkpoint to a folder that `AutoencoderKL.from_pretrained` opens."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=VAE)
    folder = parser.parse_args().folder
    vae, library = new_vae().eval(), open_library()
    vae.load_state_dict(latents_of(library, learned(library, True), "cpu")[1])
    vae.half().save_pretrained(folder, safe_serialization=True)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{folder}: {size / 1e6:.1f} MB; {fidelity(vae.float(), library):.1f} dB on held-out drawings")


def fidelity(vae: Any, library: Library, most: int = 200) -> float:
    """Median over drawings that were kept from training of the peak signal-to-noise ratio of what is decoded, in dB."""
    held = [key for key in sorted(library.drawings) if part(*key) != "train"][:most]
    images = [library.render(Composition("plain", set_name, (code,))) for code, set_name in held]
    pictures = torch.from_numpy(as_array(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
    found = []
    with torch.inference_mode():
        for wanted in pictures.split(20):
            made = vae.decode(vae.encode(wanted).latent_dist.mode()).sample.clamp(-1, 1)
            found.append((made - wanted).div(2).square().mean(dim=(1, 2, 3)))
    return float(-10 * torch.cat(found).median().log10())


if __name__ == "__main__":
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    main()
