"""The table of collection.toml that says how the set is chosen."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from collection.config.types import Name, Table

Share = Annotated[float, Field(gt=0, lt=1e9)]


class Select(Table):
    """How the tokens are chosen from the images."""

    diversity: float = Field(default=0.3, ge=0, le=1)
    """0: best scores only; 1: most different only. Where nothing is judged, any above 0 means most different only."""
    exclude: tuple[str, ...] = ("tiny", "incomplete")
    """Images with one of these issues are not chosen, unless a person locks them; blank and nsfw ones never are."""
    by: tuple[str, ...] = ()
    """Metrics that say which image is better (a head's name, quality, votes, learned-preference or
    learned-preference:NAME); absent: votes or a learned preference once proven, else the heads and preference models.
    Without any of these nothing is judged: the set is chosen for variety and by people's votes."""
    shares: dict[Name, Share] = {}
    """How many of the tokens, one-of-ones aside, each artist gets beside the others, by name: {Ada = 2, Ben = 1}, in
    whole tokens by largest remainder. Every series is then one artist's, and the traits are dealt out to them."""
