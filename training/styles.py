"""What the styles are called: one name each, and other words that mean it."""

from __future__ import annotations

from collections.abc import Mapping

DRAWN: Mapping[str, tuple[str, ...]] = {
    "noto": ("noto style", "shaded icon style", "detailed cartoon icon"),
    "noto-v1": ("blob style", "noto blob style", "rounded blob cartoon"),
    "fxemoji": ("fxemoji style", "plain icon style", "simple muted icon"),
    "fluent-emoji": ("soft gradient style", "fluent gradient style", "glowing gradient icon"),
    "fluent-emoji-flat": ("flat icon style", "fluent flat style", "flat vector icon"),
    "twemoji": ("sticker style", "twemoji style", "bold flat sticker"),
    "emojione": ("emojione style", "retro icon style", "flat retro emoji"),
}
"""Icon sets: how captions name their style."""

PAINTED: Mapping[str, tuple[str, ...]] = {
    "impasto": ("impasto oil painting", "oil painting with thick brush strokes", "impasto", "thick oil strokes"),
    "woodblock": ("woodblock print", "ukiyo-e woodblock print", "woodblock", "japanese print with fine outlines"),
    "bauhaus": ("bauhaus poster", "geometric bauhaus poster", "bauhaus", "geometric shapes"),
    "ink": ("ink wash on paper", "ink wash painting", "ink", "brush and ink on rice paper"),
    "papercut": ("papercut", "layered paper cut-out", "cut paper with soft shadows", "paper cut"),
    "pointillism": ("pointillism", "pointillist painting", "dots of pure colour", "painting made of dots"),
    "stained-glass": ("stained glass", "stained glass window", "stained-glass", "leaded glass panes"),
}
"""The painter's styles, likewise."""

STYLES: Mapping[str, tuple[str, ...]] = {**DRAWN, **PAINTED}
