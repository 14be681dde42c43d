"""Machine-readable marks in picture files: what a picture was made by, for people and for the law.

XMP with IPTC's fields (disclosure.py, containers.py), signed manifests of C2PA (credentials.py, certificate.py), and an
invisible watermark (watermark.py). Only the watermark changes pixels.
"""

from collection.marks.certificate import Credentials, new_certificate, read_credentials
from collection.marks.containers import media_type, read_xmp, write_xmp
from collection.marks.credentials import Manifest, Statement, read_manifest, sign
from collection.marks.disclosure import SOURCE_TYPES, Disclosure
from collection.marks.watermark import LatticeWatermark, Trace, Watermark, payload

__all__ = [
    "SOURCE_TYPES",
    "Credentials",
    "Disclosure",
    "LatticeWatermark",
    "Manifest",
    "Statement",
    "Trace",
    "Watermark",
    "media_type",
    "new_certificate",
    "payload",
    "read_credentials",
    "read_manifest",
    "read_xmp",
    "sign",
    "write_xmp",
]
