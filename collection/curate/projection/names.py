"""What maps are called: a method, and the vectors that it places."""

from __future__ import annotations

from collections.abc import Sequence

METHODS = ("tsne", "pca")
"""t-SNE keeps neighbours together; PCA shows the two directions in which the vectors differ most."""


def short_names(models: Sequence[str]) -> dict[str, str]:
    """Names for people of the models of vectors, without revisions: "tiny-clip"; the model of each."""
    found: dict[str, str] = {}
    for model in models:
        name = model.split("@")[0].split("/")[0]
        number = sum(known.split("~")[0] == name for known in found)
        found[f"{name}~{number + 1}" if number else name] = model
    return found
