"""Draw the layers of the sample `layers`: `python packaging/layer_art.py` writes samples/layers/layers/.

Everything is drawn here, by a few shapes; the shine is a PNG, because its edge is soft.
"""

from __future__ import annotations

import io
from pathlib import Path

OUT = Path(__file__).parents[1] / "samples" / "layers" / "layers"
SIDE = 512
INK = "#2b2233"
PELT, SHADE = "#c98a4b", "#a86c36"
"""The colours that the palette of the sample replaces."""


def svg(body: str) -> str:
    """An SVG document of the sample's size."""
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">{body}</svg>\n'


def ground(colour: str, pattern: str = "") -> str:
    """A background."""
    return f'<rect width="{SIDE}" height="{SIDE}" fill="{colour}"/>{pattern}'


def dots(colour: str) -> str:
    """Dots in a grid, every second row moved."""
    places = [(x + (32 if row % 2 else 0), 32 + 64 * row) for row in range(8) for x in range(0, 544, 64)]
    return "".join(f'<circle cx="{x}" cy="{y}" r="7" fill="{colour}"/>' for x, y in places)


def rays(colour: str) -> str:
    """Rays from the middle."""
    return (
        f'<path fill="{colour}" d="M256 300L0 0H120ZM256 300L230 0H330ZM256 300L450 0H512V60ZM256 300L512 200V320Z"/>'
    )


def stroke(path: str, fill: str = "none", width: int = 10, colour: str = INK) -> str:
    """A path with an outline."""
    return (
        f'<path d="{path}" fill="{fill}" stroke="{colour}" stroke-width="{width}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


HEAD = "M256 150C356 150 406 220 406 300C406 390 346 440 256 440C166 440 106 390 106 300C106 220 156 150 256 150Z"
EARS = {
    "Cat": "M132 232L120 110L222 166ZM380 232L392 110L290 166Z",
    "Bear": "M120 200a52 52 0 1 1 90 -44ZM392 200a52 52 0 1 0 -90 -44Z",
    "Rabbit": "M170 190C120 60 150 20 180 30C215 45 220 120 222 166Z"
    "M342 190C392 60 362 20 332 30C297 45 292 120 290 166Z",
}
BODY = "M130 512C130 430 190 400 256 400C322 400 382 430 382 512Z"


def eye(kind: str) -> str:
    """A pair of eyes."""
    pairs = {
        "Round": lambda x: (
            f'<circle cx="{x}" cy="290" r="24" fill="#fff" stroke="{INK}" stroke-width="8"/>'
            f'<circle cx="{x + 4}" cy="292" r="11" fill="{INK}"/>'
        ),
        "Sleepy": lambda x: stroke(f"M{x - 26} 288Q{x} 312 {x + 26} 288"),
        "Star": lambda x: (
            f'<path fill="#ffd23f" stroke="{INK}" stroke-width="6" stroke-linejoin="round" d="M{x} 260l9 20 '
            f'22 2 -17 15 5 22 -19 -12 -19 12 5 -22 -17 -15 22 -2z"/>'
        ),
        "Wink": lambda x: (
            stroke(f"M{x - 24} 290H{x + 24}") if x > 256 else f'<circle cx="{x}" cy="290" r="16" fill="{INK}"/>'
        ),
    }
    return pairs[kind](204) + pairs[kind](308)


MOUTHS = {
    "Smile": stroke("M226 372Q256 402 286 372"),
    "Tongue": stroke("M236 384Q256 424 276 384Z", "#ef6f8f") + stroke("M222 374Q256 396 290 374"),
    "Oh": f'<ellipse cx="256" cy="382" rx="14" ry="18" fill="{INK}"/>',
}
HATS = {
    "Crown": stroke("M176 178L166 92L216 134L256 76L296 134L346 92L336 178Z", "#ffd23f"),
    "Beanie": stroke("M158 196C158 96 354 96 354 196Z", "#3d7dd8") + stroke("M146 198H366", "#fff", 30, "#f2f2f2"),
    "Party": stroke("M200 176L256 36L312 176Z", "#ef6f8f") + '<circle cx="256" cy="38" r="16" fill="#ffd23f"/>',
}
PATTERNS = {
    "Stripes": stroke("M222 166V202M256 160V210M290 166V202M118 300H152M394 300H360", "none", 12, SHADE),
    "Patch": f'<ellipse cx="308" cy="284" rx="62" ry="70" fill="{SHADE}"/>',
}


def drawings() -> dict[str, str]:
    """Every SVG layer, by its place in the folder of layers."""
    found = {
        "1 Background/Sky#30": ground("#8ecae6"), "1 Background/Meadow#30": ground("#b7d48c"),
        "1 Background/Dots#20": ground("#f4d6cc", dots("#e9b7a6")),
        "1 Background/Rays#20": ground("#f6c453", rays("#f8d47f")),
        "2 Body/Plain#60": stroke(BODY, PELT),
        "2 Body/Scarf#40": stroke(BODY, PELT) + stroke("M150 436Q256 480 362 436", "none", 34, "#c8413b"),
    }  # fmt: skip
    weights = {"Cat": 45, "Bear": 35, "Rabbit": 20}
    found |= {f"3 Head/{name}#{weights[name]}": stroke(ears, PELT) + stroke(HEAD, PELT) for name, ears in EARS.items()}
    found |= {f"4 Markings/{name}#{30 if name == 'Patch' else 20}": body for name, body in PATTERNS.items()}
    found |= {
        f"5 Eyes/{name}#{number}": eye(name)
        for name, number in zip(("Round", "Sleepy", "Star", "Wink"), (45, 25, 10, 20), strict=True)
    }
    found |= {
        f"6 Mouth/{name}#{number}": body for (name, body), number in zip(MOUTHS.items(), (60, 25, 15), strict=True)
    }
    found |= {f"7 Hat/{name}#{number}": body for (name, body), number in zip(HATS.items(), (5, 30, 15), strict=True)}
    return found


def shine() -> bytes:
    """A soft light from above left, as PNG."""
    import numpy as np
    from PIL import Image

    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    away = np.hypot(x - 170, y - 140) / 330
    alpha = np.rint(np.clip(1 - away, 0, 1) ** 2 * 150)
    file = io.BytesIO()
    Image.fromarray(np.dstack([np.full_like(alpha, 255), alpha]).astype(np.uint8)).save(file, "PNG", optimize=True)
    return file.getvalue()


def main() -> None:
    """Write them all."""
    for place, body in drawings().items():
        path = OUT / f"{place}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg(body))
    (OUT / "8 Light").mkdir(exist_ok=True)
    (OUT / "8 Light" / "Soft.png").write_bytes(shine())


if __name__ == "__main__":
    main()
