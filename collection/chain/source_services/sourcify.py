"""Sourcify: a public repository of verified sources, which passes them on to explorers.

Source: the OpenAPI description of Sourcify's API, version 2.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from collection.chain.source_services.service import State, Subject, Verdict, json_object, named_errors, words
from collection.chain.standard_json import identifier, standard_json
from collection.errors import ChainError
from collection.transport import Client

ADDRESS = "https://sourcify.dev/server"
_MATCHES = ("match", "exact_match")
_REPOSITORY = "https://repo.sourcify.dev"


class Sourcify:
    """Sourcify at an address; it needs no key."""

    def __init__(self, client: Client, at: str = "") -> None:
        self._client, self._at = client, at or ADDRESS
        self.name = f"sourcify at {at}" if at else "sourcify"

    def verified(self, subject: Subject) -> Verdict | None:
        """What it has of the contract: "match" or "exact_match"."""
        status, found = self._ask("GET", f"/v2/contract/{subject.chain_id}/{subject.address}", accept={404})
        if status == 404:
            # the answer for a contract without a source names it; a page that is not there does not
            if "match" not in found:
                raise ChainError(f"{self.name} has no such page: {words(found)}", "is --at the address of its API?")
            return None
        return Verdict(State.VERIFIED, found["match"]) if found.get("match") in _MATCHES else None

    def send(self, subject: Subject) -> Verdict:
        """Ask for a verification by standard JSON input."""
        wanted: dict[str, Any] = {
            "stdJsonInput": standard_json(subject.compiled),
            "compilerVersion": subject.compiled.compiler,
            "contractIdentifier": identifier(subject.compiled),
        }
        if subject.tx_hash:
            wanted["creationTransactionHash"] = subject.tx_hash
        path = f"/v2/verify/{subject.chain_id}/{subject.address}"
        status, found = self._ask("POST", path, wanted, accept={400, 409})
        if status == 409:
            return self.verified(subject) or Verdict(State.VERIFIED, words(found.get("message", "verified")))
        if status == 400:
            return Verdict(State.REFUSED, _reason(found))
        ticket = found.get("verificationId")
        if not isinstance(ticket, str) or not ticket:
            raise ChainError(f"{self.name} replies with no verificationId: {words(found)}", "run the command again")
        return Verdict(State.PENDING, ticket=ticket)

    def look(self, subject: Subject, ticket: str) -> Verdict:
        """How far the job is."""
        status, job = self._ask("GET", f"/v2/verify/{quote(ticket, safe='')}", accept={404})
        if status == 404:
            return Verdict(State.UNKNOWN)
        if job.get("isJobCompleted") is not True:
            return Verdict(State.PENDING)
        contract, error = job.get("contract"), job.get("error")
        match = contract.get("match") if isinstance(contract, dict) else None
        if match in _MATCHES:
            return Verdict(State.VERIFIED, match)
        return Verdict(State.REFUSED, _reason(error) if isinstance(error, dict) else "it does not say why")

    def page(self, subject: Subject) -> str:
        """The page of the repository."""
        return f"{_REPOSITORY}/{subject.chain_id}/{subject.address}"

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._client.wait(seconds)

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, accept: set[int]
    ) -> tuple[int, dict[str, Any]]:
        headers, data = {"Accept": "application/json"}, None
        if body is not None:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        with named_errors(self.name):
            answer = self._client.ask(method, self._at + path, headers, data, accept=frozenset(accept))
        return answer.status, json_object(self.name, answer)


def _reason(error: dict[str, Any]) -> str:
    """no_match: The onchain and recompiled bytecodes don't match."""
    return words(": ".join(str(error[key]) for key in ("customCode", "message") if error.get(key)) or error)
