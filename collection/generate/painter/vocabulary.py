"""The words of a prompt that the painter knows, and the odds where the prompt says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from collection.generate.painter.chance import Chance

ODDS: Mapping[str, Mapping[str, float]] = {
    "Motif": {
        "Mountains": 20, "Sea": 17, "Harbour": 14, "Village": 12, "Forest": 11,
        "City": 9, "Desert": 8, "Lighthouse": 6, "River": 3,
    },
    "Light": {"Morning": 24, "Golden hour": 20, "Dusk": 18, "Dawn": 15, "Noon": 12, "Night": 11},
    "Weather": {"Clear": 46, "Clouds": 24, "Mist": 12, "Rain": 8, "Snow": 6, "Storm": 4},
    "Palette": {
        "Indigo": 16, "Saffron": 14, "Moss": 12, "Rose": 12, "Ember": 11,
        "Jade": 10, "Terracotta": 9, "Glacier": 8, "Harvest": 5, "Plum": 3,
    },
}  # fmt: skip
"""Each trait of a picture: its values and how often the seed chooses them (in percent)."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "Motif": {
        "Mountains": "mountain peak summit alp volcano ridge hill",
        "Sea": "sea ocean wave surf coast tide",
        "Harbour": "harbour harbor port boat ship sail quay bay",
        "Village": "village house farm cottage field meadow road",
        "Forest": "forest wood tree pine jungle park",
        "City": "city town street skyline tower metropolis",
        "Desert": "desert dune sand oasis mesa",
        "Lighthouse": "lighthouse island cliff rock isle",
        "River": "river valley stream creek canyon lake",
    },
    "Light": {
        "Morning": "morning daylight day",
        "Dawn": "dawn sunrise daybreak",
        "Noon": "noon midday summer",
        "Golden hour": "sun golden gold afternoon sunny",
        "Dusk": "dusk sunset evening twilight",
        "Night": "night midnight moon star nocturne dark",
    },
    "Weather": {
        "Clear": "clear calm quiet serene still",
        "Clouds": "cloud cloudy overcast torn grey gray",
        "Mist": "mist misty fog foggy haze hazy",
        "Rain": "rain rainy shower drizzle",
        "Snow": "snow snowy winter blizzard",
        "Storm": "storm stormy thunder tempest wind windy gale",
    },
    "Palette": {
        "Indigo": "indigo blue navy",
        "Saffron": "saffron yellow bright",
        "Moss": "moss green",
        "Rose": "rose pink spring blossom cherry",
        "Ember": "ember orange fire burning",
        "Jade": "jade teal turquoise emerald",
        "Terracotta": "terracotta clay brick",
        "Glacier": "glacier ice icy frost white cold",
        "Harvest": "harvest autumn fall brown wheat",
        "Plum": "plum violet purple lilac lavender",
    },
}

VOCABULARY: Mapping[str, tuple[str, str]] = {
    word: (trait, value)
    for trait, values in _WORDS.items()
    for value, words in values.items()
    for word in words.split()
}
"""Each known word, in lower case and singular: the trait it decides and the value it decides on."""


def said(prompt: str) -> dict[str, str]:
    """What the prompt decides: {trait: value}. Case and a plural s are ignored; the first word on a trait counts."""
    found: dict[str, str] = {}
    for word in re.findall(r"[a-z]+", prompt.lower()):
        known = next((form for form in _singulars(word) if form in VOCABULARY), None)
        if known:
            trait, value = VOCABULARY[known]
            found.setdefault(trait, value)
    return found


def _singulars(word: str) -> list[str]:
    forms = [word]
    if word.endswith("s"):
        forms.append(word[:-1])
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    return forms


def decide(seed: int, prompt: str) -> dict[str, str]:
    """Every trait of the picture: as the prompt says, else as the seed falls."""
    words = said(prompt)
    return {trait: words.get(trait) or Chance(seed, f"trait {trait}").weighted(odds) for trait, odds in ODDS.items()}
