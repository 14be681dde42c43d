"""The last stage: read the chain and the content back, and say of every token whether it is what was made."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collection.chain.connection import Chain
from collection.chain.contract import TokenContract, TokenSettings
from collection.chain.mint import deployed
from collection.errors import CollectionError
from collection.store.records import Deployment, Mint, Token
from collection.store.store import Store
from collection.values import Progress, sha256_hex, silent

Read = Callable[[str], bytes]
"""The bytes behind an ipfs:// URI, every block checked against its CID; raises a CollectionError."""

Rerender = Callable[[Mapping[str, Any]], str]
"""Makes the picture of a token's metadata anew from the recipe in it; returns the SHA-256 of the pixels, hex."""

Provenance = Callable[[Iterable[str]], str]
"""The provenance hash of the SHA-256s of the images in token order."""

_ROYALTY_PRICE = 1_000_000  # a price at which every basis point is a whole number


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    token_id: int | None
    """None: the contract as a whole."""
    what: str
    """code, owner, supply, provenance, royalties, uri, metadata, image or rendering."""
    why: str

    @property
    def subject(self) -> str:
        """What it is about, in words."""
        return "contract" if self.token_id is None else f"token {self.token_id}"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was proven and what was not."""

    tokens: int
    proven: int
    rerendered: int
    """Tokens of the sample that came out alike."""
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the world is compared with, besides the store."""

    settings: TokenSettings
    read: Read
    rerender: Rerender
    provenance: Provenance
    sample: Collection[int] = ()
    """Ids of the tokens to render anew."""


def verify(store: Store, chain: Chain, evidence: Evidence, progress: Progress = silent) -> VerifyReport:
    """Follow every token from the chain to its picture and compare each step with what was frozen.

    Owner, tokenURI, the metadata behind it, the image behind that, and for a sample the recipe in the metadata,
    rendered anew. A token that the chain does not have is open again for `mint`. Raises ChainError where there is no
    contract or the chain cannot be asked; all else is a finding.
    """
    deployment = deployed(store, chain)
    contract = TokenContract(chain, deployment.address)
    tokens = store.tokens()
    recipients = {mint.token_id: mint.recipient for mint in store.mints(deployment.id)}
    next_id, images = contract.next_token_id(), list[str]()
    findings: list[Finding] = []
    for done, token in enumerate(tokens, start=1):
        findings += _check_token(contract, token, recipients.get(token.token_id), next_id, evidence, images)
        progress(done, len(tokens))
    of_contract = list(_check_contract(contract, evidence, images))
    unsound = {finding.token_id for finding in findings}
    proven = {token.token_id for token in tokens} - unsound if not of_contract else set()
    for token in tokens:
        missing = token.token_id >= next_id
        _record(store, deployment, token, recipients, missing=missing, proven=token.token_id in proven)
    sampled = {token.token_id for token in tokens} & set(evidence.sample)
    return VerifyReport(len(tokens), len(proven), len(sampled - unsound), (*of_contract, *findings))


def _record(
    store: Store, deployment: Deployment, token: Token, recipients: dict[int, str], *, missing: bool, proven: bool
) -> None:
    if missing and token.token_id in recipients:
        open_again = Mint(token.token_id, recipients[token.token_id], None, "intended")
        store.record_mints(deployment.id, [open_again])
    store.record_verdicts(deployment.id, [(token.token_id, proven)])


def _check_contract(contract: TokenContract, evidence: Evidence, images: Sequence[str]) -> Iterator[Finding]:
    settings = evidence.settings
    if not contract.is_genuine():
        yield Finding(None, "code", f"the code at {contract.address} is not the collection contract of this version")
        return
    receiver, amount = contract.royalty_info(1, _ROYALTY_PRICE)
    royalty = f"{amount * 10_000 // _ROYALTY_PRICE} basis points to {receiver.lower()}"
    wanted = f"{settings.royalty_basis_points} basis points to {settings.royalty_receiver.lower()}"
    comparisons: list[tuple[str, Any, Any]] = [
        ("supply", contract.max_supply(), settings.max_supply),
        ("provenance", contract.provenance(), evidence.provenance(images)),
        ("royalties", royalty, wanted),
        ("uri", contract.contract_uri(), settings.contract_uri),
    ]
    for what, found, expected in comparisons:
        if found != expected:
            yield Finding(None, what, f"the contract says {found}, but it is {expected}")


def _check_token(
    contract: TokenContract, token: Token, recipient: str | None, next_id: int, evidence: Evidence, images: list[str]
) -> list[Finding]:
    """What is wrong with one token; the hash of its published image is added to `images`."""
    number = token.token_id
    findings = []
    if number >= next_id:
        findings.append(Finding(number, "owner", "it was never minted"))
    else:
        findings += _check_on_chain(contract, number, recipient, evidence.settings.base_uri)
    try:
        metadata = _published_metadata(token, evidence)
        images.append(_published_image(token, metadata, evidence))
        if number in evidence.sample:
            _check_rendering(token, metadata, evidence.rerender)
    except _BrokenError as wrong:
        findings.append(Finding(number, wrong.what, wrong.why))
    return findings


def _check_on_chain(contract: TokenContract, number: int, recipient: str | None, base_uri: str) -> Iterator[Finding]:
    owner = contract.owner_of(number)
    if owner.lower() != (recipient or "").lower():
        minted_to = contract.minted_to(number)  # it may have been given or sold since
        if recipient is None or minted_to.lower() != recipient.lower():
            known = recipient or "nobody that this project knows"
            yield Finding(number, "owner", f"it belongs to {owner} and was minted to {minted_to}, not to {known}")
    uri, expected = contract.token_uri(number), f"{base_uri}{number}.json"
    if uri != expected:
        yield Finding(number, "uri", f"tokenURI is {uri}, not {expected}")


class _BrokenError(Exception):
    """The chain of proof of a token ends here."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(what, why)
        self.what, self.why = what, why


def _published_metadata(token: Token, evidence: Evidence) -> Mapping[str, Any]:
    uri = f"{evidence.settings.base_uri}{token.token_id}.json"
    data = _content("metadata", uri, token.metadata_sha256, evidence.read)
    metadata = json.loads(data)
    if not isinstance(metadata, dict) or not isinstance(metadata.get("image"), str):
        raise _BrokenError("metadata", f"{uri} is no ERC-721 metadata with an image")
    return metadata


def _published_image(token: Token, metadata: Mapping[str, Any], evidence: Evidence) -> str:
    sha256 = token.asset.file_sha256
    _content("image", metadata["image"], sha256, evidence.read)
    return sha256


def _content(what: str, uri: str, sha256: str, read: Read) -> bytes:
    """What a URI gives, if it is what was frozen."""
    try:
        data = read(uri)
    except CollectionError as error:
        raise _BrokenError(what, error.message) from error
    if sha256_hex(data) != sha256:
        raise _BrokenError(what, f"{uri} has SHA-256 {sha256_hex(data)}, frozen as {sha256}")
    return data


def _check_rendering(token: Token, metadata: Mapping[str, Any], rerender: Rerender) -> None:
    try:
        found = rerender(metadata)
    except CollectionError as error:
        raise _BrokenError("rendering", error.message) from error
    if found != token.asset.pixel_sha256:
        raise _BrokenError("rendering", f"made anew its pixels are {found}, frozen as {token.asset.pixel_sha256}")
