"""Errors: their kind, what follows from it, and their way between processes."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from collection import errors
from collection.errors import CollectionError, ErrorKind


def classes(root: type[CollectionError] = CollectionError) -> Iterator[type[CollectionError]]:
    yield root
    for each in root.__subclasses__():
        if each.__module__ == errors.__name__:
            yield from classes(each)


def made(kind: type[CollectionError]) -> CollectionError:
    return errors.OutOfMemoryError("m", "h", 4) if kind is errors.OutOfMemoryError else kind("m", "h")


@pytest.mark.parametrize("kind", list(classes()))
def test_an_error_survives_the_way_between_processes(kind: type[CollectionError]) -> None:
    error = pickle.loads(pickle.dumps(made(kind)))
    assert type(error) is kind
    assert (error.message, error.hint, str(error), error.kind) == ("m", "h", "m", kind.kind)


@pytest.mark.parametrize("kind", list(classes()))
def test_the_exit_code_follows_from_the_kind(kind: type[CollectionError]) -> None:
    assert made(kind).exit_code == kind.kind.exit_code
    assert (made(kind).exit_code == 2) == issubclass(kind, errors.UsageError)


def test_kinds() -> None:
    assert {kind.value: kind.exit_code for kind in ErrorKind} == {
        "usage": 2, "configuration": 2, "not_found": 2, "conflict": 1, "unavailable": 1, "failed": 1,
    }  # fmt: skip
    assert errors.ProjectBusyError.kind is errors.ConflictError.kind is ErrorKind.CONFLICT
    assert errors.WeightsError.kind is errors.ChainError.kind is ErrorKind.UNAVAILABLE
