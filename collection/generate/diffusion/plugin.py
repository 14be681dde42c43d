"""What the diffusion generator says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from collection.config.models import Duty, license_duties, preset_of
from collection.config.vocabulary import Vocabulary
from collection.errors import ConfigError, WeightsError
from collection.generate.diffusion.options import DiffusionGenerator, DiffusionOptions
from collection.generate.diffusion.style_settings import lora_of, refuse_wordless
from collection.generate.names import Names
from collection.generate.plugin import Context, GeneratorPlugin, Resources, texts_of
from collection.generate.prompt_syntax import notes_on
from collection.models.hub import hub_model
from collection.values import ImageGenerator, Recipe, Style, StyleBlend

if TYPE_CHECKING:
    from collection.config import Config


class DiffusionPlugin(GeneratorPlugin[DiffusionGenerator]):
    """Any diffusers pipeline: one is opened for each model, revision and dtype that recipes name."""

    name = "diffusion"
    table = DiffusionGenerator
    heavy = True
    key_options = ("revision", "dtype", "configured_by")
    packages = ("torch", "diffusers", "transformers")

    def open(self, recipe: Recipe, context: Context) -> ImageGenerator:
        """The pipeline of the recipe's model, revision and dtype."""
        from collection.generate.diffusion.generator import Diffusion

        options = DiffusionOptions.of(recipe.options)
        table = context.table if isinstance(context.table, DiffusionGenerator) else None
        return Diffusion(
            recipe.model,
            revision=options.revision,
            configured_by=options.configured_by,
            device=context.device,
            dtype=options.dtype,
            batch_size=options.batch_size,
            folder=context.folder,
            pictures=context.pictures,
            offload_text_encoder=bool(table and table.offload_text_encoder),
            located=context.names.path,
        )

    def check(self, config: Config, table: DiffusionGenerator) -> None:
        """Styles say something to a model, and those with reference pictures need an IP-Adapter."""
        blends = [*config.blends(), *(config.switch_to_of(series) for series in config.series)]
        used = {name for blend in blends for name in blend.weights}
        for name, style in config.styles.items():
            if name in used and not (style.prompt or getattr(style, "lora", "") or getattr(style, "reference", ())):
                raise ConfigError(
                    f"styles.{name} says nothing to a diffusion model: it has no prompt, lora or reference",
                    f'add words under [styles.{name}], as in prompt = "{name} style"',
                )
            if getattr(style, "reference", ()) and table.ip_adapter is None:
                raise ConfigError(
                    f"styles.{name}: reference pictures need an IP-Adapter to look at them",
                    'set ip_adapter = "FILE.safetensors" under [generator], or remove reference',
                )

    def check_recipes(self, recipes: Sequence[Recipe], context: Context) -> list[str]:
        """What no model does, and, where the model of a recipe is on this machine, what that does not."""
        from collection.generate.diffusion.batch_items import BatchItem
        from collection.generate.diffusion.find import cached_model
        from collection.generate.diffusion.model_words import words_beside

        items: dict[tuple[str, str | None, str | None], list[BatchItem]] = {}
        for recipe in recipes:
            refuse_wordless(recipe)
            item = BatchItem.of(recipe)
            key = (recipe.model, item.options.revision, item.options.configured_by)
            items.setdefault(key, []).append(item)
        weights, notes = True, list[str]()
        for (model, revision, configured), members in items.items():
            place = configured and context.names.path(configured)
            folder = cached_model(context.names.path(model), revision, context.folder, place)
            if folder is not None:
                from collection.generate.diffusion.rehearsal import rehearse

                weights &= rehearse(members, folder, context.folder, context.names.path)
                if words := words_beside(folder):
                    notes += _unknown_in_styles(model, words, [item.recipe for item in members])
        return [*notes, *notes_on(texts_of(recipes), weights=weights)]

    def vocabulary(self, model: str, folder: Path) -> Vocabulary | None:
        """The words that are listed beside a model which is on this machine; most models list none."""
        from collection.generate.diffusion.find import PACKAGED
        from collection.generate.diffusion.model_words import words_beside

        return words_beside(PACKAGED.get(model) or folder / Path(model).expanduser()) if model else None

    def portable(self, recipe: Recipe, names: Names) -> Recipe:
        """Models, LoRAs, decoders and IP-Adapters that lie outside of the project have names."""
        from collection.generate.diffusion.adapter_files import adapter_sha256
        from collection.generate.diffusion.checkpoint import configuration_sha256
        from collection.generate.diffusion.weights import model_sha256

        hashed = {"vae": adapter_sha256, "ip_adapter": adapter_sha256, "configured_by": configuration_sha256}
        options = {
            key: names.name(value, hashed[key]) if key in hashed and isinstance(value, str) else value
            for key, value in recipe.options.items()
        }
        return replace(
            recipe, model=names.name(recipe.model, model_sha256), options=options,
            blend=_portable_blend(recipe.blend, names), switch_to=_portable_blend(recipe.switch_to, names),
        )  # fmt: skip

    def resources(self, table: DiffusionGenerator) -> Resources:
        """The table's device and threads."""
        return Resources(table.device, table.threads)

    def license(self, recipe: Recipe, table: DiffusionGenerator | None) -> str | None:
        """The table's word on its own model; of another model, that of the list of known models."""
        if table and table.license and table.settings()[0] == recipe.model:
            return table.license
        preset = preset_of(recipe.model)
        return preset.license if preset else None

    def attribution(self, recipe: Recipe, table: DiffusionGenerator | None) -> str | None:
        """The table's word on its own model; of another model, that of the list of known models."""
        if table and table.attribution and table.settings()[0] == recipe.model:
            return table.attribution
        preset = preset_of(recipe.model)
        return preset.attribution if preset else None

    def duties(self, recipe: Recipe, table: DiffusionGenerator | None) -> tuple[Duty, ...]:
        """The table's word on its own model, else those of the license, where that is known."""
        if table and table.duties and table.settings()[0] == recipe.model:
            return table.duties
        return license_duties(self.license(recipe, table))

    def examine(self, table: DiffusionGenerator, folder: Path) -> str:
        """The model, and where it is; raises WeightsError for a folder that is not there or is no diffusers folder, a
        file that is no checkpoint, and a hub id that is neither in the cache nor known to the hub. Nothing is
        fetched."""
        from collection.generate.diffusion.find import PACKAGED
        from collection.generate.diffusion.weights import ModelFiles, check_model

        model = table.settings()[0]
        if model in PACKAGED:
            check_model(ModelFiles(PACKAGED[model]))
            return f"{model}, which comes with this package"
        place = folder / Path(model).expanduser()
        if place.is_file():
            return f"{model}, a checkpoint, configured by {_configuration(table, place, folder)}"
        if place.is_dir():
            if not (place / "model_index.json").is_file():
                raise WeightsError(f"{model} has no model_index.json", "generator.model names a diffusers folder")
            return f"{model}, a folder"
        if model.startswith((".", "/", "~")):
            raise WeightsError(
                f"{model} is no folder and no file",
                "generator.model names a diffusers folder, a checkpoint or a hub id",
            )
        return f"{model}, {hub_model(model, table.revision)}"


def _unknown_in_styles(model: str, words: Vocabulary, recipes: Sequence[Recipe]) -> list[str]:
    """A note for each style whose prompt has words that the model never read."""
    parts = (part for recipe in recipes for part in (*recipe.blend.parts, *recipe.switch_to.parts))
    prompts = {style.name: style.prompt for style, _ in parts}
    return [
        f"style {name}: {model} cannot paint {', '.join(unknown)}"
        for name, prompt in prompts.items()
        if (unknown := words.read(prompt).unknown)
    ]


def _configuration(table: DiffusionGenerator, checkpoint: Path, folder: Path) -> str:
    """What a checkpoint that lies here is configured by, and where that is."""
    from collection.generate.diffusion.checkpoint import check_checkpoint, descends_from

    named = table.configured_by or descends_from(check_checkpoint(checkpoint))
    place = folder / Path(named).expanduser()
    if (place / "model_index.json").is_file():
        return f"{named}, a folder"
    if place.is_dir() or named.startswith((".", "/", "~")):
        raise WeightsError(f"{named} has no model_index.json", "configured_by names a folder in diffusers format")
    return f"{named}, {hub_model(named)}"


def _portable_blend(blend: StyleBlend, names: Names) -> StyleBlend:
    from collection.generate.diffusion.adapter_files import adapter_sha256

    def portable(style: Style) -> Style:
        lora = lora_of(style)
        return replace(style, settings={**style.settings, "lora": names.name(lora, adapter_sha256)}) if lora else style

    return StyleBlend(tuple((portable(style), weight) for style, weight in blend.parts))


PLUGIN = DiffusionPlugin()
