"""collection models"""

from __future__ import annotations

from dataclasses import asdict

from ..render import Screen
from ..session import Json


def command(as_json: Json = False) -> None:
    """List the diffusion models by their short names.

    `generator.model` in collection.toml takes these names. The list also shows the license, the size and the usual
    number of steps of each model.
    """
    from collection.config.models import model_presets

    screen = Screen(as_json)
    presets = list(model_presets().values())
    screen.say(f"{'name':<16} {'license':<24} {'GB':>4} {'pixels':>6} {'steps':>5}")
    for preset in presets:
        numbers = f"{preset.size_gb:>4.2g} {preset.size:>6} {preset.steps:>5}"
        screen.say(f"{preset.name:<16} {preset.license:<24} {numbers}")
        screen.say(f"{'':16} {preset.note}")
    screen.say("But for tiny, these facts come from the pages of the models. Read the license before you sell images.")
    screen.object({"models": [{**asdict(preset), "duties": preset.duties} for preset in presets]})
