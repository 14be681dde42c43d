"""collection keys"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from ..session import Json, opened


def command(
    context: typer.Context,
    action: Annotated[
        Literal["show", "new"], typer.Argument(help="new makes a self-signed certificate of ten years.")
    ] = "show",
    name: Annotated[
        str | None, typer.Option("--name", help="Who signs. Default: the first artist, or the collection's title.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Replace the certificate that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Show or make the certificate that signs marked pictures.

    A certificate of an authority goes into [publish] certificate, with its key beside it as .key;
    COLLECTION_CERTIFICATE_PASSWORD opens an encrypted key.
    """
    from collection.stages.keys import new_keys, shown_keys

    with opened(context, as_json) as session:
        if action == "new":
            with session.project.working():
                session.show(new_keys(session.project, name, again=again))
        else:
            session.show(shown_keys(session.project))
