"""What the commands share that add recipes to the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from collection.values import Recipe, amount, sha256_hex

from .render import Outcome
from .session import Session

if TYPE_CHECKING:
    from collection.store.records import Asset

Image = Annotated[int, typer.Argument(metavar="IMAGE", min=1, help="The image's number.", show_default=False)]


def asset_of(session: Session, number: int) -> tuple[Asset, Recipe]:
    """The image of that number and its recipe; raises UsageError if there is none."""
    from collection.plan.additions import generated

    return generated(session.project.store, number)


def keep_picture(session: Session, data: bytes, name: object, dry_run: bool) -> str:
    """The SHA-256 of a picture file's PNG, which is kept among the project's files unless it is a dry run."""
    from collection.pictures.files import as_png

    png = as_png(data, str(name))
    return sha256_hex(png) if dry_run else session.project.files.add(png)


def add(
    session: Session, origin: str, recipes: Sequence[Recipe], *, dry_run: bool, instead_of: Sequence[int] = ()
) -> None:
    """Plan the recipes, in the place of others if so said, and say so; `origin` is the command."""
    store = session.project.store
    if dry_run:
        count = len({recipe.sha256 for recipe in recipes} - store.planned_sha256s())
        return session.pending(origin, count, f"{amount(count, 'new recipe')} in the plan")
    new = store.add_recipes(recipes, origin, instead_of=instead_of)
    numbers = [planned.id for planned in new]
    line = f"{amount(len(new), 'new recipe')}: {spans(numbers)}" if new else "nothing to do: all of them are planned"
    if instead_of:
        line += f" instead of {spans(sorted(instead_of))}"
    report = {"added": numbers, "retired": sorted(instead_of), "asked": len(recipes)}
    return session.end(Outcome(origin, line, report, hint="`collection generate` makes them" if new else None))


def spans(numbers: Sequence[int]) -> str:
    """Ascending numbers as people read them: 0003, 0041 to 0044."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and groups[-1][1] == number - 1:
            groups[-1][1] = number
        else:
            groups.append([number, number])
    return ", ".join(f"{first:04d}" if first == last else f"{first:04d} to {last:04d}" for first, last in groups)
