"""The marks of a picture file, read back: which are there, what they say, and which of those it had survived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from collection.errors import CredentialsError
from collection.marks import Disclosure, Manifest, Trace, Watermark, read_manifest, read_xmp
from collection.pictures.files import read_picture
from collection.publish.marks import C2PA, IPTC, WATERMARK


@dataclass(frozen=True, slots=True)
class FoundMarks:
    """The marks that were read from one file."""

    iptc: Disclosure
    """Empty where there is none."""
    c2pa: Manifest | None
    """None where there is none, or it cannot be read here."""
    watermark: Trace | None = None
    """None where it was not looked for."""
    unread: str = ""
    """Why manifests of C2PA cannot be read here; empty where they can."""

    @property
    def names(self) -> list[str]:
        """The marks that are there; of a manifest, one that holds."""
        there = {
            IPTC: bool(self.iptc.source_type),
            C2PA: self.c2pa is not None and self.c2pa.valid,
            WATERMARK: self.watermark is not None and self.watermark.found,
        }
        return [name for name, found in there.items() if found]

    def lost(self, disclosure: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Of the marks that token metadata tells of (`disclosure`), those that are not there, and why.

        A mark that was not looked for, or cannot be read here, is not lost.
        """
        told, kind = disclosure.get("marks", ()), disclosure.get("digital_source_type")
        if IPTC in told and self.iptc.source_type != kind:
            yield IPTC, f"it says {self.iptc.source_type or 'nothing'}, not {kind}"
        if C2PA in told and not self.unread:
            if self.c2pa is None:
                yield C2PA, "there is no manifest"
            elif not self.c2pa.valid:
                yield C2PA, f"its manifest does not hold: {', '.join(self.c2pa.trouble) or 'it is broken'}"
            elif self.c2pa.source_type != kind:
                yield C2PA, f"its manifest says {self.c2pa.source_type or 'nothing'}, not {kind}"
        if WATERMARK in told and self.watermark:
            bits = int(str(disclosure["watermark"]["bits"]), 16)
            if not self.watermark.agrees(bits):
                yield WATERMARK, f"it reads {self.watermark.bits:016x}, not {bits:016x}"


def read_marks(data: bytes, name: str | Path, watermark: Watermark | None, key: bytes) -> FoundMarks:
    """The marks of a PNG, JPEG or WebP file; the watermark is looked for if one is given.

    Raises ImageError, for a file that is none of these or is damaged.
    """
    packet = read_xmp(data)
    iptc = Disclosure.from_packet(packet) if packet else Disclosure()
    trace = watermark.read(read_picture(data).channels, key) if watermark else None
    try:
        return FoundMarks(iptc, read_manifest(data), trace)
    except CredentialsError as error:
        return FoundMarks(iptc, None, trace, error.message)
