"""Import: images from anywhere are taken into the project, with the traits that files beside them tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from collection.project import Project
from collection.stages.report import Report, spans
from collection.values import Failure, Progress, amount, silent

SHOWN = 10
"""Notes that are shown to people."""


@dataclass(frozen=True, slots=True)
class ImportStage:
    """Takes in what is new in a folder."""

    folder: Path
    name: ClassVar[str] = "import"
    unit: ClassVar[str] = "file"

    def pending(self, project: Project) -> int:
        """Files that were not imported yet, or of which other traits are told now."""
        from collection.importers.pictures import pending

        return len(pending(project.library, self.folder))

    def run(self, project: Project, *, progress: Progress = silent) -> Report:
        """Import; a file that is no picture is named, and the rest goes on."""
        from collection.importers.pictures import import_folder

        report = import_folder(project.library, self.folder, progress=progress)
        numbers, retold = list(report.imported.values()), list(report.retold.values())
        said = [
            f"{amount(len(numbers), 'image')}{': ' if numbers else ''}{spans(numbers)}"
            if numbers or not retold
            else "",
            f"new traits of {amount(len(retold), 'image')}: {spans(retold)}" if retold else "",
            f"{len(report.known)} imported already" if report.known else "",
            f"{amount(len(report.skipped), 'file')} skipped" if report.skipped else "",
        ]
        there = bool(numbers or retold or report.known)
        missing = None if there else f"there is no picture in {self.folder}"
        return Report(
            "import",
            ", ".join(filter(None, said)),
            {
                "imported": [{"path": path, "image": number} for path, number in report.imported.items()],
                "retold": [{"path": path, "image": number} for path, number in report.retold.items()],
                "known": _listed(report.known), "skipped": _listed(report.skipped), "noted": _listed(report.noted),
            },
            report.skipped,
            complete=there,
            hint="`collection score` judges them" if numbers else missing,
            notes=[f"{failure.what}: {failure.why}" for failure in (*report.noted, *report.known)[:SHOWN]],
        )  # fmt: skip


def _listed(failures: Sequence[Failure]) -> list[dict[str, str]]:
    return [{"path": failure.what, "why": failure.why} for failure in failures]
