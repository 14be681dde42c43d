"""Export: a target's files appear in a folder, all of them or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from collection.errors import CollectionError, MetadataError, PluginError, UnavailableError, UsageError
from collection.exporters.exporter import EXPORTERS, Content, Exporter, PublishedSet
from collection.values import Progress, silent

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written."""

    files: int
    size: int
    """Bytes."""


def export(
    published: PublishedSet, target: str, folder: Path, progress: Progress = silent, settled: Exporter | None = None
) -> ExportReport:
    """Write a frozen set for a target into a folder that is new or empty; `progress` counts tokens.

    `settled` is the target's exporter where it was told more than others need.

    Raises UsageError for a folder that holds something, UnknownPluginError for a target that nobody knows,
    MetadataError naming all that the target would not take, PluginError where a package's target fails, and
    UnavailableError where the disk refuses. Then nothing was written.
    """
    exporter, named = settled or EXPORTERS.get(target), _Guard(target)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not an empty folder", "name a folder that does not exist yet")
    if found := _problems(target, exporter, published):
        hint = "correct them in collection.toml or in the files beside the pictures, then freeze"
        raise MetadataError.of(found, f"{hint}; only {target} wants it so")
    with _appearing(folder) as place:
        files = named(lambda: iter(exporter.files(published)))
        return _write(place, named.each(files), len(published.tokens), progress)


def refusal(published: PublishedSet, targets: Iterable[str]) -> MetadataError | None:
    """What of a set any of these targets would not take, all at once; None where all take it.

    Raises UnknownPluginError for a target that nobody knows, PluginError where a package's target fails.
    """
    found = dict[str, None]()
    for target in targets:
        found |= dict.fromkeys(_problems(target, EXPORTERS.get(target), published))
    hint = "correct them in collection.toml or in the files beside the pictures, or take the target out of `targets`"
    return MetadataError.of([*found], f"{hint}; then `collection freeze`") if found else None


def _problems(target: str, exporter: Exporter, published: PublishedSet) -> list[str]:
    return _Guard(target)(lambda: [str(line) for line in exporter.problems(published)])


def _write(place: Path, files: Iterable[tuple[str, Content]], tokens: int, progress: Progress) -> ExportReport:
    count = size = 0
    for name, content in files:
        path = place / _safe(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, Path):
            shutil.copyfile(content, path)
        else:
            content(path)
        count, size = count + 1, size + path.stat().st_size
        progress(min(count, tokens), tokens)
    return ExportReport(count, size)


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts:
        raise PluginError(f"an export target wants to write {name!r}, which is outside of the folder")
    return path


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """A folder to write in that becomes `folder` at the end, and is gone if anything fails."""
    temporary = folder.absolute().parent / f".writing-{os.getpid()}-{os.urandom(4).hex()}"
    try:
        temporary.mkdir(parents=True)
        yield temporary
        temporary.replace(folder)
    except OSError as error:
        hint = "free some disk space or name another folder, then run the same command again"
        raise UnavailableError(f"cannot write {folder}: {error.strerror}", hint) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


class _Guard:
    """Calls the code of a target, which may be a package's: whatever it raises is named."""

    def __init__(self, target: str) -> None:
        self._target = target

    def __call__(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except (CollectionError, OSError):
            raise
        except Exception as error:  # code of another package: all of its errors are named
            raise PluginError(f"the export target {self._target} failed: {type(error).__name__}: {error}") from error

    def each(self, items: Iterator[T]) -> Iterator[T]:
        """Its items, one by one."""
        end = object()
        while (item := self(lambda: next(items, end))) is not end:
            yield item  # type: ignore[misc]
