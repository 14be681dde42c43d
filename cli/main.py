"""The command `collection`: its commands, and the one place where errors become words and exit codes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from collection import CollectionError, __version__

from . import run, status
from .choose import lock, note, pick, rank, reject, review, reviews, select, sheet
from .derive import breed, finish, interpolate, lineage, recipe, refill, repair, reroll, upscale, variants
from .make import dedupe, generate, importing, plan, score
from .publish import deploy, freeze, mint, pin
from .publish import verify as verify_command
from .render import Screen
from .setup import config, doctor, metrics, models, new

COMMANDS = {
    "Begin": {"new": new, "config": config, "models": models, "metrics": metrics, "doctor": doctor},
    "All at once": {"run": run, "status": status},
    "Make and judge": {"plan": plan, "generate": generate, "import": importing, "score": score, "dedupe": dedupe},
    "Choose": {
        "review": review, "pick": pick, "reject": reject, "lock": lock, "note": note, "rank": rank, "reviews": reviews,
        "select": select, "sheet": sheet,
    },
    "Make more": {
        "variants": variants, "repair": repair, "breed": breed, "reroll": reroll, "refill": refill, "upscale": upscale,
        "interpolate": interpolate, "finish": finish,
        "lineage": lineage, "recipe": recipe,
    },
    "Publish and prove": {"freeze": freeze, "pin": pin, "deploy": deploy, "mint": mint, "verify": verify_command},
}  # fmt: skip
"""The commands, under the headings of the help."""

app = typer.Typer(
    name="collection",
    help="From seeds and style blends to verified tokens.",
    no_args_is_help=True,
    rich_markup_mode="markdown",  # in which [score] is a word and no style
    pretty_exceptions_enable=False,  # a traceback must not show local variables
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"collection {__version__}")
        raise typer.Exit


@app.callback()
def project_option(
    context: typer.Context,
    project: Annotated[
        Path, typer.Option("--project", "-C", metavar="PROJECT", help="The project folder; the current one if absent.")
    ] = Path(),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From seeds and style blends to verified tokens."""
    context.obj = project


for heading, commands in COMMANDS.items():
    for name, module in commands.items():
        app.command(name, rich_help_panel=heading)(module.command)


def main() -> None:
    """Run the command line: exit code 0, 1 (work failed or incomplete) or 2 (usage, configuration)."""
    command = typer.main.get_command(app)
    as_json = "--json" in sys.argv
    try:
        code = command.main(standalone_mode=False)
    except CollectionError as error:
        Screen(as_json).error(error.message, error.hint)
        code = error.exit_code
    except OSError as error:  # a disk, a folder or a device that refuses; the file is named
        where = f"{error.filename}: " if error.filename else ""
        Screen(as_json).error(f"{where}{error.strerror or error}", "collection doctor looks at disk and folders")
        code = 1
    except typer.Abort:
        code = 1
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        from typer.rich_utils import rich_format_error

        rich_format_error(error)  # type: ignore[arg-type]
        Screen(as_json).object({"error": {"message": error.format_message(), "hint": None}})
        code = 2
    sys.exit(code if isinstance(code, int) else 0)
