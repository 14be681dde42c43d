"""A page as one file: its styles and scripts are put into it, and it allows no others but those of the set's data.

The sources lie in `static`. Where a page names a stylesheet or a script that lies there, its text takes the place.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

STATIC = Path(__file__).parent / "static"

_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">\n?')
_SCRIPT = re.compile(r'<script src="([^"]+)"></script>\n?')


def page(name: str, title: str) -> bytes:
    """The page of that name, whole, with the title of a set.

    Its policy (CSP) lets in no script but its own and files beside it, and sends requests nowhere but to what the
    visitor or the page names: nodes and gateways.
    """
    text = (STATIC / name).read_text()
    style = "".join((STATIC / found).read_text() for found in _STYLE.findall(text))
    own = [found for found in _SCRIPT.findall(text) if (STATIC / found).is_file()]
    script = "".join((STATIC / found).read_text() for found in own)
    for found in own:
        text = text.replace(f'<script src="{found}"></script>\n', "")
    text = _STYLE.sub("", text).replace("</head>", f"<style>\n{style}</style>\n</head>")
    text = text.replace("</body>", f'<script>"use strict";\n{script}</script>\n</body>')
    script_hash, style_hash = _source(f'"use strict";\n{script}'), _source(f"\n{style}")
    policy = (
        f"default-src 'none'; img-src 'self' blob:; media-src 'self'; connect-src 'self' http: https:; "
        f"script-src 'self' {script_hash}; style-src {style_hash}; base-uri 'none'; form-action 'none'"
    )
    return text.replace("{{policy}}", policy).replace("{{title}}", escape(title)).encode()


def _source(text: str) -> str:
    """How a policy names a script or style that stands in the page (CSP level 3, 2.3.1)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
