"""collection keys"""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from collection.errors import UsageError

from ..session import Json, opened


def command(
    context: typer.Context,
    action: Annotated[
        Literal["list", "new", "import", "certificate"],
        typer.Argument(
            help="new makes an account, import encrypts a key that you have, certificate makes a self-signed one."
        ),
    ] = "list",
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The account's file: keys/NAME.json.")] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="VARIABLE", help="import: the environment variable with the key.")
    ] = None,
    holder: Annotated[
        str | None,
        typer.Option("--name", help="certificate: who signs. Default: the first artist, or the collection's title."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="certificate: replace the one that is there.")] = False,
    as_json: Json = False,
) -> None:
    """List or make the keys of accounts and of marked pictures.

    An account's key is encrypted in keys/NAME.json; key = "keystore:keys/NAME.json" under [chain] sends with it. The
    password is asked for on the terminal, or is in COLLECTION_KEYSTORE_PASSWORD. No key is ever printed.
    The certificate signs marked pictures. One of an authority goes into [publish] certificate, with its key beside it
    as .key; COLLECTION_CERTIFICATE_PASSWORD opens an encrypted key.
    """
    from collection.stages.keys import import_account, listed_keys, new_account, new_certificate_of

    if action in ("new", "import") and name is None:
        raise UsageError(f"keys {action} wants a NAME for the key's file", f"collection keys {action} artist")
    with opened(context, as_json) as session:
        project = session.project
        if action == "list":
            return session.show(listed_keys(project))
        with project.working():
            if action == "certificate":
                return session.show(new_certificate_of(project, holder, again=again))
            if action == "import":
                return session.show(import_account(project, name or "", source))
            return session.show(new_account(project, name or ""))
