"""collection voucher"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from collection.errors import UsageError

from ..session import Json, opened


def command(
    context: typer.Context,
    recipient: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Who gets the tokens, whoever pays; or a name of ENS.")
    ],
    quantity: Annotated[int, typer.Option(min=1, metavar="N", help="How many tokens.")] = 1,
    price: Annotated[str, typer.Option(metavar="PRICE", help="Price of one, in the chain's currency: 0.05.")] = "0",
    days: Annotated[float, typer.Option(min=0.001, max=3650, metavar="D", help="It is good for so many days.")] = 7,
    nonce: Annotated[
        int | None, typer.Option(min=0, metavar="NUMBER", help="Its number; each is good once. Default: the next one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Sign a voucher: a promise of tokens at a price.

    The sale's contract takes it once, from anybody who pays, and mints to ADDRESS. It is typed data (EIP-712) of this
    sale on this chain, signed by the account of the key.
    """
    from collection.config.accounts import wrong_account
    from collection.config.selling import wei_of
    from collection.stages.sale import sign_voucher

    if wrong := wrong_account(recipient):
        raise UsageError(f'"{recipient}" is no address', wrong)
    try:
        wei = wei_of(price)
    except ValueError as error:
        raise UsageError(f'--price "{price}"', str(error)) from None
    deadline = datetime.now(UTC) + timedelta(days=days)
    with opened(context, as_json) as session:
        voucher = sign_voucher(session.project, recipient, quantity, wei, int(deadline.timestamp()), nonce)
        if not as_json:
            typer.echo(json.dumps(voucher, indent=2))
        number = voucher["message"]["nonce"]
        session.screen.line("voucher", f"number {number}, good until {deadline:%Y-%m-%d %H:%M} UTC")
        session.screen.object(voucher)
