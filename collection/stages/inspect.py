"""What a picture file says of its making: marks for machines, recipe, parameters. All of it is a claim of the file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from collection.errors import ImageError, UsageError
from collection.stages.report import Report

C2PA = (b"caBX", b"jumb", b"C2PA")
"""What files hold where a C2PA manifest is in them: a PNG chunk, JUMBF boxes in JPEG, a WebP chunk."""


def inspect_picture(picture: Path) -> Report:
    """Read the marks of a PNG, JPEG or WebP file; raises UsageError for another file, or one that is damaged."""
    from collection.marks import SOURCE_TYPES, Disclosure, read_xmp
    from collection.pictures.parameters import read_embedded_metadata

    try:
        data = picture.read_bytes()
        packet = read_xmp(data)
        carried = read_embedded_metadata(data, picture)
    except OSError as error:
        raise UsageError(f"{picture} cannot be read: {error.strerror}", "name a picture file") from error
    except ImageError as error:
        raise UsageError(f"{picture}: {error.message}", "name a PNG, JPEG or WebP file") from error
    marks = Disclosure.from_packet(packet) if packet else Disclosure()
    signed = any(word in data for word in C2PA)
    details = {
        "file": str(picture), **asdict(marks), "xmp": packet is not None,
        "recipe_sha256": carried.recipe.sha256 if carried.recipe else None, "c2pa": signed,
    }  # fmt: skip
    notes = ["it seems to hold a C2PA manifest, which is not checked here"] if signed else []
    if marks.source_type:
        meaning = SOURCE_TYPES.get(marks.source_type)
        line = f"marked as {marks.source_type}" + (f": {meaning}" if meaning else "")
    else:
        line = "no mark of what made it"
    return Report("inspect", line, details, notes=notes)
