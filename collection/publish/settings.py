"""What of a configuration a frozen set depends on, and that configuration as it was when the set was frozen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collection.config import Config
from collection.config.publishing import Artist, Publish
from collection.config.publishing import Freeze as FreezeTable
from collection.config.shares import Credits
from collection.publish.additions import Addition
from collection.store.publication_records import Freeze

LATER = {
    "publish": (
        "cid_profile", "traits", "disclose", "disclose_prompt", "certificate", "watermark", "watermark_key", "name",
        "animation_url",
        "background_color", "banner_image", "featured_image", "collaborators", "duties_met", "texts",
        "files", "thumbnail",
    ),
    "freeze": ("order", "seed", "one_of_ones", "locked"),
}  # fmt: skip
"""Keys of each table that sets were frozen without: they say nothing where they have their default."""
ASIDE = ("storage", "timestamps", "duties_met", "targets", "texts", "files")
"""Keys of [publish] that no published file depends on: of `texts` and `files` the content counts, which is
`Addition` by image."""


def settings_of(config: Config, additions: Mapping[int, Addition] | None = None) -> dict[str, Any]:
    """The part of the configuration that the metadata is written from, and the artist's additions, as JSON."""
    quiet = {
        table: {name for name in names if getattr(of := getattr(config, table), name) == _default(of, name)}
        for table, names in LATER.items()
    }
    found = config.model_dump(
        mode="json",
        include={"title", "symbol", "description", "seed", "artists", "publish", "freeze"},
        exclude={"publish": {*ASIDE, *quiet["publish"]}, "freeze": quiet["freeze"]},
    )
    if config.credits:
        found["credits"] = config.credits.as_json()
    if not found["freeze"]:
        del found["freeze"]
    added = {str(number): addition.as_json() for number, addition in (additions or {}).items()}
    return {**found, **({"additions": added} if added else {})}


def _default(table: Any, name: str) -> Any:
    return type(table).model_fields[name].get_default(call_default_factory=True)


def config_of(config: Config, frozen: Freeze) -> tuple[Config, dict[int, Addition]]:
    """The configuration, with what the metadata is written from as it was at that freeze; and the additions."""
    if not frozen.settings:
        return config, {}
    told = dict(frozen.settings)
    additions = {int(number): Addition.from_json(said) for number, said in told.pop("additions", {}).items()}
    artists = tuple(Artist(**item) for item in told.pop("artists"))
    publish = Publish.model_validate({**told.pop("publish"), "storage": config.publish.storage})
    credits = Credits.from_json(told.pop("credits", None))
    freeze = FreezeTable.model_validate(told.pop("freeze", {}))
    then = {**told, "artists": artists, "publish": publish, "freeze": freeze, "credits": credits}
    return config.model_copy(update=then), additions


def changes(before: Mapping[str, Any], now: Mapping[str, Any], place: str = "") -> dict[str, tuple[Any, Any]]:
    """What differs between two settings: (before, now) by dotted key; None is what is not there."""
    found: dict[str, tuple[Any, Any]] = {}
    for name in sorted({*before, *now}):
        old, new, key = before.get(name), now.get(name), f"{place}{name}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found |= changes(old, new, f"{key}.")
        elif old != new:
            found[key] = (old, new)
    return found
