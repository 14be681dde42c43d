"""Which of the copies of one picture is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collection.store.columns import ComparedImage
from collection.store.records import Look


def in_order(
    assets: Sequence[ComparedImage], ranking: Mapping[int, float], keep: str, looks: Mapping[str, Look | None]
) -> list[ComparedImage]:
    """The images in the order in which they may keep others.

    "best": those that may be selected; of these those with the most pixels; of these a lossless file; of these one that
    was made here (by its score), then of what came from elsewhere a flat drawing with the fewest shades (a copy has
    more, by its compression) and a photograph with the most detail; then the score. Last decides the lowest number.
    """

    def place(asset: ComparedImage) -> tuple[float, ...]:
        if keep == "first":
            return (asset.id,)
        look = looks.get(asset.file_sha256)
        area = asset.width * asset.height
        if keep == "largest":
            return -area, asset.id
        detail = (0.0, 0.0) if asset.made or look is None else (1.0, look.detail) if look.flat else (2.0, -look.detail)
        score = ranking.get(asset.id, float("-inf"))
        barred = float("-inf") < score < 0  # by its defects; see Judges.ranking
        return barred, -area, not asset.lossless, *detail, -score, asset.id

    return sorted(assets, key=place)
