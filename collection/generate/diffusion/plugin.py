"""What the diffusion generator says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collection.config.models import model_presets
from collection.errors import ConfigError, WeightsError
from collection.generate.diffusion.options import DiffusionGenerator, DiffusionOptions
from collection.generate.plugin import Context, GeneratorPlugin, Resources
from collection.models.hub import hub_model
from collection.values import ImageGenerator, Recipe

if TYPE_CHECKING:
    from collection.config import Config


class DiffusionPlugin(GeneratorPlugin[DiffusionGenerator]):
    """Any diffusers pipeline: one is opened for each model, revision and dtype that recipes name."""

    name = "diffusion"
    table = DiffusionGenerator
    heavy = True
    key_options = ("revision", "dtype")
    packages = ("torch", "diffusers", "transformers")

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """The pipeline of the recipe's model, revision and dtype."""
        from collection.generate.diffusion.generator import Diffusion

        options = DiffusionOptions.of(recipe.options)
        table = context.table if isinstance(context.table, DiffusionGenerator) else None
        return Diffusion(
            recipe.model,
            revision=options.revision,
            device=context.device,
            dtype=options.dtype,
            batch_size=options.batch_size,
            folder=context.folder,
            pictures=context.pictures,
            offload_text_encoder=bool(table and table.offload_text_encoder),
        )

    def check(self, config: Config, table: DiffusionGenerator) -> None:
        """Styles with reference pictures need an IP-Adapter."""
        for name, style in config.styles.items():
            if getattr(style, "reference", ()) and table.ip_adapter is None:
                raise ConfigError(
                    f"styles.{name}: reference pictures need an IP-Adapter to look at them",
                    'set ip_adapter = "FILE.safetensors" under [generator], or remove reference',
                )

    def resources(self, table: DiffusionGenerator) -> Resources:
        """The table's device and threads."""
        return Resources(table.device, table.threads)

    def license(self, recipe: Recipe, table: DiffusionGenerator | None) -> str | None:
        """The table's word on its own model; of another model, that of the list of known models."""
        if table and table.license and table.settings()[0] == recipe.model:
            return table.license
        return next((preset.license for preset in model_presets().values() if preset.hub_id == recipe.model), None)

    def examine(self, table: DiffusionGenerator, folder: Path) -> str:
        """The model, and where it is; raises WeightsError for a folder that is not there or is no diffusers folder, and
        for a hub id that is neither in the cache nor known to the hub. Nothing is fetched."""
        model = table.settings()[0]
        if model.startswith((".", "/", "~")) and not (folder / Path(model).expanduser()).is_dir():
            raise WeightsError(f"{model} is no folder", "generator.model names a diffusers folder or a hub id")
        if (place := folder / Path(model).expanduser()).is_dir():
            if not (place / "model_index.json").is_file():
                raise WeightsError(f"{model} has no model_index.json", "generator.model names a diffusers folder")
            return f"{model}, a folder"
        return f"{model}, {hub_model(model, table.revision)}"


PLUGIN = DiffusionPlugin()
