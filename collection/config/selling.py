"""The table of collection.toml that says how tokens are sold by a contract beside the token."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from collection.config.types import Name, Table

_MOMENT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?Z"
_PRICE = r"\d{1,9}(\.\d{1,18})?"


def seconds_of(moment: str) -> int:
    """Seconds of the Unix epoch of a moment of UTC, such as 2026-12-01T18:00Z; raises ValueError for another form."""
    if not re.fullmatch(_MOMENT, moment):
        raise ValueError("a moment of UTC is written 2026-12-01T18:00Z")
    return int(datetime.fromisoformat(moment).astimezone(UTC).timestamp())


def wei_of(price: str) -> int:
    """An amount of the chain's currency, such as 0.05, in its smallest unit; raises ValueError for another form."""
    if not re.fullmatch(_PRICE, price):
        raise ValueError('a price is a text of digits, "0.05", in the currency of the chain')
    return int(Decimal(price) * 10**18)


def _moment(value: str) -> str:
    seconds_of(value)
    return value


def _price(value: str) -> str:
    wei_of(value)
    return value


Moment = Annotated[str, AfterValidator(_moment), WithJsonSchema({"type": "string", "pattern": f"^{_MOMENT}$"})]
"""A moment of UTC: 2026-12-01T18:00Z."""
Price = Annotated[str, AfterValidator(_price), WithJsonSchema({"type": "string", "pattern": f"^{_PRICE}$"})]
"""An amount of the chain's currency, as text, so that no digit is lost: 0.05."""


class SalePhase(Table):
    """A time in which tokens are sold at one price, to everybody or to those on a list."""

    name: Name
    start: Moment
    """From when on it sells: 2026-12-01T18:00Z."""
    end: Moment | None = None
    """From when on it no longer sells; absent: it has no end."""
    price: Price = "0"
    """Of a token, in the chain's currency, as text: "0.05"."""
    per_account: int = Field(default=0, ge=0, lt=2**16)
    """Most tokens that one account buys in it; 0: any number. A list has its own numbers."""
    supply: int = Field(default=0, ge=0, lt=2**32)
    """Most tokens that it sells; 0: as many as there are."""
    allowlist: str | None = None
    """A CSV file of those who may buy, with the columns address and count; absent: everybody may."""


class Reveal(Table):
    """Buyers learn what they have only after the last token is minted: the documents are moved by a drawn offset."""

    deadline: Moment
    """From when on anybody may have the offset drawn although tokens are left: 2027-01-01T00:00Z."""
    placeholder: str | None = Field(default=None, pattern=r"^(ipfs|https|data):.+$")
    """URI of what every token shows until then; absent: the title, in a document that the contract holds."""


class Editions(Table):
    """Copies of the images, by an ERC-1155 contract of their own: `run` makes them beside the tokens, or `editions`."""

    copies: int = Field(ge=0, lt=2**64)
    """Most copies of each image; 0: any number, an open edition."""
    mint: int = Field(default=1, ge=1, lt=2**64)
    """Copies of each image that `run` and `editions mint` make, where --copies says nothing else."""
    closes_at: Moment | None = None
    """From when on no copy is made any more: 2027-01-01T00:00Z; absent: until `editions close`."""


class Sale(Table):
    """How tokens are sold: a contract of its own mints them to who buys."""

    reserve: int = Field(default=0, ge=0)
    """Tokens that `mint` mints to chain.recipient before anything is sold: the first ones."""
    phases: tuple[SalePhase, ...] = Field(min_length=1)
