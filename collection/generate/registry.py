"""The generators by name. Adding one is a file and a line here, or an entry point of the group below."""

from __future__ import annotations

from collections.abc import Callable

from collection.config import Config, DiffusionGenerator
from collection.errors import ConfigError
from collection.values import ImageGenerator


def _painter(config: Config) -> ImageGenerator:
    from collection.generate.painter import Painter

    return Painter()


def _diffusion(config: Config) -> ImageGenerator:
    from collection.generate.diffusion import Diffusion

    wish = config.generator
    assert isinstance(wish, DiffusionGenerator)
    return Diffusion(wish.model, revision=wish.revision, device=wish.device, dtype=wish.dtype, batch_size=wish.batch)


GENERATORS: dict[str, Callable[[Config], ImageGenerator]] = {"painter": _painter, "diffusion": _diffusion}


def build_generator(config: Config) -> ImageGenerator:
    """The generator that the configuration names."""
    return GENERATORS[config.generator.use](config)


def check_generator(config: Config) -> None:
    """Refuse, before anything is made, what the generator would refuse later; raises UsageError or ConfigError."""
    if isinstance(config.generator, DiffusionGenerator):
        from collection.generate.diffusion_options import DiffusionOptions

        DiffusionOptions.of(config.generator.options)
    else:
        _check_painter_styles(config)


def _check_painter_styles(config: Config) -> None:
    from collection.config_errors import nearest
    from collection.generate.painter import STYLES

    for series in config.series:
        for style, _ in config.blend_of(series).parts:
            if style.painter not in STYLES:
                raise ConfigError(
                    f'styles.{style.name}: the painter has no style "{style.painter}"{nearest(style.painter, STYLES)}',
                    f'painter = "..." in [styles.{style.name}] names one of: {", ".join(STYLES)}',
                )
