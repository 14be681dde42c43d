"""Weights from elsewhere: the hub of models, or an address whose file is known by its hash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from collection.atomic_file import write_durably
from collection.errors import WeightsError
from collection.values import sha256_hex

TIMEOUT = 60.0
"""Seconds to wait for an answer."""


def hub_file(repository: str, file: str, *, local_files_only: bool = False, otherwise: str = "") -> Path:
    """A file of a hub repository, from the cache or the network; raises WeightsError, which ends with `otherwise`."""
    from huggingface_hub import hf_hub_download

    return fetched(
        f"{file} of {repository}",
        lambda: hf_hub_download(repository, file, local_files_only=local_files_only),
        otherwise or "name a folder that holds it",
        local_files_only=local_files_only,
    )


def fetched(what: str, download: Callable[[], str | Path], otherwise: str, *, local_files_only: bool = False) -> Path:
    """What a library's `download` puts into the hub's cache; raises WeightsError naming `what` and the way out."""
    from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(download())
    except (OSError, RuntimeError, ValueError, HfHubHTTPError) as error:  # the network, the cache, a name that is none
        where = "in the hub's local cache" if local_files_only else "in the hub's local cache nor to be had from it"
        raise WeightsError(
            f"{what} is {'not' if local_files_only else 'neither'} {where}: {first_line(error)}",
            f"check the spelling, go online once to fetch it, or {otherwise}",
        ) from error


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its kind."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def fetch_known(address: str, sha256: str, place: Path, what: str, otherwise: str) -> Path:
    """The file of a known SHA-256: `place`, or fetched into it from `address` once its hash is right."""
    if place.exists():
        return place
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:
            data = answer.read()
    except (URLError, OSError) as error:
        raise WeightsError(f"{what} cannot be fetched: {error}", otherwise) from error
    if sha256_hex(data) != sha256:
        raise WeightsError(f"{address} is not {what}: its SHA-256 is {sha256_hex(data)}", otherwise)
    write_durably(place, data)
    return place
