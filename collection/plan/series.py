"""How many images and tokens each series has, and whose they are: by shares, axes and artists, never by order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from collection.config import Config
from collection.errors import ConfigError
from collection.plan.quotas import largest_remainder
from collection.values import amount


def series_images(config: Config) -> dict[str, int]:
    """Images of each series, in the file's order: what its axes ask for, or its share of the rest."""
    counts = {series.name: series.axes.points for series in config.series}
    rest = config.images - sum(counts.values()) - len(config.one_of_ones)
    shares = {series.name: series.share for series in config.series if not series.axes.points}
    return counts | _split(rest, shares)


def artist_tokens(config: Config) -> dict[str, int]:
    """Tokens of each artist by the shares of [select], one-of-ones aside; without shares, all tokens under "".

    Raises ConfigError where an artist's series make fewer images than the artist is to have tokens.
    """
    shares = config.select.shares or {"": 1.0}
    counts = largest_remainder(config.supply - len(config.one_of_ones), list(shares.values()))
    found = dict(zip(shares, counts, strict=True))
    if config.select.shares and config.images:
        _refuse_thin(config, found)
    return found


def series_tokens(config: Config) -> dict[str, int]:
    """Tokens of each series, one-of-ones aside: those of its artist, by its images, or by its share where no series
    has an artist or axes. None has more tokens than images."""
    plain = not config.images or not (config.owners or any(series.axes.points for series in config.series))
    shares = {series.name: series.share for series in config.series} if plain else series_images(config)
    found: dict[str, int] = {}
    for artist, tokens in artist_tokens(config).items():
        own = {name: share for name, share in shares.items() if config.owners.get(name, "") == artist}
        found |= _split(tokens, own)
    return {series.name: found.get(series.name, 0) for series in config.series}


def series_goals(config: Config) -> dict[str, int]:
    """How much of the supply each series is to give where nothing else is asked: its share."""
    found = _split(config.supply, {series.name: series.share for series in config.series})
    return {series.name: found[series.name] for series in config.series}


def _split(total: int, shares: Mapping[str, float]) -> dict[str, int]:
    """By largest remainder, of equals the first by name: so the order of the file decides nothing."""
    names: Iterable[str] = sorted(shares)
    return dict(zip(names, largest_remainder(total, [shares[name] for name in names]), strict=True)) if shares else {}


def _refuse_thin(config: Config, tokens: Mapping[str, int]) -> None:
    images: Counter[str] = Counter()
    for name, count in series_images(config).items():
        images[config.owners[name]] += count
    for artist, count in tokens.items():
        if images[artist] < max(count, 1):
            raise ConfigError(
                f"select.shares: {artist} is to have {amount(count, 'token')}, but the series of "
                f"{artist} make {amount(images[artist], 'image')}",
                "raise candidates or the share of these series, or lower the artist's share",
            )
