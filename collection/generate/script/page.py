"""The web page of a token: $fx with its hash, the libraries and the script, in one file that loads nothing."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:; media-src data: blob:; font-src data:; worker-src blob:; connect-src data: blob:"
)
"""What the page may load (Content Security Policy): nothing from a network."""
_STYLE = "html, body { margin: 0; height: 100%; overflow: hidden } canvas, svg { display: block }"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the line on which the libraries and the script begin."""

    text: str
    first_line: int


def page(name: str, source: str, hash: str, planned: Mapping[str, str], *, capture: bool) -> Page:
    """The page of a script; `capture`: the one that is photographed, where time goes by frames and stops."""
    said = {"hash": hash, "tokenId": 0, "planned": dict(planned), "capture": capture}
    setup = f"window.$collection = {_inline(json.dumps(said))};"
    bootstrap = files("collection.generate.script").joinpath("fx.js").read_text("utf-8")
    head = (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{html.escape(name)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<style>{_STYLE}</style>\n'
        f"<script>{setup}</script>\n<script>{_inline(bootstrap)}</script>\n</head>\n<body>\n<script>"
    )
    return Page(f"{head}{_inline(source)}</script>\n</body>\n</html>\n", head.count("\n"))


def _inline(script: str) -> str:
    """A script as it can stand in a page: what would end it, or begin a comment, is written otherwise."""
    return re.sub(r"<(?=/script|script|!--)", r"\\x3c", script, flags=re.IGNORECASE)
