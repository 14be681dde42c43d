"""Each recipe to the generator it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from collection.values import ImageGenerator, Recipe, Rendering


class Dispatch:
    """The configuration's generator, and others beside it for the recipes that name them (an ImageGenerator).

    A picture that another one made says so in its own `identity`.
    """

    def __init__(self, main: ImageGenerator, others: Mapping[str, Callable[[], ImageGenerator]]) -> None:
        """`others` are built when a recipe first names them; whatever they do not know is the main one's."""
        self._main = main
        self._others = others
        self._built: dict[str, ImageGenerator] = {}

    @property
    def batch_size(self) -> int:
        """Recipes a call: the main generator's."""
        return self._main.batch_size

    @property
    def identity(self) -> Mapping[str, Any]:
        """The main generator's."""
        return self._main.identity

    def generate(self, recipes: Sequence[Recipe]) -> list[Rendering]:
        """One Rendering a recipe, in order; recipes of one generator are rendered in one call."""
        groups: dict[str, list[int]] = {}
        for index, recipe in enumerate(recipes):
            groups.setdefault(recipe.generator if recipe.generator in self._others else "", []).append(index)
        made: dict[int, Rendering] = {}
        for name, members in groups.items():
            rendered = self._render(name, [recipes[index] for index in members])
            made.update(zip(members, rendered, strict=True))
        return [made[index] for index in range(len(recipes))]

    def _render(self, name: str, recipes: Sequence[Recipe]) -> list[Rendering]:
        if not name:
            return self._main.generate(recipes)
        if name not in self._built:
            self._built[name] = self._others[name]()
        other = self._built[name]
        return [
            replace(rendering, identity={**other.identity, **rendering.identity})
            for rendering in other.generate(recipes)
        ]
