"""Remove: recipes that people added are taken out of the plan again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from collection.errors import UsageError
from collection.project import Project
from collection.stages.report import Report, spans
from collection.values import Progress, amount, silent


@dataclass(frozen=True, slots=True)
class RemoveStage:
    """Takes added recipes out of the plan, with their images or before there are any; what they replaced is back."""

    numbers: Sequence[int]
    name: ClassVar[str] = "remove"
    unit: ClassVar[str] = "recipe"

    def pending(self, project: Project) -> int:
        """Recipes to take out; raises UsageError for a number that people did not add."""
        known = {item.id: item for item in project.store.recipes()}
        for number in self.numbers:
            item = known.get(number)
            if item is None:
                raise UsageError(f"there is no recipe {number}", "`collection lineage IMAGE` shows what was added")
            if item.origin == "config":
                raise UsageError(
                    f"recipe {number} was asked for by collection.toml, not added",
                    f"`collection reject {number}` leaves its image out of the set; or change collection.toml",
                )
            if not item.planned:
                raise UsageError(f"recipe {number} is not in the plan any more", f"`collection lineage {number}`")
        return len(set(self.numbers))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Take them out."""
        self.pending(project)
        numbers = sorted(set(self.numbers))
        back = sorted(project.store.remove_recipes(numbers))
        line = f"{amount(len(numbers), 'recipe')} taken out of the plan: {spans(numbers)}"
        line += f"; {spans(back)} back in it" if back else ""
        return Report(self.name, line, {"removed": numbers, "back": back, "pending": 0})
