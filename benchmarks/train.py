"""A GAN and a VAE of 64 px learn from 2,000 emoji on the processor; a classifier trained apart sorts their pictures.

    python benchmarks/train.py [--vae STEPS] [--gan STEPS] [--classifier STEPS] [--threads N]

The drawings are those of training/art (npm install there). Classes are their CLDR groups. The classifier, a small
convolutional network, has seen drawings alone; it is asked which class each generated picture was made as. Chance is
one in the number of classes; the interval is that of Clopper and Pearson, 95 %. Seconds are of the processor.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import torch
from torch import nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parent.parent))
from collection.generate.latent.model import open_model
from collection.judge.held_out import Accuracy
from collection.train.card import Source
from collection.train.data import TrainingData, read_training_data
from collection.train.run import train
from collection.train.trainer import Settings

COUNT, SIDE, EACH = 2000, 64, 32
"""Drawings; their pixels; generated pictures of each class."""


def draw_emoji(folder: Path) -> None:
    """COUNT drawings of all groups and sets, by chance, in a folder for each group."""
    from training.drawings import drawings
    from training.emoji_folder import draw

    wanted = Random("emoji").sample(list(drawings()), COUNT)
    draw(folder, wanted, {drawing.thing.group: drawing.thing.group.replace("&", "and") for drawing in wanted}, SIDE)


def classifier(data: TrainingData, steps: int) -> nn.Module:
    """Learns the classes of the first nine tenths of shuffled drawings; prints how it sorts the last tenth."""
    torch.manual_seed(1)
    layers: list[nn.Module] = []
    for before, after in ((3, 24), (24, 48), (48, 96), (96, 96)):
        layers += [nn.Conv2d(before, after, 3, 2, 1), nn.BatchNorm2d(after), nn.ReLU()]
    network = nn.Sequential(
        *layers, nn.Dropout(0.3), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.LazyLinear(len(data.classes))
    )
    order = torch.randperm(len(data.labels), generator=torch.Generator().manual_seed(2))
    seen, held = order[: len(order) * 9 // 10], order[len(order) * 9 // 10 :]
    network(data.pictures[:2].float())
    optimizer = torch.optim.AdamW(network.parameters(), lr=2e-3, weight_decay=0.05)
    for step in range(steps):
        rows = seen[torch.randint(len(seen), (64,), generator=torch.Generator().manual_seed(step))]
        pictures = data.pictures[rows].float() / 127.5 - 1
        pictures = pictures.flip(3) if step % 2 else pictures
        loss = functional.cross_entropy(network(pictures), data.labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    network.eval()
    with torch.no_grad():
        right = (network(data.pictures[held].float() / 127.5 - 1).argmax(dim=1) == data.labels[held]).sum()
    report("drawings held out", int(right), len(held), len(data.classes))
    return network


def report(what: str, right: int, count: int, classes: int) -> None:
    low, high = Accuracy(right, count).interval()
    print(
        f"{what:<20} {right / count:>6.1%} ({low:.1%} to {high:.1%}) of {count} right, chance {1 / classes:.1%}",
        flush=True,
    )


def sorted_right(network: nn.Module, manifest: Path, classes: int) -> None:
    model = open_model(manifest)
    labels = torch.arange(classes).repeat_interleave(EACH)
    points = torch.randn(len(labels), *model.shape, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        weights = functional.one_hot(labels, classes).float()
        made = torch.cat([model.pictures(p, w) for p, w in zip(points.split(32), weights.split(32), strict=True)])
        right = (network(made * 2 - 1).argmax(dim=1) == labels).sum()
    report(f"made by the {model.kind}", int(right), len(labels), classes)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--vae", type=int, default=1500)
    parser.add_argument("--gan", type=int, default=2500)
    parser.add_argument("--classifier", type=int, default=600)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--keep", type=Path, help="a folder for the models, which goes on where it stopped")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "emoji"
        draw_emoji(folder)
        data = read_training_data(folder, SIDE)
        print(f"{len(data.names)} emoji, {len(data.classes)} classes, {options.threads} thread(s)", flush=True)
        network = classifier(data, options.classifier)
        for kind, steps, batch in (("vae", options.vae, 32), ("gan", options.gan, 16)):
            place = (options.keep or Path(temporary)) / kind
            begun, clock = time.process_time(), time.monotonic()
            train(data, Settings(kind, SIDE, steps, batch, width=16), place, Source("emoji"))
            spent = time.process_time() - begun
            print(f"{kind}: {steps} steps of {batch} in {spent:.0f} s ({time.monotonic() - clock:.0f} s on the clock)")
            sorted_right(network, place / "latent.json", len(data.classes))


if __name__ == "__main__":
    main()
