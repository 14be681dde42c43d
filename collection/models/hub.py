"""Weights from elsewhere: the hub of models, or an address whose file is known by its hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from collection.atomic_file import write_durably
from collection.errors import WeightsError
from collection.values import sha256_hex

TIMEOUT = 60.0
"""Seconds to wait for an answer."""
_MAY_FETCH: ContextVar[bool] = ContextVar("may fetch", default=True)


@contextmanager
def without_fetching() -> Iterator[None]:
    """Inside, what is on this machine is used and nothing is fetched: what is not here raises WeightsError."""
    token = _MAY_FETCH.set(False)
    try:
        yield
    finally:
        _MAY_FETCH.reset(token)


@contextmanager
def _hub_as_asked() -> Iterator[None]:
    """The hub's library, kept off the network where nothing may be fetched."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = before or not _MAY_FETCH.get()
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before


def hub_file(
    repository: str, file: str, *, revision: str | None = None, local_files_only: bool = False, otherwise: str = ""
) -> Path:
    """A file of a hub repository, from the cache or the network; raises WeightsError, which ends with `otherwise`."""
    from huggingface_hub import hf_hub_download

    return fetched(
        f"{file} of {repository}",
        lambda: hf_hub_download(repository, file, revision=revision, local_files_only=local_files_only),
        otherwise or "name a folder that holds it",
        local_files_only=local_files_only,
    )


def hub_files(repository: str, revision: str | None = None, *, local_files_only: bool = False) -> list[str]:
    """Names of the files of a model's repository on the hub; where the hub is not asked or does not answer, of those in
    its cache; none of a repository that is neither."""
    from huggingface_hub import HfApi, constants, try_to_load_from_cache

    if not local_files_only and not constants.HF_HUB_OFFLINE:
        with suppress(OSError, RuntimeError):  # of the network
            return HfApi().list_repo_files(repository, revision=revision)
    found = try_to_load_from_cache(repository, "model_index.json", revision=revision)
    if not isinstance(found, str):
        return []
    folder = Path(found).parent
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def fetched(what: str, download: Callable[[], str | Path], otherwise: str, *, local_files_only: bool = False) -> Path:
    """What a library's `download` puts into the hub's cache; raises WeightsError naming `what` and the way out."""
    from huggingface_hub.errors import HfHubHTTPError

    local_files_only = local_files_only or not _MAY_FETCH.get()
    try:
        with _hub_as_asked():
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
    if not _MAY_FETCH.get():
        raise WeightsError(f"{what} was not fetched yet", f"`collection score` fetches it from {address}")
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:
            data = answer.read()
    except (URLError, OSError) as error:
        raise WeightsError(f"{what} cannot be fetched: {error}", otherwise) from error
    if sha256_hex(data) != sha256:
        raise WeightsError(f"{address} is not {what}: its SHA-256 is {sha256_hex(data)}", otherwise)
    write_durably(place, data)
    return place


def hub_model(repository: str, revision: str | None = None) -> str:
    """Where a diffusers model of the hub is, in words: in the cache, or on the hub. Nothing is fetched.

    Raises WeightsError where it is in no cache, and the hub does not know it or does not answer.
    """
    from huggingface_hub import HfApi, constants, try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        if isinstance(try_to_load_from_cache(repository, "model_index.json", revision=revision), str):
            return "in the hub's local cache"
        if constants.HF_HUB_OFFLINE:
            raise OSError("HF_HUB_OFFLINE is set")
        HfApi().model_info(repository, revision=revision, timeout=TIMEOUT / 10)
    except HFValidationError as error:
        raise WeightsError(f"{repository} is no name of a hub model", "write OWNER/NAME, or name a folder") from error
    except Exception as error:  # of whichever library speaks to the network: all of its errors mean the same
        raise WeightsError(
            f"{repository} is not in the hub's local cache, and the hub does not give it: {first_line(error)}",
            "check the spelling, go online once to fetch it, or name a diffusers folder",
        ) from error
    return "on the hub, to be fetched by the first collection generate"
