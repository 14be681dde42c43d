"""Any service with the IPFS Pinning Service API: it is told a CID, and fetches the content over IPFS itself.

Source: IPFS Pinning Service API, version 1.0.0 (OpenAPI), of the IPFS project.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from collection.errors import PinError, UnavailableError
from collection.ipfs.pinner import Journal, Provider
from collection.ipfs.service import Service
from collection.ipfs.service_address import ServiceAddress, service_address, web_address
from collection.transport import Client, Patience, RequestError
from collection.unixfs import cid_bytes

EXAMPLE = "pinning:env:PINNING_TOKEN@https://service.example/psa"
_STATES = frozenset({"queued", "pinning", "pinned", "failed"})
_MOST_ORIGINS = 20
_MOST_NAME = 255
_GONE = frozenset({404})


class PinningService(Service):
    """A service at an address. `seconds` is how long a run waits for it to fetch the content, `poll` how long before
    it is first asked again; that time doubles up to 30 seconds."""

    def __init__(
        self, address: ServiceAddress, client: Client | None = None, *, seconds: float = 600.0, poll: float = 1.0
    ) -> None:
        super().__init__(address, client or Client())
        self._seconds, self._poll = seconds, poll

    def holds(self, root: str) -> bool:
        """Whether it says that `root` is pinned."""
        return any(item["status"] == "pinned" for item in self._listed(root))

    def pin(self, car: Path, root: str) -> None:
        """Have it fetch `root` from whoever has it."""
        self.fetch(root, _Forgetful(), ())

    def fetch(self, root: str, journal: Journal, providers: Sequence[Provider]) -> None:
        """Ask for `root` once, note the request, and look at it until it is pinned.

        A request of an earlier run is looked at again, and replaced where it failed.
        """
        found = self._resumed(root, journal) or self._newest(root)
        origins = _origins(providers)
        if found is None or found["status"] == "failed":
            found = self._request(root, origins, found)
        for provider in providers:
            provider.connect(found["delegates"])
        deadline, pause = time.monotonic() + self._seconds, self._poll
        while found["status"] in ("queued", "pinning"):
            journal.write({"requestid": found["requestid"]}, found["status"])
            if time.monotonic() + pause > deadline:
                raise PinError(
                    f"{self.name} has {root} {found['status']} as request {found['requestid']}",
                    "`collection pin` asks again; a node that has the content must be reachable meanwhile",
                )
            with self._translated():
                self._client.wait(pause)
            pause = min(2 * pause, 30.0)
            found = self._status("GET", f"/pins/{quote(found['requestid'], safe='')}", root)
        journal.write({"requestid": found["requestid"]}, found["status"])
        if found["status"] == "failed":
            raise PinError(f"{self.name} could not pin {root}: {found['why']}", "`collection pin` asks again")

    def _resumed(self, root: str, journal: Journal) -> dict[str, Any] | None:
        """The request that an earlier run made, if the service still knows it."""
        known = journal.read().get("requestid")
        if not isinstance(known, str):
            return None
        try:
            return self._status("GET", f"/pins/{quote(known, safe='')}", root)
        except _UnknownRequestError:
            return None

    def _newest(self, root: str) -> dict[str, Any] | None:
        """A request for this root that is known to the service only: the answer to it was lost."""
        found = self._listed(root)
        return next((item for item in found if item["status"] != "failed"), found[0] if found else None)

    def _request(self, root: str, origins: list[str], failed: Mapping[str, Any] | None) -> dict[str, Any]:
        wanted: dict[str, Any] = {"cid": root, "name": f"collection {root}"[:_MOST_NAME]}
        if origins:
            wanted["origins"] = origins
        path = f"/pins/{quote(failed['requestid'], safe='')}" if failed else "/pins"
        return self._status("POST", path, root, wanted)

    def _listed(self, root: str) -> list[dict[str, Any]]:
        query = urlencode({"cid": root, "status": ",".join(sorted(_STATES)), "limit": 10})
        answer = self._asked("GET", f"/pins?{query}")
        results = answer.get("results")
        if not isinstance(results, list):
            raise PinError(f"{self.name} lists its pins in no way that the API knows", "ask the service")
        found = [self._checked(item, None) for item in results]
        return [item for item in found if _is_same(item["cid"], root)]

    def _status(self, method: str, path: str, root: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._checked(self._asked(method, path, body), root)

    def _checked(self, said: Any, root: str | None) -> dict[str, Any]:
        """What a PinStatus says. Raises PinError where it is none, or of another CID than `root`."""
        pin = said.get("pin") if isinstance(said, dict) else None
        if not (isinstance(pin, dict) and isinstance(pin.get("cid"), str) and isinstance(said.get("requestid"), str)):
            raise PinError(f"{self.name} tells a pin in no way that the API knows", "ask the service")
        if said.get("status") not in _STATES:
            raise PinError(f"{self.name} says that a pin is {str(said.get('status'))[:40]!r}", "ask the service")
        if root is not None and not _is_same(pin["cid"], root):
            raise PinError(f"{self.name} was asked for {root} and answers with {pin['cid'][:100]}", "ask the service")
        info, delegates = said.get("info"), said.get("delegates")
        why = str(info.get("status_details", "")) if isinstance(info, dict) else ""
        return {
            "requestid": said["requestid"], "status": said["status"], "cid": pin["cid"],
            "why": why[:200] or "it does not say why",
            "delegates": [each for each in delegates if isinstance(each, str)] if isinstance(delegates, list) else [],
        }  # fmt: skip

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        with self._translated():
            headers = {"Authorization": f"Bearer {self._address.secret.read()}", "Accept": "application/json"}
            data = None
            if body is not None:
                data, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
            answer = self._client.ask(method, self._address.place + path, headers, data, accept=_GONE)
        if answer.status == 404:
            raise _UnknownRequestError(f"{self.name} replies 404: it knows no such request", _ADDRESS_HINT)
        try:
            value = json.loads(answer.body)
        except (ValueError, RecursionError) as error:
            raise PinError(f"{self.name} replies with no JSON", _ADDRESS_HINT) from error
        if not isinstance(value, dict):
            raise PinError(f"{self.name} replies with no JSON object", _ADDRESS_HINT)
        return value

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with named_errors(self.name, self._address.secret.variable):
            yield


_ADDRESS_HINT = "correct the address in publish.storage: the API's address ends before /pins"


class _UnknownRequestError(PinError):
    """The service knows nothing at an address of the API."""


class _Forgetful:
    """A journal of a pin that nobody will resume."""

    def read(self) -> Mapping[str, Any]:
        return {}

    def write(self, notes: Mapping[str, Any], status: str = "intended") -> None:
        pass


@contextmanager
def named_errors(name: str, variable: str) -> Iterator[None]:
    """Inside, what a service refuses is a PinError that names it, with a hint for a secret that it does not take."""
    try:
        yield
    except RequestError as error:
        hint = error.hint or "`collection pin` tries again"
        if error.status in (401, 403):
            hint = f"export {variable}=... with a secret that the service takes, then run `collection pin`"
        raise PinError(f"{name}: {error.message}", hint) from error
    except UnavailableError as error:
        raise PinError(f"{name}: {error.message}", error.hint) from error


def _origins(providers: Sequence[Provider]) -> list[str]:
    """Where the content can be fetched, as many addresses as the API takes."""
    return [address for provider in providers for address in provider.addresses()][:_MOST_ORIGINS]


def _is_same(text: str, root: str) -> bool:
    try:
        return cid_bytes(text) == cid_bytes(root)
    except PinError:
        return False


def open_pinning_service(rest: str, _: Path) -> PinningService:
    """The service of "pinning:env:NAME@URL"."""
    address = service_address("pinning", rest, example=EXAMPLE)
    web_address("pinning", address.place, EXAMPLE)
    return PinningService(address, Client(patience=Patience()))
