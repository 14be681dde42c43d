"""Requests to storages that speak S3, signed by Signature Version 4 (AWS4-HMAC-SHA256).

The body is sent unsigned, for it is larger than memory; TLS protects it. Source: "Authenticating Requests (AWS
Signature Version 4)" of the Amazon S3 API reference.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

_UNSIGNED = "UNSIGNED-PAYLOAD"
_REGION = "us-east-1"


def signed_headers(
    method: str, url: str, headers: Mapping[str, str], key: str, secret: str, at: datetime | None = None
) -> dict[str, str]:
    """The headers of a request with its signature, for the access key `key` and its `secret`."""
    parts, moment = urlsplit(url), (at or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    host = parts.netloc
    sent = {**headers, "host": host, "x-amz-content-sha256": _UNSIGNED, "x-amz-date": moment}
    lower = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    names = ";".join(sorted(lower))
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    lines = "".join(f"{name}:{lower[name]}\n" for name in sorted(lower))
    request = "\n".join([method, parts.path or "/", query, lines, names, _UNSIGNED])
    scope = f"{moment[:8]}/{_REGION}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()])
    signing = f"AWS4{secret}".encode()
    for part in (moment[:8], _REGION, "s3", "aws4_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.new(signing, text.encode(), "sha256").hexdigest()
    told = f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**{name: value for name, value in sent.items() if name != "host"}, "Authorization": told}
