"""Train the VAE on crops of drawings and scenes: `python -m training.vae_train`. It goes on from its last checkpoint.

D. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014, with a faint pull to the normal distribution as in
latent diffusion (R. Rombach et al., CVPR 2022). Absolute errors of pixels and of their differences at three scales.
"""

from __future__ import annotations

import argparse
import time
from random import Random

import numpy as np
import torch
from torch import Tensor, nn

from collection.train import checkpoints
from training.pictures import Library, as_array, open_library, trained_on
from training.pipeline_model import new_vae
from training.places import workshop

CROP, BATCH = 64, 24
RATE = 1.2e-3
PULL = 2e-6
"""Weight of the divergence from the normal distribution, a latent number."""
EVERY = 150
"""Seconds between checkpoints."""


def main() -> None:
    """Train to the last step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options.steps, options.device)


def training_pictures(library: Library) -> Tensor:
    """(n, 3, 128, 128) uint8, of everything that is trained on; kept beside the checkpoints."""
    path = workshop() / "pictures.npy"
    if not path.is_file():
        np.save(path, as_array([library.render(made) for made in trained_on(library)]))
    return torch.from_numpy(np.load(path, mmap_mode="c")).permute(0, 3, 1, 2)


def crops(pictures: Tensor, step: int) -> Tensor:
    """(BATCH, 3, CROP, CROP) from -1 to 1: the crops of a step, some of them mirrored."""
    rng, found = Random(f"crops {step}"), []
    for _ in range(BATCH):
        picture = pictures[rng.randrange(len(pictures))]
        top, left = (rng.randrange(0, picture.shape[1] - CROP + 1, 4) for _ in range(2))
        crop = picture[:, top : top + CROP, left : left + CROP]
        found.append(crop.flip(2) if rng.random() < 0.5 else crop)
    return torch.stack(found).float() / 127.5 - 1


def loss_of(vae: nn.Module, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """The loss, and the mean squared error of pixels from 0 to 1."""
    with torch.autocast(wanted.device.type, torch.bfloat16):
        latents = vae.encode(wanted).latent_dist
        found = vae.decode(latents.sample()).sample.float()
    error = found - wanted
    loss = error.abs().mean()
    for _ in range(3):
        loss = loss + 0.5 * (error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean())
        error = nn.functional.avg_pool2d(error, 2)
    return loss + PULL * latents.kl().mean(), (found - wanted).div(2).square().mean().detach()


def train(steps: int, device: str) -> None:
    """Steps until `steps`; the average over them is what is used."""
    torch.manual_seed(0)
    folder = workshop() / "vae"
    folder.mkdir(exist_ok=True)
    pictures = training_pictures(open_library())
    vae = new_vae().to(device).train()
    optimizer = torch.optim.AdamW(vae.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=0.01)
    average = checkpoints.Average(vae, 0.999)
    begun, spent = checkpoints.resume(checkpoints.read(folder / "checkpoint.pt"), "vae", vae, optimizer, average)
    if begun:
        print(f"resumed after step {begun}", flush=True)
    started = saved = time.monotonic()
    for step in range(begun, steps):
        checkpoints.set_rate(optimizer, RATE, step, steps, warm_up=200, decay=0.4)
        torch.manual_seed(step)
        wanted = crops(pictures, step).to(device)
        loss, squared = loss_of(vae, wanted)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        average.follow(vae, step)
        now = time.monotonic()
        if step % 50 == 0:
            decibels = -10 * squared.log10().item()
            print(
                f"step {step} loss {loss.item():.4f} psnr {decibels:.1f} dB {spent + now - started:.0f} s", flush=True
            )
        if now - saved > EVERY or step + 1 == steps:
            saved = now
            checkpoints.write(
                folder / "checkpoint.pt",
                {
                    "step": step + 1, "spent": spent + now - started, "vae": vae.state_dict(),
                    "optimizer": optimizer.state_dict(), "average": average.state,
                },
            )  # fmt: skip


if __name__ == "__main__":
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    main()
