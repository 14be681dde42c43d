"""What an XMP packet says of a picture's making: the fields in which tools put a text (XMP: ISO 16684-1).

Draw Things writes JSON into exif:UserComment and a text like the web UI's into dc:description; others use one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from collection.pictures.png_chunks import utf8_or_latin1

KEYWORD = "XML:com.adobe.xmp"
"""The keyword of the text chunk that holds XMP in a PNG."""
XMP_COMMENT, XMP_DESCRIPTION, XMP_TOOL = "exif:UserComment", "dc:description", "xmp:CreatorTool"
"""Names of the fields that are read."""
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_FIELDS = {
    "{http://ns.adobe.com/exif/1.0/}UserComment": XMP_COMMENT,
    "{http://purl.org/dc/elements/1.1/}description": XMP_DESCRIPTION,
    "{http://ns.adobe.com/xap/1.0/}CreatorTool": XMP_TOOL,
}


_ENCODINGS = {b"\0\0\0<": "utf-32-be", b"<\0\0\0": "utf-32-le", b"\0<": "utf-16-be", b"<\0": "utf-16-le"}
"""How the first letter of a packet stands in the file: the first that fits, as the next letter begins with 0 too."""


def decoded_packet(packet: bytes | str) -> str:
    """A packet as text: UTF-8, or what the zeros around its first "<" show, with or without a byte order mark."""
    data = packet.encode("latin-1", "replace") if isinstance(packet, str) else packet
    first = max(0, data.find(b"<"))
    for letter, encoding in _ENCODINGS.items():
        begin = first - letter.index(b"<")
        if begin >= 0 and data[begin:].startswith(letter):
            return data[begin:].decode(encoding, "replace")
    return utf8_or_latin1(data)


def read_xmp_fields(packet: str) -> dict[str, str]:
    """The fields of a packet by their names above; none of what is no XMP, or has entities of its own."""
    if "<!DOCTYPE" in packet or "<!ENTITY" in packet:
        return {}
    try:
        root = ElementTree.fromstring(packet.strip("\ufeff\0 \r\n\t"))
    except (ElementTree.ParseError, ValueError):
        return {}
    found: dict[str, str] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        for tag, text in _properties(description):
            if tag in _FIELDS and text.strip():
                found.setdefault(_FIELDS[tag], text.strip())
    return found


def _properties(description: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Name and text of each property: an attribute, an element, or the first item of its list."""
    yield from description.attrib.items()
    for child in description:
        item = child.find(f".//{{{_RDF}}}li")
        yield child.tag, (child if item is None else item).text or ""
