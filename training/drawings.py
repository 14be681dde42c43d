"""Freely licensed drawings of the same things by several hands, joined across icon sets by what Unicode calls them.

Every set is an npm package of Iconify (`icons.json`: the inside of an SVG by name). Three sets say in `chars.json`
which code points a name stands for; the other four are joined by name, since names follow CLDR, Unicode or a
spelling without spaces of one of the two ("fox", "fox-face", "foxface").
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from training.places import ART

SETS: Mapping[str, str] = {
    "noto": "Apache-2.0",
    "noto-v1": "Apache-2.0",
    "fxemoji": "Apache-2.0",
    "fluent-emoji": "MIT",
    "fluent-emoji-flat": "MIT",
    "twemoji": "CC-BY-4.0",
    "emojione": "CC-BY-4.0",
}
"""The icon sets and their licences."""
_LEFT_OUT = re.compile(r"1f3f[b-f]|1f1[ef][0-9a-f]|20e3|e00[67]")
"""Skin tones (a thing five times over), letters of flags, keycaps, tags."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that Unicode has a sign for."""

    code: str
    """Its code points in hexadecimal, joined by "-", without variation selectors."""
    name: str
    """Its CLDR short name: fox, water wave."""
    keywords: tuple[str, ...]
    """CLDR's other words for it."""
    group: str
    """Its section: Animals & Nature."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One thing as one set draws it."""

    thing: Thing
    set: str
    svg: str


def drawings() -> Iterator[Drawing]:
    """Every drawing of a known thing, by set and code; raises FileNotFoundError before `npm install`."""
    for name in SETS:
        found: dict[str, str] = {}
        icons = _read(f"@iconify-json/{name}/icons.json")
        for icon in sorted(icons["icons"]):
            code = _codes(name).get(icon) or _by_name().get(_plain(icon))
            if code in things():
                found.setdefault(code, _svg(icons, icon))
        for code in sorted(found):
            yield Drawing(things()[code], name, found[code])


@cache
def things() -> Mapping[str, Thing]:
    """All things by code: signs with a CLDR name, without skin tones, flags and keycaps."""
    words: dict[str, Any] = {}
    for package, folder in (
        ("cldr-annotations-full", "annotations"),
        ("cldr-annotations-derived-full", "annotationsDerived"),
    ):
        file = _read(f"{package}/{folder}/en/annotations.json")
        words |= {_code(sign): said for sign, said in file[folder]["annotations"].items()}
    found = {}
    for sign, about in _read("unicode-emoji-json/data-by-emoji.json").items():
        code = _code(sign)
        if about["group"] == "Flags" or _LEFT_OUT.search(code) or code not in words:
            continue
        said = words[code]
        name = said["tts"][0].lower().replace("’", "'")
        others = tuple(word.lower() for word in said.get("default", ()) if word.lower() != name)
        found[code] = Thing(code, name, others, about["group"])
    return found


def _code(sign: str) -> str:
    return "-".join(f"{ord(part):x}" for part in sign if part != "\ufe0f")


@cache
def _codes(set_name: str) -> Mapping[str, str]:
    """Codes by icon name, where the set says them."""
    path = ART / "node_modules" / "@iconify-json" / set_name / "chars.json"
    if not path.is_file():
        return {}
    chars = json.loads(path.read_text(encoding="utf-8"))
    return {icon: code.replace("-fe0f", "") for code, icon in chars.items()}


@cache
def _by_name() -> Mapping[str, str]:
    """Codes by plain name: CLDR's first, then what the coded sets call them, then Unicode's own names."""
    found = {_plain(thing.name): code for code, thing in things().items()}
    for name in ("noto", "fluent-emoji-flat", "twemoji"):
        for icon, code in _codes(name).items():
            found.setdefault(_plain(icon), code)
        for alias, about in _read(f"@iconify-json/{name}/icons.json").get("aliases", {}).items():
            if about["parent"] in _codes(name) and set(about) == {"parent"}:
                found.setdefault(_plain(alias), _codes(name)[about["parent"]])
    for code in things():
        if "-" not in code:
            found.setdefault(_plain(unicodedata.name(chr(int(code, 16)), code)), code)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _svg(icons: Mapping[str, Any], icon: str) -> str:
    about = icons["icons"][icon]
    width, height = (about.get(side, icons.get(side, 16)) for side in ("width", "height"))
    left, top = about.get("left", 0), about.get("top", 0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="{left} {top} {width} {height}" width="{width}" height="{height}">{about["body"]}</svg>'
    )


@cache
def _read(path: str) -> Any:
    return json.loads((ART / "node_modules" / path).read_text(encoding="utf-8"))
