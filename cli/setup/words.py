"""collection words"""

from __future__ import annotations

from typing import Annotated

import typer

from ..render import Screen
from ..session import Json


def command(
    generator: Annotated[str, typer.Argument(help="The generator, the listed model, or a model's folder.")] = "painter",
    as_json: Json = False,
) -> None:
    """List the words that a generator or a model can paint.

    Whole words of a prompt count, in any case, for the painter also in the plural. There a word that says a trait
    outright (night) beats one that only suggests it (summer), a number of things their denial (no boats); of equals the
    first counts. What no word decides, the seed does.
    """
    from collection.stages.reference import vocabulary_reference

    screen, words = Screen(as_json), vocabulary_reference(generator)
    for trait, values in words.items():
        screen.say(trait)
        alone = [value for value, listed in values.items() if [*listed] == [value]]
        for value, listed in values.items():
            if value not in alone:
                screen.wrapped(f"{value}: {', '.join(listed)}")
        if alone:
            screen.wrapped(", ".join(alone))
    screen.object({"generator": generator, "words": words})
