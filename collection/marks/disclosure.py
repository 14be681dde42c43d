"""What a picture file says of its making, as XMP: IPTC's digital source type and its fields for AI systems.

Sources: IPTC Photo Metadata Standard 2025.1 (Extension schema), IPTC NewsCodes `digitalsourcetype`, and the
serialization of XMP (ISO 16684-1).
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

SOURCE_TYPES = {
    "trainedAlgorithmicMedia": "made by a model that was trained on data",
    "compositeWithTrainedAlgorithmicMedia": "made by a trained model from another picture",
    "algorithmicMedia": "made by an algorithm, without a trained model",
}
"""The digital source types that are written here, and what each means."""

_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_META = "adobe:ns:meta/"
_TAGS = {
    "source_type": "DigitalSourceType", "system": "AISystemUsed", "version": "AISystemVersionUsed",
    "prompt": "AIPromptInformation", "prompt_writer": "AIPromptWriterName",
}  # fmt: skip
_PACKET = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{}<?xpacket end="w"?>'
LONGEST = 30_000
"""Characters of a prompt that are written; a JPEG segment holds 64 KiB."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a picture was made by; what is empty is not said."""

    source_type: str = ""
    """A key of SOURCE_TYPES, or another one of the vocabulary."""
    system: str = ""
    """The AI system: a generator and its model."""
    version: str = ""
    prompt: str = ""
    prompt_writer: str = ""

    def __bool__(self) -> bool:
        return any((self.source_type, self.system, self.version, self.prompt, self.prompt_writer))

    @property
    def sentence(self) -> str:
        """The same for people: Made by a model that was trained on data (diffusion: stabilityai/sd-turbo)."""
        meaning = SOURCE_TYPES.get(self.source_type)
        if meaning is None:
            return ""
        return f"{meaning[0].upper()}{meaning[1:]}" + (f" ({self.system})." if self.system else ".")

    def packet(self) -> bytes:
        """The XMP packet, UTF-8; the same fields give the same bytes."""
        for prefix, uri in (("x", _META), ("rdf", _RDF), ("Iptc4xmpExt", _IPTC)):
            ElementTree.register_namespace(prefix, uri)
        meta = ElementTree.Element(f"{{{_META}}}xmpmeta")
        described = ElementTree.SubElement(ElementTree.SubElement(meta, f"{{{_RDF}}}RDF"), f"{{{_RDF}}}Description")
        described.set(f"{{{_RDF}}}about", "")
        for name, tag in _TAGS.items():
            if text := getattr(self, name)[:LONGEST]:
                child = ElementTree.SubElement(described, f"{{{_IPTC}}}{tag}")
                child.text = f"{_VOCABULARY}{text}" if name == "source_type" else _printable(text)
        return _PACKET.format(ElementTree.tostring(meta, encoding="unicode")).encode()

    @classmethod
    def from_packet(cls, packet: bytes) -> Disclosure:
        """Read an XMP packet of whatever tool; empty where it says nothing of this, or is no XMP."""
        if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:  # entities that grow: no XMP needs them
            return cls()
        try:
            root = ElementTree.fromstring(packet.decode("utf-8", "replace").strip("\ufeff\0 \r\n\t"))
        except (ElementTree.ParseError, ValueError):
            return cls()
        told: dict[str, str] = {}
        for described in root.iter(f"{{{_RDF}}}Description"):
            for name, tag in _TAGS.items():
                child = described.find(f"{{{_IPTC}}}{tag}")
                found = described.get(f"{{{_IPTC}}}{tag}") if child is None else "".join(child.itertext())
                if found and found.strip():
                    told.setdefault(name, found.strip())
        if "source_type" in told:
            told["source_type"] = told["source_type"].rpartition("/")[2]
        return cls(**told)


def _printable(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return "".join(each for each in text if each in "\t\n\r" or (each >= " " and each not in "\ufffe\uffff"))
