"""Restyle: images are planned anew in the style of pictures or networks, mixed by weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.spelling import nearest
from collection.stages.derive import Derived, DeriveStage
from collection.stages.kept_files import chosen_images, kept_picture, kept_weights, notes_on_imported
from collection.stages.plan import keep_pictures
from collection.values import Style, StyleBlend

if TYPE_CHECKING:
    from collection.store.records import Asset

GENERATOR, ENGINE = "restyle", "restyle/1"


@dataclass(frozen=True, slots=True)
class RestyleStage(DeriveStage):
    """Plans images anew in a blend of styles; the originals stay, unless they are to be replaced."""

    styles: Mapping[str, float]
    """A picture's file, a network's (.safetensors), the name of a trained one, or of a style in collection.toml."""
    images: Sequence[int] = ()
    selected: bool = False
    series: str | None = None
    """All images of this series."""
    regions: Sequence[Path] = ()
    """None, or a mask for each style in their order: white where it applies."""
    vgg: Path | None = None
    """A VGG16's or VGG19's weights; None: the packaged VGG16."""
    strength: float = 1.0
    smoothness: float = 0.0
    colours: str = "style"
    steps: int = 60
    replace: bool = False
    """Whether the new images take the places of the old ones."""
    name: ClassVar[str] = "restyle"
    nothing: ClassVar[str] = "nothing to do: these images are planned in this style already"

    def __post_init__(self) -> None:
        if not self.styles:
            raise UsageError("restyle wants a style", "collection restyle 3 --style painting.png")
        if self.regions and len(self.regions) != len(self.styles):
            raise UsageError(
                f"{len(self.regions)} masks stand beside {len(self.styles)} styles",
                "give one --mask for each --style, in the same order, or none",
            )

    def recipes(self, project: Project, *, keep: bool) -> Derived:
        """One for each image."""
        from collection.plan.from_images import derived

        chosen = chosen_images(project, self.images, self.selected, self.series, self.name)
        blend = self._blend(project, keep, [asset for asset, _ in chosen])
        networks = any("network" in style.settings for style, _ in blend.parts)
        options = self._options(project, networks, keep)
        recipes = [
            derived(recipe, asset.file_sha256, GENERATOR, ENGINE, options, blend=blend) for asset, recipe in chosen
        ]
        images = [asset for asset, _ in chosen]
        if self.replace and (kept := [asset.label for asset in images if asset.recipe is None]):
            raise UsageError(f"image {kept[0]} was imported, and stays", "leave out --replace")
        return Derived(recipes, [asset.id for asset in images] if self.replace else (), notes_on_imported(images))

    def _blend(self, project: Project, keep: bool, images: Sequence[Asset]) -> StyleBlend:
        names = list(self.styles)
        masks: Sequence[Path | None] = self.regions or [None] * len(names)
        found = [self._style(project, name, mask, images, keep) for name, mask in zip(names, masks, strict=True)]
        if keep and any(name in project.config.styles for name in names):
            keep_pictures(project)
        if len({style.name for style in found}) < len(found):
            raise UsageError("two styles have one name", "rename one of the files")
        weights = {style.name: self.styles[name] for name, style in zip(names, found, strict=True)}
        return StyleBlend.of(weights, {style.name: style for style in found})

    def _style(self, project: Project, name: str, mask: Path | None, images: Sequence[Asset], keep: bool) -> Style:
        """What a name or a file means; its files are kept if so wanted."""
        configured = project.config.styles.get(name)
        if configured is not None:
            style = configured.style(name)
        else:
            style = Style(Path(name).stem, settings=self._file(project, _file_of(name), keep))
        if mask is None:
            return style
        from collection.pictures.files import check_mask

        data = mask.read_bytes()
        for asset in images:
            check_mask(data, mask, (asset.width, asset.height))
        return Style(style.name, style.prompt, {**style.settings, "region": kept_picture(project, data, mask, keep)})

    def _file(self, project: Project, path: Path, keep: bool) -> dict[str, str]:
        if not path.is_file():
            known = tuple(project.config.styles)
            raise UsageError(
                f'there is neither a file nor a style "{path}"{nearest(str(path), known)}',
                "name a picture, a network (.safetensors), or a style of collection.toml",
            )
        if path.suffix.lower() in (".pth", ".pt", ".ckpt", ".t7", ".bin", ".pkl"):
            raise UsageError(f"{path} may be a pickle, which is a program", "convert the network to .safetensors")
        if path.suffix.lower() == ".safetensors":
            from collection.generate.style_transfer.feed_forward import open_network

            if not keep:
                open_network(path, path.name)
            return {"network": kept_weights(project, path, keep)}
        return {"picture": kept_picture(project, path.read_bytes(), path, keep)}

    def _options(self, project: Project, networks: bool, keep: bool) -> dict[str, Any]:
        """What the recipes say beside the blend: what is as it is by default is left out."""
        if networks and (self.vgg or self.smoothness or self.strength > 1):
            raise UsageError(
                "networks take one pass: there is no VGG, no smoothness, and no strength above 1",
                "leave out --vgg and --smoothness, and take --strength 1 or less",
            )
        found: dict[str, Any] = {"strength": self.strength, "colours": self.colours}
        if networks:
            return found
        found |= {"steps": self.steps, **({"smoothness": self.smoothness} if self.smoothness else {})}
        if not keep:  # it is asked so first, and whatever is wrong is said before anything is kept
            from collection.models.trunk import open_trunk

            open_trunk(self.vgg.name if self.vgg else "vgg16", self.vgg)
        return {**found, **({"weights": kept_weights(project, self.vgg, keep)} if self.vgg else {})}


def _file_of(name: str) -> Path:
    """The file that is meant: a path, or the network of a model that `collection train style` keeps by that name."""
    from collection.models.library import NETWORK, trained_file

    path = Path(name)
    return path if path.exists() else trained_file(name, NETWORK) or path


def weighted(words: Sequence[str]) -> dict[str, float]:
    """Styles with weights, as people type them: wave.png, or wave.png=0.7; raises UsageError."""
    found: dict[str, float] = {}
    for word in words:
        name, _, weight = word.rpartition("=") if "=" in word else (word, "", "1")
        try:
            found[name] = float(weight)
        except ValueError:
            raise UsageError(f"{word}: {weight!r} is no weight", "--style FILE=0.7") from None
    if len(found) < len(words):
        raise UsageError("a style stands there twice", "name each style once, with its weight: --style FILE=0.7")
    return found
