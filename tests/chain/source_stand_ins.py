"""Sourcify, Etherscan and Blockscout on loopback: strict as their descriptions are, slow and cross when told to be."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from ..ipfs.services import Answer, Asked, Service, as_json

KEY = "THEKEYOFTHEARTIST"
EXPLORER = {"codeformat", "sourceCode", "contractaddress", "contractname", "compilerversion", "licenseType"}


@dataclass
class Stand(Service):
    """What all have: contracts that are verified, and requests, each with the looks until it is decided."""

    verified: dict[str, Any] = field(default_factory=dict)
    """By address in lower case: what the service shows."""
    jobs: dict[str, str] = field(default_factory=dict)
    """The address of each request."""
    looks: int = 2
    """How often a request is pending before it is decided."""
    reason: str = ""
    """Why requests are refused; empty: they are not."""
    sent: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def take(self, address: str, told: dict[str, Any]) -> str:
        self.sent.append(told)
        ticket = f"job-{len(self.sent)}"
        self.jobs[ticket] = address.lower()
        return ticket

    def decided(self, ticket: str) -> bool:
        """Whether a request is decided at this look; a good one is shown from then on."""
        self.seen[ticket] = self.seen.get(ticket, 0) + 1
        done = self.seen[ticket] > self.looks
        if done and not self.reason:
            self.verified[self.jobs[ticket]] = "match"
        return done


def check_input(text: Any) -> None:
    """Whether it is a standard JSON input that needs no other file."""
    assert set(text) == {"language", "sources", "settings"}
    assert all(set(source) == {"content"} and source["content"] for source in text["sources"].values())


@dataclass
class SourcifyApi(Stand):
    """Sourcify, version 2 of its API."""

    def answer(self, asked: Asked) -> Answer:
        parts = asked.path.strip("/").split("/")
        if asked.method == "GET" and parts[:2] == ["v2", "contract"] and len(parts) == 4:
            match = self.verified.get(parts[3].lower())
            shown = {"match": match, "creationMatch": match, "runtimeMatch": match, "chainId": parts[2]}
            return as_json(200 if match else 404, {**shown, "address": parts[3]})
        if asked.method == "POST" and parts[:2] == ["v2", "verify"] and len(parts) == 4:
            return self._begin(parts[3], json.loads(asked.body))
        if asked.method == "GET" and parts[:2] == ["v2", "verify"] and len(parts) == 3:
            return self._job(parts[2])
        return as_json(404, {"message": "no such route"})

    def _begin(self, address: str, told: dict[str, Any]) -> Answer:
        check_input(told["stdJsonInput"])
        if set(told) - {"creationTransactionHash"} != {"stdJsonInput", "compilerVersion", "contractIdentifier"}:
            return as_json(400, {"customCode": "invalid_parameter", "message": "what is that?", "errorId": "1"})
        if told["contractIdentifier"].partition(":")[0] not in told["stdJsonInput"]["sources"]:
            return as_json(400, {"customCode": "invalid_parameter", "message": "no such file", "errorId": "1"})
        if address.lower() in self.verified:
            return as_json(409, {"customCode": "already_verified", "message": "it is verified", "errorId": "1"})
        return as_json(202, {"verificationId": self.take(address, told)})

    def _job(self, ticket: str) -> Answer:
        if ticket not in self.jobs:
            return as_json(404, {"customCode": "job_not_found", "message": "not found", "errorId": "1"})
        done = self.decided(ticket)
        match = self.verified.get(self.jobs[ticket])
        job: dict[str, Any] = {"isJobCompleted": done, "verificationId": ticket, "contract": {"match": match}}
        if done and self.reason:
            job["error"] = {"customCode": "no_match", "message": self.reason, "errorId": "1"}
        return as_json(200, job)


@dataclass
class EtherscanApi(Stand):
    """Etherscan's API V2: all is answered with 200, and said in words."""

    busy: int = 0
    """How many requests are told that there are too many."""
    early: int = 0
    """How many times the contract is not seen yet."""
    similar: bool = False
    """Whether another contract with the same code is shown in place of one without a source."""

    def answer(self, asked: Asked) -> Answer:
        query = {name: values[0] for name, values in asked.query.items()}
        if asked.path != "/v2/api" or query.pop("chainid", "") != "77777" or query.pop("module", "") != "contract":
            return as_json(404, {"status": "0", "message": "NOTOK", "result": "Error! Missing or invalid Module name"})
        if query.pop("apikey", "") != KEY:
            return said(False, "Invalid API Key (#err2)|ETH-")
        return self.called(asked, query)

    def called(self, asked: Asked, query: dict[str, str]) -> Answer:
        if self.busy:
            self.busy -= 1
            return said(False, "Max calls per sec rate limit reached (3/sec)")
        action = query["action"]
        if (asked.method, action) == ("GET", "getsourcecode"):
            shown = {"SourceCode": "contract", "SimilarMatch": ""}
            none = {"SourceCode": "contract" if self.similar else "", "SimilarMatch": "0x1" if self.similar else ""}
            found = shown if query["address"].lower() in self.verified else none
            return as_json(200, {"status": "1", "message": "OK", "result": [found]})
        if (asked.method, action) == ("POST", "verifysourcecode"):
            return self.begin(parse_qs(asked.body.decode(), keep_blank_values=True, strict_parsing=True))
        if (asked.method, action) == ("GET", "checkverifystatus"):
            return self.status(query["guid"])
        return said(False, "Error! Missing Or invalid Action name")

    spelt = {"constructorArguments", "constructorArguements"}  # noqa: RUF012

    def begin(self, form: dict[str, list[str]]) -> Answer:
        told = {name: values[0] for name, values in form.items()}
        if set(told) != EXPLORER | self.spelt or told["codeformat"] != "solidity-standard-json-input":
            return said(False, "Missing or unsupported fields")
        check_input(json.loads(told["sourceCode"]))
        if not told["compilerversion"].startswith("v0.8.37+commit.") or told["compilerversion"].count(".") != 3:
            return said(False, "Invalid or not supported solc version")
        if self.early:
            self.early -= 1
            return said(False, f"Unable to locate ContractCode at {told['contractaddress']}")
        if told["contractaddress"].lower() in self.verified:
            return said(False, "Contract source code already verified")
        return said(True, self.take(told["contractaddress"], told))

    def status(self, guid: str) -> Answer:
        if guid not in self.jobs:
            return said(False, "Unknown UID")
        if not self.decided(guid):
            return said(False, "Pending in queue")
        return said(False, f"Fail - {self.reason}") if self.reason else said(True, "Pass - Verified")


@dataclass
class BlockscoutApi(EtherscanApi):
    """A Blockscout explorer: the same words at /api, and its own API for what it shows."""

    def answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/api/v2/smart-contracts/"):
            address = asked.path.rpartition("/")[2].lower()
            if address not in self.verified and not self.similar:
                return as_json(404, {"message": "Not found"})
            shown = address in self.verified
            return as_json(200, {"is_verified": shown, "is_fully_verified": False, "name": "Splitter"})
        query = {name: values[0] for name, values in asked.query.items()}
        if asked.path != "/api" or query.pop("module", "") != "contract" or "chainid" in query:
            return as_json(404, {"message": "Not found"})
        return self.called(asked, query)

    spelt = {"constructorArguments"}  # noqa: RUF012


def said(good: bool, words: str) -> Answer:
    return as_json(200, {"status": "1" if good else "0", "message": "OK" if good else "NOTOK", "result": words})
