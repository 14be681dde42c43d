"""The API of Etherscan, which Blockscout's explorers understand too: a form goes out, a receipt (GUID) comes back.

Source: Etherscan's documentation of its API V2, contract verification; Blockscout's of its RPC API and its REST API.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from collection.chain.explorers import BLOCKSCOUTS, EXPLORERS
from collection.chain.networks import Network
from collection.chain.source_services.service import State, Subject, Verdict, json_object, named_errors, words
from collection.chain.standard_json import identifier, standard_json
from collection.errors import ChainError, ConfigError
from collection.transport import Client, Secret

ETHERSCAN = "https://api.etherscan.io/v2/api"
_BUSY_TRIES = 6
_MIT = "3"


class ExplorerApi:
    """What both have in common."""

    name: str

    def __init__(self, client: Client, at: str) -> None:
        self._client, self._at = client, at

    def send(self, subject: Subject) -> Verdict:
        """Hand over source and constructor arguments; the ticket is the GUID."""
        form = {
            "codeformat": "solidity-standard-json-input",
            "sourceCode": json.dumps(standard_json(subject.compiled)),
            "contractaddress": subject.address,
            "contractname": identifier(subject.compiled),
            "compilerversion": f"v{subject.compiled.compiler}",
            "licenseType": _MIT,
            **self._arguments(subject),
        }
        good, said = self._call(subject, "verifysourcecode", form=form)
        if _already(said):
            return Verdict(State.VERIFIED, "verified")
        if good:
            return Verdict(State.PENDING, ticket=said)
        return Verdict(State.EARLY if _early(said) else State.REFUSED, said)

    def look(self, subject: Subject, ticket: str) -> Verdict:
        """How far the request is, by its GUID."""
        _, said = self._call(subject, "checkverifystatus", {"guid": ticket})
        if _already(said) or said.lower().startswith("pass"):
            return Verdict(State.VERIFIED, "verified")
        if said.lower().startswith(("pending", "in progress")):
            return Verdict(State.PENDING)
        if said.lower() == "unknown uid":
            return Verdict(State.UNKNOWN)
        return Verdict(State.REFUSED, said)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._client.wait(seconds)

    def _arguments(self, subject: Subject) -> dict[str, str]:
        raise NotImplementedError

    def _place(self, subject: Subject) -> dict[str, str]:
        """What every query begins with."""
        return {}

    @property
    def _secret(self) -> str:
        return ""

    def _call(
        self, subject: Subject, action: str, query: Mapping[str, str] | None = None, *,
        form: Mapping[str, str] | None = None,
    ) -> tuple[bool, str]:  # fmt: skip
        """Whether it answers with success, and its words."""
        found = self._asked(subject, action, query or {}, form)
        return str(found.get("status")) == "1", words(found.get("result") or found.get("message") or found)

    def _asked(
        self, subject: Subject, action: str, query: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer; a service that says in words that it is asked too often is asked again, later each time."""
        asked = urlencode({**self._place(subject), "module": "contract", "action": action, **query})
        headers, body = {"Accept": "application/json"}, None
        if form is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form).encode()
        wait = self._client.patience.first_wait
        for _ in range(_BUSY_TRIES):
            with named_errors(self.name, self._secret):
                method = "POST" if form is not None else "GET"
                answer = self._client.ask(method, f"{self._at}?{asked}", headers, body)
            if secret := self._secret.encode():
                answer = replace(answer, body=answer.body.replace(secret, b"***"))
            found = json_object(self.name, answer)
            if "rate limit" not in str(found.get("result", "")).lower():
                return found
            with named_errors(self.name):
                self._client.wait(wait)
            wait = 2 * wait
        raise ChainError(f"{self.name} replies: {words(found['result'])}", "run the same command again, later")


class Etherscan(ExplorerApi):
    """Etherscan, which knows every one of its chains by one key."""

    def __init__(self, client: Client, at: str, key: Secret) -> None:
        super().__init__(client, at or ETHERSCAN)
        self.name = f"etherscan at {at}" if at else "etherscan"
        self._key = key

    def verified(self, subject: Subject) -> Verdict | None:
        """Whether it shows a source that was given for this very address; that of a similar contract does not count."""
        found = self._asked(subject, "getsourcecode", {"address": subject.address}).get("result")
        if not isinstance(found, list) or not found or not isinstance(found[0], dict):
            raise self._refused(words(found))
        shown = found[0].get("SourceCode") and not found[0].get("SimilarMatch")
        return Verdict(State.VERIFIED, "verified") if shown else None

    def send(self, subject: Subject) -> Verdict:
        """Hand over source and constructor arguments. Raises ChainError for a key that is not taken."""
        verdict = super().send(subject)
        if "api key" in verdict.told.lower():
            raise self._refused(verdict.told)
        return verdict

    def page(self, subject: Subject) -> str:
        """The page of the chain's explorer."""
        return _page(EXPLORERS, subject)

    def _refused(self, said: str) -> ChainError:
        hint = f"export {self._key.variable}=... with a key that Etherscan takes, then run this again"
        return ChainError(f"{self.name} replies: {said}", hint if "api key" in said.lower() else None)

    @property
    def _secret(self) -> str:
        return self._key.read()

    def _place(self, subject: Subject) -> dict[str, str]:
        return {"chainid": str(subject.chain_id), "apikey": self._secret}

    def _arguments(self, subject: Subject) -> dict[str, str]:
        if subject.arguments is None:
            raise ChainError(
                f"the transaction that created {subject.address} is not known, and Etherscan needs what it told the "
                "constructor",
                "collection publish-source --to sourcify finds that itself",
            )
        # its documentation spells the first, its servers long knew only the second
        return {"constructorArguments": subject.arguments, "constructorArguements": subject.arguments}


class Blockscout(ExplorerApi):
    """An explorer that runs Blockscout: each network has its own."""

    def __init__(self, client: Client, at: str, network: Network) -> None:
        place = at or BLOCKSCOUTS.get(network.name, "")
        if not place:
            raise ConfigError(
                f"no Blockscout explorer of {network.name} is known here", "--at https://... says where one is"
            )
        self._web = place.removesuffix("/api")
        super().__init__(client, f"{self._web}/api")
        self.name = f"blockscout at {at}" if at else "blockscout"

    def verified(self, subject: Subject) -> Verdict | None:
        """Whether this very address has a source; that of a twin with the same code does not count.

        A contract that the explorer has not seen yet has none.
        """
        url = f"{self._web}/api/v2/smart-contracts/{quote(subject.address)}"
        with named_errors(self.name):
            answer = self._client.ask("GET", url, {"Accept": "application/json"}, accept=frozenset({404}))
        found = json_object(self.name, answer)
        if answer.status == 404 or found.get("is_verified") is not True:
            return None
        whole = found.get("is_fully_verified") is True
        return Verdict(State.VERIFIED, "verified in full" if whole else "verified without a metadata hash")

    def page(self, subject: Subject) -> str:
        """The contract's page."""
        return f"{self._web}/address/{subject.address}?tab=contract"

    def _arguments(self, subject: Subject) -> dict[str, str]:
        if subject.arguments is None:
            return {"autodetectConstructorArguments": "true"}
        return {"constructorArguments": subject.arguments}


def _already(said: str) -> bool:
    """Contract source code already verified; Smart-contract already verified."""
    return "already verified" in said.lower()


def _early(said: str) -> bool:
    """Unable to locate ContractCode at 0x...; The address is not a smart contract: the indexer is behind the chain."""
    return any(text in said.lower() for text in ("unable to locate contractcode", "is not a smart"))


def _page(explorers: Mapping[str, str], subject: Subject) -> str:
    from collection.chain.networks import named

    place = next((explorers[name] for name in named(subject.chain_id) if name in explorers), "")
    return f"{place}/address/{subject.address}#code" if place else ""
