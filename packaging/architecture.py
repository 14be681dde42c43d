"""Draw the house: docs/images/architecture.svg, from the floors that tests/test_architecture.py holds.

Each row is a floor: a module imports from its own room and from the rows below. Two ways are drawn through the rooms,
that of a picture (numbers) and that of a vote (letters). With --check the file is compared and not written.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

REPOSITORY = Path(__file__).parent.parent
TARGET = REPOSITORY / "docs" / "images" / "architecture.svg"
PICTURE_WAY = ("config", "plan", "generate", "store", "judge", "curate", "publish", "ipfs", "chain", "verify")
VOTE_WAY = ("web", "stages", "curate", "store", "publish")
WIDTH, LEFT, ROW, BOX, GAP = 1180, 16, 84, 62, 12
INK, PAPER, QUIET, PICTURE, VOTE = "#1f2328", "#ffffff", "#f3f1ec", "#b3541e", "#1f6feb"

Place = tuple[float, float, float]
"""Left and top edge of a box, and its width, in pixels."""


def floors() -> list[set[str]]:
    """The rooms of each floor, the lowest first."""
    for node in ast.parse((REPOSITORY / "tests" / "test_architecture.py").read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "FLOORS":
            found: list[set[str]] = ast.literal_eval(node.value)
            return found
    raise SystemExit("tests/test_architecture.py names no FLOORS")


def summary(room: str) -> str:
    """The first sentence of what a room says of itself."""
    folder = REPOSITORY / ("cli" if room == "cli" else f"collection/{room}")
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text())) or ""
    return text.split("\n")[0].split(". ")[0].rstrip(".")


def places(rows: Sequence[set[str]]) -> dict[str, Place]:
    """Where the box of each room is: the highest floor on top."""
    found: dict[str, Place] = {}
    for number, rooms in enumerate(reversed(rows)):
        width = min(300.0, (WIDTH - 2 * LEFT - GAP * (len(rooms) - 1)) / len(rooms))
        begin = (WIDTH - len(rooms) * width - GAP * (len(rooms) - 1)) / 2
        order = sorted(rooms, key=lambda room: (PICTURE_WAY.index(room) if room in PICTURE_WAY else -1, room))
        for place, room in enumerate(order):
            found[room] = (begin + place * (width + GAP), LEFT + number * ROW, width)
    return found


def boxes(where: dict[str, Place]) -> Iterator[str]:
    """The rooms, each with its name and what it is for."""
    for room, (x, y, width) in where.items():
        yield f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{BOX}" rx="6" fill="{QUIET}" stroke="{INK}"/>'
        yield f'<text x="{x + 8:.0f}" y="{y + 17:.0f}" font-weight="bold" font-size="13">{escape(room)}</text>'
        for line, words in enumerate(textwrap.wrap(summary(room), int(width / 5.6), max_lines=3, placeholder=" ...")):
            yield f'<text x="{x + 8:.0f}" y="{y + 31 + 12 * line:.0f}" font-size="10">{escape(words)}</text>'


def points_of(where: dict[str, Place], rooms: Sequence[str], right: float) -> list[tuple[float, float]]:
    """Where a way meets its rooms: `right` pixels from the right edge of each box."""
    return [(where[room][0] + where[room][2] - right, where[room][1] + 12) for room in rooms]


def line(points: Sequence[tuple[float, float]], colour: str) -> str:
    """A way from room to room."""
    path = " ".join(f"{'L' if place else 'M'}{x:.0f},{y:.0f}" for place, (x, y) in enumerate(points))
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-opacity="0.6"/>'


def badges(points: Sequence[tuple[float, float]], signs: Sequence[str], colour: str) -> Iterator[str]:
    """The sign of each step of a way, in its room."""
    for sign, (x, y) in zip(signs, points, strict=True):
        yield f'<circle cx="{x:.0f}" cy="{y:.0f}" r="8" fill="{colour}"/>'
        place = f'x="{x:.0f}" y="{y + 4:.0f}"'
        yield f'<text {place} font-size="11" fill="{PAPER}" text-anchor="middle">{escape(sign)}</text>'


def drawing() -> str:
    """The whole picture as SVG."""
    rows = floors()
    where = places(rows)
    height = 2 * LEFT + len(rows) * ROW - (ROW - BOX)
    numbers = [str(place + 1) for place in range(len(PICTURE_WAY))]
    picture, vote = points_of(where, PICTURE_WAY, 12), points_of(where, VOTE_WAY, 32)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        f'font-family="sans-serif" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
        line(picture, PICTURE),
        line(vote, VOTE),
        *boxes(where),
        *badges(picture, numbers, PICTURE),
        *badges(vote, "abcde", VOTE),
        "</svg>\n",
    ])  # fmt: skip


def main() -> None:
    """Write the picture, or compare it."""
    svg = drawing()
    if "--check" not in sys.argv:
        TARGET.write_text(svg)
    elif not TARGET.exists() or TARGET.read_text() != svg:
        raise SystemExit(f"{TARGET.relative_to(REPOSITORY)} is out of date: run `make docs`")


if __name__ == "__main__":
    main()
