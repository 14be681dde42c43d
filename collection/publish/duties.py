"""The duties that the license of a model puts on whoever publishes its pictures, and whether a set meets them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from collection.config import Config
from collection.config.models import DUTIES, Duty
from collection.curate.reviews.log import review_states
from collection.errors import PublishError
from collection.store.records import Asset
from collection.store.store import Store

SHOWN = 12
SAFETY = "nsfw"
"""The metric of the filter."""


@dataclass(frozen=True, slots=True)
class Met:
    """What is known of a set that duties ask about."""

    reviewed: frozenset[int]
    """Images that a person picked or locked."""
    filtered: frozenset[str]
    """File hashes of pictures that the filter has looked at."""


def duties_of(asset: Asset) -> tuple[Duty, ...]:
    """The duties that were recorded with an image when it was made, as its license was."""
    recorded = asset.generator.get("duties")
    return tuple(duty for duty in DUTIES if duty in recorded) if isinstance(recorded, list | tuple) else ()


def unmet(config: Config, assets: Sequence[Asset], met: Met) -> Iterator[tuple[str, str]]:
    """(what is not met, the command or key that meets it), duty by duty."""
    by_duty: defaultdict[Duty, list[Asset]] = defaultdict(list)
    for asset in assets:
        for duty in duties_of(asset):
            by_duty[duty].append(asset)
    checks: Mapping[Duty, Callable[[Asset], bool]] = {
        "review": lambda asset: asset.id in met.reviewed,
        "filter": lambda asset: asset.file_sha256 in met.filtered,
        "disclosure": lambda _: config.publish.disclose != "none",
        "revenue": lambda _: "revenue" in config.publish.duties_met,
    }
    for duty in DUTIES:
        if open_ := [asset for asset in by_duty.get(duty, ()) if not checks[duty](asset)]:
            labels = ", ".join(asset.label for asset in open_[:SHOWN])
            more = f" and {len(open_) - SHOWN:,} more" if len(open_) > SHOWN else ""
            models = " and ".join(sorted({asset.recipe.model for asset in open_ if asset.recipe}))
            yield f"the license of {models} asks that {DUTIES[duty]}: images {labels}{more}", _WAYS[duty]


_WAYS: Mapping[Duty, str] = {
    "review": "`collection review` shows them: pick or lock each one",
    "filter": 'safety = "open-nsfw" under [score], then `collection score`',
    "disclosure": '`disclose = "models"` under [publish]',
    "revenue": '`duties_met = ["revenue"]` under [publish] says that you do',
}


def duties_refusal(store: Store, config: Config, assets: Sequence[Asset]) -> PublishError | None:
    """Why a set cannot be published by the licenses of its models: every duty that is not met, and what meets it."""
    if not any(map(duties_of, assets)):
        return None
    reviewed = frozenset(
        number
        for number, state in review_states(store).items()
        if state.locked or (state.curators and state.flag == "pick")
    )
    filtered = frozenset(score.file_sha256 for score in store.scores() if score.metric == SAFETY)
    found = [*unmet(config, assets, Met(reviewed, filtered))]
    return PublishError("\n".join(what for what, _ in found), "; ".join(way for _, way in found)) if found else None
