"""The generators by name, and the one door to them for a project: `build_generator`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from collection.config import Config
from collection.config.generator import BUILT_IN, GROUP
from collection.errors import ConfigError
from collection.generate.names import Names
from collection.generate.plugin import GeneratorPlugin, Resources, plugin_of
from collection.generate.routing import Router
from collection.models.device import use_threads
from collection.plugins import Registry
from collection.store.files import Files
from collection.values import Pixels, Recipe

GENERATORS: Registry[GeneratorPlugin[Any]] = Registry(GROUP, "generator", BUILT_IN, plugin_of)
"""Built-in generators and those that installed packages add."""


def build_generator(config: Config, files: Files, names: Names | None = None) -> Router:
    """What renders the recipes of a project, each by the generator it names; their pictures lie in `files`.

    `names` are those that recipes have for paths. In this process torch uses as many threads as the project's own
    generator asks for.
    """
    wanted = resources(config)
    if wanted.threads:
        use_threads(wanted.threads)
    return Router(
        GENERATORS.get,
        table=config.generator,
        folder=files.folder.parent,
        pictures=partial(_picture, files),
        file=files.path,
        device=wanted.device or "auto",
        names=names,
    )


def portable(config: Config, names: Names) -> Callable[[Recipe], Recipe]:
    """What gives a recipe of the project's generator names in the place of paths of this machine."""
    return partial(GENERATORS.get(config.generator.use).portable, names=names)


def _picture(files: Files, sha256: str) -> Pixels:
    """The pixels of a picture that a recipe names."""
    from collection.pictures.files import decode_image

    return decode_image(files.read(sha256), files.path(sha256))


def resources(config: Config) -> Resources:
    """What the project's generator takes of a machine."""
    return GENERATORS.get(config.generator.use).resources(config.generator)


def check_generator(config: Config) -> None:
    """Refuse, before anything is made, what the generator would refuse later; raises UsageError or ConfigError."""
    table = config.generator
    table.check_options(table.options)
    able = table.capabilities
    for series in config.series:
        if series.switch_to and not able.prompt_schedules:
            raise ConfigError(
                f'series "{series.name}": {table.use} has no steps between which switch_to could take over',
                "remove switch_to, or use a generator that has",
            )
    avoided = {f"one_of_ones.{number}": one.negative_prompt for number, one in enumerate(config.one_of_ones, 1)}
    avoided |= {f"series.{number}": series.negative_prompt for number, series in enumerate(config.series, 1)}
    unheard = next((place for place, words in avoided.items() if words), None)
    if unheard and not able.negative_prompts:
        raise ConfigError(
            f"{unheard}.negative_prompt: nothing in the pictures of {table.use} depends on it",
            "take it out, or use a generator that can be told what to avoid: diffusion",
        )
    mixed = next((blend for blend in config.blends() if len(blend.parts) > 1), None)
    if mixed and not able.style_blends:
        raise ConfigError(
            f"{table.use} cannot mix styles ({', '.join(mixed.weights)})", "give each series and image one style"
        )
    styled = next((blend for blend in config.blends() if blend.parts), None)
    if styled and not able.style_blends and not table.styles.model_fields:
        raise ConfigError(
            f"{table.use} has no styles: nothing in its pictures depends on {', '.join(styled.weights)}",
            "take [styles] out, or make a style a trait",
        )
    image = config.image
    if max(image.width, image.height) > able.longest:
        raise ConfigError(
            f"image.size: {table.use} makes at most {able.longest} pixels a side, not {image.width}x{image.height}",
            "lower size in [image]",
        )
    GENERATORS.get(table.use).check(config, table)
