"""The command `collection`, and the one place where errors become words and exit codes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collection import CollectionError, __version__
from collection.atomic_file import DENIED
from collection.errors import ConfigError, MetadataError

from .commands import Commands
from .typed import name_project

if TYPE_CHECKING:
    from .render import Screen

app = typer.Typer(
    name="collection",
    cls=Commands,
    invoke_without_command=True,
    rich_markup_mode=None,  # rich would load for longer than the help takes to read
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
        Path, typer.Option("--project", "-C", metavar="PROJECT", help="The project folder.", show_default="this folder")
    ] = Path(),
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Plan, generate, judge, select, publish and verify an image collection."""
    context.obj = project
    name_project(None if project == Path() else project)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def main() -> None:
    """Run the command line: exit code 0, 1 (work failed or incomplete) or 2 (usage, configuration)."""
    command = typer.main.get_command(app)
    try:
        code = command.main(standalone_mode=False)
    except CollectionError as error:
        _screen().error(
            error.message, error.hint, error.problems if isinstance(error, ConfigError | MetadataError) else ()
        )
        code = error.exit_code
    except SystemExit as left:  # typer's way where the reader of the output has gone, as `head` does: it saw enough
        code = 0 if isinstance(left.__context__, BrokenPipeError) else left.code
    except OSError as error:  # a disk, a folder or a device that refuses; the file is named
        where = f"{error.filename}: " if error.filename else ""
        mine = "make it readable and writable for your account"
        hint = mine if error.errno in DENIED else "collection doctor checks disk and folders"
        _screen().error(f"{where}{error.strerror or error}", hint)
        code = 1
    except typer.Abort:
        code = 1
    except typer.TyperException as error:  # words that the command line does not understand
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "collection COMMAND"
        _put_into_words(error)
        _screen().error(error.format_message(), f"{path} --help shows the arguments and options")
        code = 2
    _flush()
    sys.exit(code if isinstance(code, int) else 0)


def _put_into_words(error: typer.TyperException) -> None:
    """Say of a value that does not fit what would, as is said of collection.toml: pydantic's words are for programs."""
    from pydantic import ValidationError

    from collection.config.type_errors import WANTED, what_fits

    if isinstance(error.__cause__, ValidationError):
        problem = error.__cause__.errors(include_url=False)[0]
        shown = f"{problem['input']}: " if problem["type"] in WANTED else ""
        error.message = f"{shown}{what_fits(problem)}"


def _flush() -> None:
    """Write out what waits, or drop it if nobody reads it any more."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        from .render import hush

        hush(sys.stdout)


def _screen() -> Screen:
    from .render import Screen

    return Screen("--json" in sys.argv)
