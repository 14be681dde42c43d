"""Which of the copies of one picture is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from collection.store.columns import ComparedImage
from collection.store.judging_records import Look


def in_order(
    assets: Sequence[ComparedImage], ranking: Mapping[int, float], keep: str, looks: Mapping[str, Look | None]
) -> list[ComparedImage]:
    """The images in the order in which they may keep others.

    "best": those that may be selected; of these one that was made here; of these those with the most pixels; of these a
    lossless file; then, of what came from elsewhere, one that says how it was made, a drawing with plain ground, and
    the one with the most evidence of being the original; then the score. Last decides the lowest number.
    """

    def place(asset: ComparedImage) -> tuple[float, ...]:
        if keep == "first":
            return (asset.id,)
        look = looks.get(asset.file_sha256)
        area = asset.width * asset.height
        if keep == "largest":
            return -area, asset.id
        said = (0.0, 0.0, 0.0)
        if look is not None and not asset.made:
            said = float(not asset.claims), float(not look.drawing), -look.evidence
        score = ranking.get(asset.id, float("-inf"))
        barred = float("-inf") < score < 0  # by its defects; see Judges.ranking
        return barred, not asset.made, -area, not asset.lossless, *said, -score, asset.id

    return sorted(assets, key=place)
