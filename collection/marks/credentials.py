"""Content Credentials: a signed manifest in a picture file that says what made it. No pixel changes.

Two signings of one picture differ (identifiers and signatures are drawn anew), so who needs the same bytes keeps them.
Source: C2PA specification 2.4, by the reference implementation (c2pa-python).
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from collection.errors import CredentialsError
from collection.marks.certificate import MISSING, Credentials
from collection.marks.containers import media_type

_BUILDER = {"builder": {"thumbnail": {"enabled": False}}}
"""A thumbnail takes 40 kB and 0.2 s a picture."""
_READER = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
"""What is read is in the file: nobody is asked."""
_ACTIONS = "c2pa.actions.v2"
_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_UNTRUSTED = "signingCredential.untrusted"
_INTENTS = {
    "trainedAlgorithmicMedia": "TRAINED_ALGORITHMIC_MEDIA",
    "compositeWithTrainedAlgorithmicMedia": "COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA",
    "algorithmicMedia": "ALGORITHMIC_MEDIA",
}
"""The library's names of the digital source types that are written here."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the active manifest of a picture says, and whether it holds."""

    valid: bool
    """Whether signature and hashes fit: the file is as it was signed."""
    trusted: bool = False
    """Whether an authority that the reader trusts vouches for the signer."""
    signer: str = ""
    """Who signed, as the certificate says; anybody can make a certificate of any name."""
    source_type: str = ""
    """The digital source type that it states: trainedAlgorithmicMedia."""
    system: str = ""
    """What it names as the maker: the AI system."""
    parents: int = 0
    """The pictures that it was made from."""
    trouble: tuple[str, ...] = ()
    """Codes of what failed (C2PA 2.4, section 15.2): assertion.dataHash.mismatch."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a manifest is to say."""

    source_type: str
    """A key of SOURCE_TYPES."""
    system: str
    """What made the picture."""
    version: str = ""
    parents: tuple[bytes, ...] = ()
    """PNG files that it was made from; the first is the one that was edited."""

    @property
    def definition(self) -> dict[str, Any]:
        """The manifest as the library wants it. Whatever tells of the token (its number, its title) is not in it."""
        agent = {"name": self.system, **({"version": self.version} if self.version else {})}
        action = {
            "action": "c2pa.edited" if self.parents else "c2pa.created",
            "digitalSourceType": f"{_VOCABULARY}{self.source_type}",
            "softwareAgent": agent,
        }
        return {
            "claim_generator_info": [{"name": "Collection", "version": version("nft-collection")}],
            "assertions": [{"label": _ACTIONS, "created": True, "data": {"actions": [action]}}],
        }


def sign(data: bytes, told: Statement, credentials: Credentials, timestamps: str | None = None) -> bytes:
    """The picture file (PNG, JPEG or WebP) with a signed manifest.

    `timestamps` is the URL of a time-stamping authority (RFC 3161), which is asked. Raises CredentialsError where the
    file cannot be signed, ImageError where it is none.
    """
    c2pa, form, signed = _c2pa(), media_type(data), io.BytesIO()
    try:
        info = c2pa.C2paSignerInfo(credentials.algorithm, credentials.chain, credentials.key, timestamps)
        context = c2pa.Context(c2pa.Settings.from_dict(_BUILDER), c2pa.Signer.from_info(info))
        with context, c2pa.Builder(told.definition, context) as builder:
            if told.parents:
                builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
            else:
                kind = c2pa.C2paDigitalSourceType[_INTENTS[told.source_type]]
                builder.set_intent(c2pa.C2paBuilderIntent.CREATE, kind)
            for place, parent in enumerate(told.parents):
                about = {"title": f"picture {place + 1}", "relationship": "componentOf" if place else "parentOf"}
                builder.add_ingredient(about, media_type(parent), io.BytesIO(parent))
            builder.sign(form, io.BytesIO(data), signed)
    except c2pa.C2paError as error:
        raise CredentialsError(f"a picture cannot be signed: {error}") from error
    return signed.getvalue()


def read_manifest(data: bytes) -> Manifest | None:
    """The active manifest of a picture file, None if it has none; raises ImageError where it is no picture file.

    Raises CredentialsError where the library that reads manifests is not installed.
    """
    c2pa, form = _c2pa(), media_type(data)
    try:
        context = c2pa.Context(c2pa.Settings.from_dict(_READER))
        with context, c2pa.Reader(form, io.BytesIO(data), context=context) as reader:
            return _manifest(json.loads(reader.json()))
    except c2pa.C2paError.ManifestNotFound:
        return None
    except c2pa.C2paError as error:
        return Manifest(False, trouble=(str(error),))


def _manifest(read: Mapping[str, Any]) -> Manifest:
    """What the library read, in our words. Whatever a stranger's file leaves out or shapes otherwise is not said."""
    active = read.get("manifests", {}).get(read.get("active_manifest"), {})
    actions = [
        action
        for assertion in active.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion.get("data", {}).get("actions", [])
    ]
    stated: Mapping[str, Any] = next((action for action in actions if action.get("digitalSourceType")), {})
    agent = stated.get("softwareAgent") or {}
    failed = [str(item.get("code")) for item in read.get("validation_status") or ()]
    signature = active.get("signature_info", {})
    return Manifest(
        valid=read.get("validation_state") in ("Valid", "Trusted"),
        trusted=read.get("validation_state") == "Trusted",
        signer=str(signature.get("common_name") or signature.get("issuer") or ""),
        source_type=str(stated.get("digitalSourceType", "")).rpartition("/")[2],
        system=str(agent.get("name", "")) if isinstance(agent, dict) else str(agent),
        parents=len(active.get("ingredients") or ()),
        trouble=tuple(code for code in failed if code != _UNTRUSTED),
    )


def _c2pa() -> Any:
    try:
        import c2pa
    except ImportError as error:
        raise CredentialsError("c2pa-python is not installed", MISSING) from error
    return c2pa
