"""collection config"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ..render import Screen
from ..session import Json, opened


def command(
    context: typer.Context,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of collection.toml instead.")] = False,
    as_json: Json = False,
) -> None:
    """Print the configuration with all defaults filled in."""
    if schema:
        from collection.config import Config

        typer.echo(json.dumps(Config.model_json_schema(), indent=None if as_json else 2))
        return
    with opened(context, as_json) as session:
        import tomli_w

        from collection.stages.reference import effective_config, encoder_lines

        value = effective_config(session.project)
        if not as_json:
            typer.echo(tomli_w.dumps(value), nl=False)
            typer.echo("\n# Encoders that [score] may name, and what they cost:")
            for line in encoder_lines():
                typer.echo(f"#   {line}")
        Screen(as_json).object(value)
