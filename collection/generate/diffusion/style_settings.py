"""What a style is to a diffusion model, beside its words: a LoRA, and pictures for an IP-Adapter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collection.config.generator import StyleSettings
from collection.errors import ConfigError, GenerationError
from collection.json_fields import digests, text
from collection.values import Recipe, Style, sha256_hex


class DiffusionStyle(StyleSettings):
    """The keys of [styles.NAME]. Recipes carry `lora`, and `references`: the SHA-256 of the pictures."""

    lora: str = ""
    """A LoRA for a diffusion model: a safetensors file, or OWNER/REPOSITORY[/FILE] on the hub."""
    reference: str | tuple[str, ...] = ()
    """Pictures in the style, for a diffusion model with an ip_adapter: files such as "references/*.png"."""

    def settings(self, name: str, folder: Path) -> Mapping[str, Any]:
        """The LoRA and the hashes of the pictures, if there are any; raises ConfigError for a missing picture."""
        try:
            references = [sha256_hex(path.read_bytes()) for path in self.pictures(folder)]
        except OSError as error:
            raise ConfigError(
                f"the reference picture {error.filename} cannot be read: {error.strerror}",
                "correct reference in collection.toml",
            ) from error
        return {**({"lora": self.lora} if self.lora else {}), **({"references": references} if references else {})}

    def pictures(self, folder: Path) -> list[Path]:
        """The files that `reference` names in a project's folder, sorted; raises ConfigError where one is missing."""
        found: set[Path] = set()
        for pattern in [self.reference] if isinstance(self.reference, str) else self.reference:
            files = {path for path in folder.glob(pattern) if path.is_file()} if pattern else set()
            if pattern and not files:
                raise ConfigError(
                    f'no picture in {folder} is named "{pattern}"', "correct reference in collection.toml"
                )
            found |= files
        return sorted(found)

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ValueError for a LoRA that is no text, or references that are no SHA-256."""
        try:
            text(settings.get("lora", ""))
        except ValueError as error:
            raise ValueError(f"lora: {error}") from error
        try:
            digests(settings.get("references", ()))
        except ValueError as error:
            raise ValueError(f"references: {error}") from error


def lora_of(style: Style) -> str:
    """The LoRA file or hub id of a recipe's style, or nothing."""
    return str(style.settings.get("lora", ""))


def references_of(style: Style) -> tuple[str, ...]:
    """SHA-256 of the pictures of a recipe's style."""
    return tuple(style.settings.get("references", ()))


def refuse_wordless(recipe: Recipe) -> None:
    """Raise GenerationError where no style of a blend says anything to a diffusion model."""
    for blend in (recipe.blend, recipe.switch_to):
        if blend.parts and not any(style.prompt or lora_of(style) or references_of(style) for style, _ in blend.parts):
            raise GenerationError(
                f"style {blend.leading} says nothing to a diffusion model: it has no prompt, lora or reference",
                f'add prompt = "{blend.leading} style" under [styles.{blend.leading}]',
            )
