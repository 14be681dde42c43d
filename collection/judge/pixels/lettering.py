"""Lettering in a picture: captions, watermarks, and the rows of made-up glyphs that text-to-image models leave.

No text is read. A line of lettering is taken to be a band of rows in which thin strokes of one polarity (lighter or
darker than what is around them) follow each other closely, with quiet rows above and below: the stroke width and line
structure that B. Epshtein, E. Ofek, Y. Wexler, "Detecting text in natural scenes with stroke width transform",
CVPR 2010, build on, reduced to what a pass over rows can tell. Lines are looked for level, at two scales.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from collection.judge.metric import Defect, Metric, OfPixels
from collection.judge.pixels.luminance import Grey, square_sums

Marks = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.uint8]

STROKE = 8
"""Pixels: strokes are thinner than this."""
LEAST_CONTRAST = 36
"""Levels by which a stroke differs from what is beside it."""
WINDOW, STRIDE = 64, 16
"""Pixels of a row in which strokes are counted, and from one such window to the next."""
TEXTURE = (85, 2)
"""Where much of a picture is strokes (grass, cloth), those of lettering stand out by this multiple of this percentile
of what is there."""
UPRIGHT = 0.6
"""Share of the beginnings of strokes in a line that stand in columns, one below the other all the way: of more, these
are bars (teeth, railings, rows of windows), as the strokes of letters differ from row to row..."""
ALL_THE_WAY = 0.8
"""...which is this share of the rows."""
STROKES = 3
"""Strokes a window in a row of lettering, at least."""
QUIET = 1
"""Strokes a window in the rows between lines, at most."""
REACH = 3
"""Rows above and below a line among which one is quiet."""
HEIGHTS = (5, 26)
"""Rows of a line of lettering."""


def lettering(grey: Grey) -> float:
    """The longest line of lettering as a share of the picture's width, 0 to 1, of a luminance picture (h, w) uint8."""
    found = 0.0
    for _ in (0, 1):
        if min(grey.shape) < 2 * STROKE or grey.shape[1] < WINDOW:
            break
        for side in (grey, 255 - grey):
            depth = _closing(side) - side
            usual = float(np.percentile(depth[::4, ::4], TEXTURE[0]))
            found = max(found, _longest_line(depth >= max(LEAST_CONTRAST, TEXTURE[1] * usual)))
        grey = np.asarray(square_sums(grey, 2) // 4, dtype=np.uint8)
    return found


def _closing(grey: Grey) -> Grey:
    """The picture without what is darker and thinner than STROKE along its row."""
    wide = grey
    for reach in (1, 2, 4):
        wide = np.maximum(wide[:, reach:], wide[:, :-reach])
    padded = np.pad(wide, ((0, 0), (STROKE - 1, STROKE - 1)), mode="edge")
    for reach in (1, 2, 4):
        padded = np.minimum(padded[:, reach:], padded[:, :-reach])
    return padded


def stroke_counts(strokes: Marks) -> Counts:
    """How many strokes begin in each row of each window: (rows, windows) from marks (rows, width)."""
    begins = stroke_begins(strokes)
    eights = np.bitwise_count(np.packbits(begins, axis=1))
    windows = (strokes.shape[1] - WINDOW) // STRIDE + 1
    counts = np.zeros((len(strokes), windows), dtype=np.uint8)
    for place in range(WINDOW // 8):
        counts += eights[:, place :: STRIDE // 8][:, :windows]
    return counts


def stroke_begins(strokes: Marks) -> Marks:
    """Where strokes begin, (rows, width), from left to right."""
    begins = strokes.copy()
    begins[:, 0] = False
    begins[:, 1:] &= ~strokes[:, :-1]
    return begins


def _longest_line(strokes: Marks) -> float:
    """The longest line that these strokes make, as a share of the width."""
    counts, begins = stroke_counts(strokes), stroke_begins(strokes)
    longest = _longest_run(_lines(np.ascontiguousarray(counts.T), begins))
    return (longest - 1) * STRIDE / strokes.shape[1] if longest else 0.0


def _are_bars(begins: Marks) -> bool:
    """Whether most strokes of a line, marked where they begin, (rows, columns), stand one below the other."""
    columns = begins.sum(axis=0)
    near = np.convolve(columns, (1, 1, 1), mode="same")  # a bar may lean by a pixel
    upright = columns[near >= ALL_THE_WAY * len(begins)].sum()
    return bool(upright >= UPRIGHT * columns.sum())


def _longest_run(marks: Marks) -> int:
    """The most rows (n, m) in sequence that are marked in one column."""
    run, longest = np.zeros(marks.shape[1], dtype=np.int64), 0
    for row in marks:
        run = (run + 1) * row
        longest = max(longest, int(run.max()))
    return longest


def _lines(counts: Counts, begins: Marks) -> Marks:
    """Which rows of each window belong to a line, by the strokes counted there: (windows, rows) both."""
    windows, rows = counts.shape
    counts = np.pad(counts, ((0, 0), (REACH, REACH)))
    busy = np.pad(counts >= STROKES, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(busy, axis=1)
    window, first = np.nonzero(change == 1)
    _, end = np.nonzero(change == -1)
    quiet = counts <= QUIET
    above = np.any([quiet[window, first - reach] for reach in range(1, REACH + 1)], axis=0)
    below = np.any([quiet[window, end + reach] for reach in range(REACH)], axis=0)
    line = (end - first >= HEIGHTS[0]) & (end - first <= HEIGHTS[1]) & above & below
    for place in np.flatnonzero(line):
        left, top = window[place] * STRIDE, first[place] - REACH
        line[place] = not _are_bars(begins[top : end[place] - REACH, left : left + WINDOW])
    marks = np.zeros((windows, counts.shape[1] + 1), dtype=np.int8)
    marks[window[line], first[line]] += 1
    marks[window[line], end[line]] -= 1
    return np.cumsum(marks, axis=1)[:, REACH : REACH + rows] > 0


TEXT = Metric(
    name="text",
    range=(0, 1),
    better="lower",
    says="The longest level line of what looks like lettering (captions, watermarks, made-up glyphs), as a share of "
    "the width.",
    source="own; strokes of similar width in a line, after Epshtein, Ofek, Wexler: Detecting text in natural scenes "
    "with stroke width transform, CVPR 2010",
    limits="Reads nothing. Slanted (by more than about 5 degrees), vertical, very large or single letters are missed, "
    "faint ones too, and letters of upright bars alone; rows of small things of unlike shapes are taken for lettering.",
    computed=OfPixels(lambda picture: round(lettering(picture.luminance), 6)),
    identity="text/2",
    defect=Defect("text", 0.2, "over", "More text: a line as long as this share of the width looks like lettering."),
)
