"""The generators by name. Adding one is a file and a line here, or an entry point of the group below."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from collection.config import Config, DiffusionGenerator
from collection.errors import ConfigError
from collection.store.files import Files
from collection.values import ImageGenerator, Pixels


def _painter(config: Config, files: Files) -> ImageGenerator:
    from collection.generate.painter import Painter
    from collection.generate.routing import Dispatch

    return Dispatch(Painter(), {"upscaler": lambda: _upscaler(files, "auto")})


def _diffusion(config: Config, files: Files) -> ImageGenerator:
    from collection.generate.diffusion import Diffusion
    from collection.generate.routing import Dispatch
    from collection.generate.upscale.tiles import LentPictures, Tiles

    wish = config.generator
    assert isinstance(wish, DiffusionGenerator)
    pictures = LentPictures(partial(_picture, files))
    main = Diffusion(
        wish.model,
        revision=wish.revision,
        device=wish.device,
        dtype=wish.dtype,
        batch_size=wish.batch,
        folder=files.folder.parent,
        pictures=pictures,
        offload_text_encoder=wish.offload_text_encoder,
    )
    tiles = Tiles(main, "diffusion", pictures)
    return Dispatch(main, {"tiles": lambda: tiles, "upscaler": lambda: _upscaler(files, wish.device)})


def _upscaler(files: Files, device: str) -> ImageGenerator:
    from collection.generate.upscale.models import Upscaler

    return Upscaler(partial(_picture, files), files.path, device)


def _picture(files: Files, sha256: str) -> Pixels:
    """The pixels of a picture that a recipe names."""
    from collection.pictures.files import decode_image

    return decode_image(files.read(sha256), files.path(sha256))


GENERATORS: dict[str, Callable[[Config, Files], ImageGenerator]] = {"painter": _painter, "diffusion": _diffusion}


def build_generator(config: Config, files: Files) -> ImageGenerator:
    """The generator that the configuration names; what recipes begin from lies in `files`."""
    return GENERATORS[config.generator.use](config, files)


def check_generator(config: Config) -> None:
    """Refuse, before anything is made, what the generator would refuse later; raises UsageError or ConfigError."""
    if isinstance(config.generator, DiffusionGenerator):
        from collection.generate.diffusion.options import DiffusionOptions

        DiffusionOptions.of(config.generator.options)
        _check_references(config, config.generator)
    else:
        _check_painter_styles(config)


def _check_references(config: Config, wish: DiffusionGenerator) -> None:
    for name, style in config.styles.items():
        if style.reference and wish.ip_adapter is None:
            raise ConfigError(
                f"styles.{name}: reference pictures need an IP-Adapter to look at them",
                'set ip_adapter = "FILE.safetensors" under [generator], or remove reference',
            )


def _check_painter_styles(config: Config) -> None:
    from collection.generate.painter import STYLES
    from collection.spelling import nearest

    for series in config.series:
        if series.late_blend:
            raise ConfigError(
                f'series "{series.name}": the painter has no steps between which late_blend could take over',
                'remove late_blend, or use = "diffusion"',
            )
    for blend in config.blends():
        for style, _ in blend.parts:
            if style.painter not in STYLES:
                raise ConfigError(
                    f'styles.{style.name}: the painter has no style "{style.painter}"{nearest(style.painter, STYLES)}',
                    f'painter = "..." in [styles.{style.name}] names one of: {", ".join(STYLES)}',
                )
