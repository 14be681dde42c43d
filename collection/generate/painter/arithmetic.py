"""Curves from basic float64 arithmetic alone, which gives the same numbers on every machine.

numpy's `exp`, `log` and `power` choose other routines on other processors.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def sine(turns: Floats) -> Floats:
    """sin(2 pi turns) to 0.001: a parabola and one correcting step, from basic arithmetic alone."""
    part = turns - np.floor(turns + 0.5)
    rough = 8.0 * part - 16.0 * part * np.abs(part)
    return 0.225 * (rough * np.abs(rough) - rough) + rough


def circle(count: int) -> tuple[Floats, Floats]:
    """(cosines, sines) of `count` equal steps around a circle."""
    turns = np.arange(count, dtype=np.float64) / count
    return sine(turns + 0.25), sine(turns)


def clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """`value`, held between low and high."""
    return low if value < low else high if value > high else value
