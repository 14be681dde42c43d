"""Train the pipeline's UNet by flow matching: `python -m training.denoiser_train`. It goes on from its last checkpoint.

Y. Lipman et al., "Flow matching for generative modeling", ICLR 2023: at the point (1 - s) x + s e between a picture's
latents x and noise e the network learns x itself, which says the velocity too, (point - x) / s. Times are drawn
logit-normal (P. Esser et al. 2024), half of them where noise prevails; a tenth of the captions are left out, for
guidance without a classifier (J. Ho, T. Salimans 2021).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from collection.train import checkpoints
from training.captions import Picture, full_caption
from training.clip_export import SHIPPED
from training.compose import Composition
from training.pictures import Library, as_array, open_library, trained_on
from training.pipeline_model import (
    GUIDANCE,
    STEPS,
    assemble,
    new_unet,
    new_vae,
    standardise_words,
    text_encoder,
)
from training.places import VAE, workshop
from training.scenes import Scene
from training.tokens import CONTEXT

BATCH, RATE, WARM_UP, DECAY = 32, 1.3e-3, 100, 0.3
SMALL_WORLD = (
    "baby chick", "bear", "cat", "dog", "elephant", "fish", "frog", "horse", "koala", "lady beetle", "mouse", "octopus",
    "panda", "penguin", "pig", "snail", "tiger", "turtle", "whale",
    "cactus", "cherry blossom", "four leaf clover", "maple leaf", "mushroom", "palm tree", "sunflower", "tulip",
    "banana", "bread", "cherries", "doughnut", "grapes", "hamburger", "ice cream", "pear", "pineapple", "pizza",
    "red apple", "strawberry", "watermelon",
)  # fmt: skip
"""The things that are learned where there is no GPU, all of them drawn by every set: a processor needs an hour to learn
the shapes of so many."""
LANDSCAPES = 0.12
"""Share of the pictures that show a painted landscape, with or without a drawing in it, where everything is learned."""
WITHOUT_WORDS = 0.1
LITTLE_NOISE, MUCH_NOISE = 0.4, 2.6
"""Means of the times before the logistic function, by turns: much noise is where it is decided what is painted."""
LEAST_TIME = 0.2
"""Errors are divided by the time, but not by less: what little noise hides counts more."""
EVERY = 120
"""Seconds between checkpoints."""
SHEET = (
    "a cat, flat icon style", "a cat, shaded icon style", "a cat, sticker style", "a cat, soft gradient style",
    "a penguin, blob style", "a palm tree, flat icon style", "an octopus, retro icon style", "a pig, sticker style",
    "a pizza", "a red apple", "a sunflower, shaded icon style", "a mushroom, plain icon style",
    "an octopus on a blue background", "a whale", "a banana on a pink background", "a panda, flat icon style",
)  # fmt: skip
"""What the sample sheets show, always from the same noise."""


def main() -> None:
    """Train to the last step, or until the seconds are over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so long, with a checkpoint")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--everything", action="store_true", help="learn all pictures, not only a small world")
    parser.add_argument("--sheets", type=float, default=1200, help="seconds between sample sheets")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    train(options)


def latents_of(library: Library, made: list[Composition | Scene], device: str) -> tuple[Tensor, dict[str, Any]]:
    """Latents of these pictures, standardised by channel, and the VAE's state that makes them so.

    Kept beside the checkpoints: (n, 8, 16, 16) float16, each picture as it is.
    """
    path = workshop() / "latents.pt"
    if (state := checkpoints.read(path)) and len(state["latents"]) == len(made):
        return state["latents"], state["vae"]
    vae = trained_vae().to(device, memory_format=torch.channels_last).eval()
    found = []
    with torch.inference_mode():
        for start in range(0, len(made), 64):
            pixels = torch.from_numpy(as_array([library.render(one) for one in made[start : start + 64]]))
            batch = (pixels.permute(0, 3, 1, 2).float() / 127.5 - 1).to(device)
            found.append(vae.encode(batch).latent_dist.mode().half().cpu())
    latents = torch.cat(found)
    mean, deviation = latents.float().mean(dim=(0, 2, 3)), latents.float().std(dim=(0, 2, 3))
    standardise(vae, mean, deviation)
    latents = ((latents.float() - mean.view(1, -1, 1, 1)) / deviation.view(1, -1, 1, 1)).half()
    decoder = {name: value.cpu() for name, value in vae.state_dict().items()}
    checkpoints.write(path, {"latents": latents, "vae": decoder})
    return latents, decoder


def trained_vae() -> Any:
    """The VAE that was trained last here, or else the one that this folder brings."""
    from diffusers import AutoencoderKL

    trained = checkpoints.read(workshop() / "vae" / "checkpoint.pt")
    if trained is None:
        return AutoencoderKL.from_pretrained(VAE, torch_dtype=torch.float32)
    vae = new_vae()
    vae.load_state_dict(trained["average"])
    return vae


def standardise(vae: Any, mean: Tensor, deviation: Tensor) -> None:
    """Change the 1 x 1 convolutions around latents so that these have mean 0 and deviation 1 and decode the same."""
    channels, mean, deviation = len(mean), mean.to(vae.device), deviation.to(vae.device)
    with torch.no_grad():
        weight, bias = vae.quant_conv.weight, vae.quant_conv.bias
        weight[:channels] /= deviation.view(-1, 1, 1, 1)
        bias[:channels] = (bias[:channels] - mean) / deviation
        bias[channels:] -= 2 * deviation.log()
        weight, bias = vae.post_quant_conv.weight, vae.post_quant_conv.bias
        bias += (weight[:, :, 0, 0] * mean).sum(dim=1)
        weight *= deviation.view(1, -1, 1, 1)


def learned(library: Library, everything: bool) -> list[Composition | Scene]:
    """What is learned from: everything, or of the small world each drawing alone, on white and on other grounds."""
    known = set() if everything else small_world(library)
    return [
        made
        for made in trained_on(library)
        if everything or (isinstance(made, Composition) and made.kind == "plain" and made.codes[0] in known)
    ]


def small_world(library: Library) -> set[str]:
    """The codes of the things of SMALL_WORLD."""
    return {code for code, thing in library.things.items() if thing.name in SMALL_WORLD}


def rows_of(pictures: list[Picture]) -> tuple[list[int], list[int]]:
    """Which pictures are drawings, and which show a landscape."""
    rows: tuple[list[int], list[int]] = [], []
    for row, picture in enumerate(pictures):
        rows[picture.scene is not None].append(row)
    return rows


def batch_of(step: int, size: int, rows: tuple[list[int], list[int]]) -> list[int]:
    """The pictures of a step, which its number decides."""
    rng, (drawings, landscapes) = Random(f"batch {step}"), rows
    share = LANDSCAPES if landscapes else 0.0
    return [rng.choice(landscapes if rng.random() < share else drawings) for _ in range(size)]


def captions_of(step: int, chosen: list[int], pictures: list[Picture]) -> list[str]:
    """A caption a picture, some of them empty."""
    rng = Random(f"captions {step}")
    return ["" if rng.random() < WITHOUT_WORDS else full_caption(pictures[row], rng) for row in chosen]


def flow(latents: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Noisy latents and their times from 0 to 1 (n,)."""
    means = torch.tensor([LITTLE_NOISE, MUCH_NOISE]).repeat(len(latents))[: len(latents)]
    times = (torch.randn(len(latents), generator=generator) + means).sigmoid()
    noise = torch.randn(latents.shape, generator=generator)
    share = times.view(-1, 1, 1, 1)
    return (1 - share) * latents + share * noise, times


def train(options: argparse.Namespace) -> None:
    """Steps until the last; the average over them is what paints."""
    folder, device = workshop() / "denoiser", options.device
    folder.mkdir(exist_ok=True)
    library = open_library()
    made = learned(library, options.everything)
    latents, vae = latents_of(library, made, device)
    pictures = [library.picture(one) for one in made]
    rows = rows_of(pictures)
    encoder, tokenizer = text_tower_for(pictures)
    encoder.to(device)
    torch.manual_seed(0)
    unet = new_unet().to(device).train()
    optimizer = torch.optim.AdamW(unet.parameters(), lr=RATE, betas=(0.9, 0.99), weight_decay=0.01)
    average = checkpoints.Average(unet, 0.998)
    begun, spent = checkpoints.resume(checkpoints.read(folder / "checkpoint.pt"), "unet", unet, optimizer, average)
    if begun:
        print(f"resumed after step {begun}", flush=True)
    started = saved = shown = time.monotonic()
    for step in range(begun, options.steps):
        checkpoints.set_rate(optimizer, RATE, step, options.steps, warm_up=WARM_UP, decay=DECAY)
        loss = loss_of(unet, encoder, tokenizer, latents, pictures, step, batch_of(step, options.batch, rows), device)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
        optimizer.step()
        average.follow(unet, step)
        now = time.monotonic()
        over = step + 1 == options.steps or now - started > options.seconds
        if step % 25 == 0:
            print(f"step {step} loss {loss.item():.4f} {spent + now - started:.0f} s", flush=True)
        if now - saved > EVERY or over:
            saved = now
            state = {
                "step": step + 1, "spent": spent + now - started, "unet": unet.state_dict(),
                "optimizer": optimizer.state_dict(), "average": average.state,
            }  # fmt: skip
            checkpoints.write(folder / "checkpoint.pt", state)
        if now - shown > options.sheets or over:
            shown = now
            sheet(folder / f"sheet-{step + 1:06d}.png", average.state, vae, encoder, tokenizer)
        if over:
            return


def loss_of(
    unet: Any,
    encoder: Any,
    tokenizer: Any,
    latents: Tensor,
    pictures: list[Picture],
    step: int,
    chosen: list[int],
    device: str,
) -> Tensor:
    """The weighted mean squared error in a batch; noise, times and captions are decided by the step's number."""
    wanted = latents[chosen].float()
    noisy, times = flow(wanted, torch.Generator().manual_seed(step))
    with checkpoints.halves(device):
        words = states_of(captions_of(step, chosen, pictures), encoder, tokenizer)
        found = unet(noisy.to(device), (times * 1000).to(device), encoder_hidden_states=words).sample
    errors = (found.float() - wanted.to(device)).square().mean(dim=(1, 2, 3))
    return (errors / times.clamp(min=LEAST_TIME).to(device)).mean()


@torch.no_grad()
def states_of(captions: list[str], encoder: Any, tokenizer: Any) -> Tensor:
    """What the text tower makes of captions: (n, CONTEXT, width)."""
    tokens = tokenizer(captions, padding="max_length", truncation=True, max_length=CONTEXT, return_tensors="pt")
    states: Tensor = encoder(tokens.input_ids.to(encoder.device)).last_hidden_state
    return states


def text_tower_for(pictures: list[Picture]) -> tuple[Any, Any]:
    """The text tower that ships, its states standardised over captions of these pictures, and its tokenizer."""
    encoder, tokenizer = shipped_text_tower()
    rng = Random("standardised")
    captions = [full_caption(picture, rng) for picture in pictures]
    chunks = [captions[start : start + 256] for start in range(0, len(captions), 256)]
    standardise_words(encoder, torch.cat([states_of(chunk, encoder, tokenizer)[:, -1] for chunk in chunks]))
    return encoder, tokenizer


def shipped_text_tower() -> tuple[Any, Any]:
    """The text tower of the CLIP that ships, as the pipeline's text encoder, and its tokenizer."""
    from safetensors.torch import load_file
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(SHIPPED)
    state = load_file(SHIPPED / "towers.safetensors")
    tower = {name.removeprefix("text."): value.float() for name, value in state.items() if name.startswith("text.")}
    return text_encoder(tower, len(tokenizer)), tokenizer


def pipeline_of(average: dict[str, Tensor], vae_state: dict[str, Tensor], encoder: Any, tokenizer: Any) -> Any:
    """The pipeline of a training's state, on the processor."""
    vae, unet = new_vae().eval(), new_unet().eval()
    vae.load_state_dict(vae_state)
    unet.load_state_dict(average)
    found = assemble(vae, unet, encoder, tokenizer)
    found.set_progress_bar_config(disable=True)
    return found


def sheet(path: Path, average: dict[str, Tensor], vae: dict[str, Tensor], encoder: Any, tokenizer: Any) -> None:
    """Sixteen pictures of the average, always from the same noise."""
    from PIL import Image

    pipeline = pipeline_of(average, vae, encoder.cpu(), tokenizer)
    noise = torch.randn((len(SHEET), 8, 16, 16), generator=torch.Generator().manual_seed(1))
    images = pipeline(list(SHEET), latents=noise, num_inference_steps=STEPS, guidance_scale=GUIDANCE).images
    page = Image.new("RGB", (4 * 132, 4 * 132), "white")
    for place, image in enumerate(images):
        page.paste(image, (place % 4 * 132 + 2, place // 4 * 132 + 2))
    page.save(path)


if __name__ == "__main__":
    from collection.models.environment import prepare_torchvision

    prepare_torchvision()
    main()
