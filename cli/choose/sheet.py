"""collection sheet"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collection.errors import UsageError
from collection.values import amount

from ..render import Outcome
from ..session import DryRun, Json, Session, reading
from .image_arguments import Images, chosen

if TYPE_CHECKING:
    from collection.curate.sheet import ContactSheet
    from collection.store.records import Asset


def shown(session: Session, everything: bool = False, words: Sequence[str] = ()) -> ContactSheet:
    """What the sheet shows: the images that `words` mean, else the tokens if there are any, else the chosen, else all.

    Images bear their flags; tokens do not, for they are what the world sees.
    """
    from collection.curate.sheet import Cell, ContactSheet

    config, store = session.project.config, session.project.store
    assets, tokens, selection, flags = store.assets(), store.tokens(), store.selection(), session.project.flags
    if words:
        made = {asset.id: asset for asset in assets}
        asked = [made[number] for number in chosen(session, words) if number in made]
        cells = [Cell(caption(asset, flags), asset.file_sha256) for asset in asked]
        what = f"{amount(len(cells), 'image')} of {len(assets)}: {' '.join(words)}"
    elif tokens and not everything:
        cells = [Cell(f"#{token.token_id}", token.asset.file_sha256) for token in tokens]
        what = f"{amount(len(tokens), 'token')} of {amount(len(assets), 'image')}"
    elif selection and not everything:
        files = {asset.id: asset for asset in assets}
        ordered = [files[item.asset_id] for item in selection if item.asset_id in files]
        cells = [Cell(caption(asset, flags), asset.file_sha256) for asset in ordered]
        what = f"{amount(len(cells), 'image')} chosen of {len(assets)}, best first"
    else:
        cells = [Cell(caption(asset, flags), asset.file_sha256) for asset in assets]
        what = amount(len(assets), "image")
    artists = ", ".join(artist.name for artist in config.artists)
    return ContactSheet(config.title, "  ·  ".join(filter(None, [artists, what, f'seed "{config.seed}"'])), cells)


def caption(asset: Asset, flags: Mapping[int, Mapping[str, str]]) -> str:
    """The number of an image, and what is wrong with it."""
    return "  ".join([asset.label, *flags.get(asset.id, ())])


def work(session: Session, output: Path | None = None, everything: bool = False, words: Sequence[str] = ()) -> Outcome:
    """Draw the sheet, unless the file shows it already."""
    from collection.curate.sheet import page_paths, pending, write_sheet

    path = output or session.project.folder / "sheet.png"
    sheet = shown(session, everything, words)
    if not sheet.cells:
        return Outcome("sheet", "no images yet", {"pages": []}, complete=False, hint="`collection generate` makes them")
    nothing = "" if pending(path, sheet) else "nothing to do: "
    if not nothing:
        with session.screen.progress("sheet", "images") as progress:
            write_sheet(path, sheet, session.project.files, progress=progress)
    pages = [str(page) for page in page_paths(path, sheet)]
    line = f"{nothing}{amount(len(sheet.cells), 'image')} on {', '.join(pages)}"
    return Outcome("sheet", line, {"pages": pages, "images": len(sheet.cells)})


def command(
    context: typer.Context,
    images: Images = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="The PNG file; sheet.png in the project.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all images, not only the chosen.")] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Draw the contact sheet: the set at one look, or any images."""
    if images and everything:
        raise UsageError("--all shows every image", "leave it away, or the images")
    with reading(context, as_json) as session:
        if dry_run:
            count = len(shown(session, everything, images or []).cells)
            return session.pending("sheet", count, f"a sheet of {amount(count, 'image')}")
        return session.end(work(session, output, everything, images or []))
