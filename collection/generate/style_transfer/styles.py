"""What a style is to style transfer: a picture to imitate or a network that learned one, and where it applies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.config.generator import StyleSettings
from collection.errors import ConfigError, GenerationError
from collection.json_fields import digest_or_nothing
from collection.values import Recipe, sha256_hex

NETWORK = ".safetensors"
"""The suffix of networks' files."""
KEYS = ("picture", "network", "region")


class RestyleStyle(StyleSettings):
    """The keys of [styles.NAME]. Recipes carry the SHA-256 of the files."""

    picture: str = ""
    """A picture in the style, for restyle: a file in the project's folder."""
    network: str = ""
    """A feed-forward style network, for restyle: a .safetensors file in the project's folder."""
    region: str = ""
    """A picture, white where the style applies, for restyle; absent: everywhere."""

    def settings(self, name: str, folder: Path) -> Mapping[str, Any]:
        """The hash of each file; raises ConfigError for a missing one."""
        return {key: sha256_hex(path.read_bytes()) for key, path in self._files(folder)}

    def pictures(self, folder: Path) -> list[Path]:
        """The files, which must be kept; raises ConfigError where one is missing."""
        return [path for _, path in self._files(folder)]

    def _files(self, folder: Path) -> list[tuple[str, Path]]:
        found = [(key, folder / name) for key in KEYS if (name := getattr(self, key))]
        for key, path in found:
            if not path.is_file():
                raise ConfigError(f'{key}: there is no file "{path}"', "correct collection.toml")
        if self.picture and self.network:
            raise ConfigError("a style has a picture or a network, not both", "remove one of them in collection.toml")
        return found

    @classmethod
    def check(cls, settings: Mapping[str, Any]) -> None:
        """Raise ValueError for what is no SHA-256."""
        for key in KEYS:
            try:
                digest_or_nothing(settings.get(key, ""))
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from error


@dataclass(frozen=True, slots=True)
class Part:
    """A style of a recipe: SHA-256 of its files, "" for none, and its weight."""

    name: str
    picture: str
    network: str
    region: str
    weight: float


def parts_of(recipe: Recipe) -> list[Part]:
    """The styles of a recipe's blend; all are pictures, or all are networks. Raises GenerationError for others."""
    found = []
    for style, weight in recipe.blend.parts:
        picture, network, region = (str(style.settings.get(key, "")) for key in KEYS)
        found.append(Part(style.name, picture, network, region, weight))
    silent = [part.name for part in found if not (part.picture or part.network)]
    if silent or not found:
        what = f"style {silent[0]} has neither picture nor network" if silent else "the recipe names no style"
        raise GenerationError(f"{what}, so restyle cannot paint in it", 'add picture = "FILE" under [styles.NAME]')
    if len({bool(part.network) for part in found}) > 1:
        names = ", ".join(part.name for part in found)
        raise GenerationError(
            f"the blend {names} mixes pictures and networks, which are painted in different ways",
            "give all styles of a blend a picture, or all a network",
        )
    return found
