"""collection config"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from ..render import Screen
from ..session import Json, reading


def command(
    context: typer.Context,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of collection.toml.")] = False,
    as_json: Json = False,
) -> None:
    """Print the whole effective configuration, defaults filled in."""
    if schema:
        from collection.config import Config

        typer.echo(json.dumps(Config.model_json_schema(), indent=None if as_json else 2))
        return
    with reading(context, as_json) as session:
        import tomli_w

        from collection.config import ENCODER_PRESETS

        value = session.project.config.effective()
        if not as_json:
            typer.echo(tomli_w.dumps(value), nl=False)
            typer.echo("\n# Encoders that [score] may name, beside embedded (which knows no words and costs nothing):")
            for name, preset in ENCODER_PRESETS.items():
                typer.echo(f"#   {name:<8} {preset.reference:<31} {preset.cost}; {preset.purpose}")
        Screen(as_json).object(value)
