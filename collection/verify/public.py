"""A set proven from its contract's address alone: what is public, and no record of whoever made it, is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from collection.chain.companions import code_of
from collection.chain.compiled import recognised, recognised_token
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.editions import EditionsContract
from collection.chain.reveal import expected_uris, offset_of, token_of
from collection.chain.splitter import SplitterContract, in_words, payees_of
from collection.config.publishing import Artist
from collection.errors import ChainError, CollectionError, PublishError
from collection.marks.watermark import PUBLIC, LatticeWatermark
from collection.pictures.files import pixel_sha256
from collection.publish.proof import LEAVES, MANIFEST, Leaf, merkle_root
from collection.publish.provenance import provenance_hash
from collection.publish.signature import typed_manifest
from collection.values import Pixels, Progress, amount, parse_json, silent
from collection.verify.content import Rerender
from collection.verify.findings import Finding, burned_note
from collection.verify.marks import MarkReader, within_rounding

IDENTICAL, WATERMARKED = "made again byte for byte", "made again with its watermark"
WITHIN, ATTESTED = "made again within tolerance", "attested only"
"""Grades of a token. Its picture was rendered again from its recipe: pixel for pixel; so, and then with its watermark,
which may differ by a level; or no channel of a pixel differs by more than a level, because another machine rounds
otherwise. Or it is as the signed manifest says, no more."""


@dataclass(frozen=True, slots=True)
class PublicReport:
    """What is known of a set that anybody can read."""

    title: str
    tokens: int
    minted: int
    grades: Mapping[int, str]
    """Of each token that is proven, by id."""
    signer: str | None
    """Who signed the manifest; None: it is not signed."""
    findings: Sequence[Finding]
    notes: Sequence[str] = field(default=())
    burned: int = 0
    """How many of those their holders burned: they exist no more, so none of them is proven."""


Published = TokenContract | EditionsContract
"""A contract whose documents are those of a set."""


class _Public:
    """The published files of a set, read by their URIs."""

    def __init__(self, content: Callable[[str], Iterator[bytes]], root: str) -> None:
        self._content, self.root = content, root

    def read(self, uri: str) -> bytes:
        return b"".join(self._content(uri))

    def proof(self, name: str) -> bytes:
        return self.read(f"ipfs://{self.root}/proof/{name}")


def verify_public(
    chain: Chain,
    address: str,
    content: Callable[[str], Iterator[bytes]],
    rerender: Rerender | None = None,
    sample: int = 0,
    progress: Progress = silent,
) -> PublicReport:
    """Follow every minted token of a contract to its picture, by the manifest in the folder that its contract names.

    `content` gives what lies behind an ipfs:// URI, each block checked against its CID; `rerender` makes the pictures
    of `sample` tokens anew. Raises ChainError where there is no such contract, PublishError where the set has no proof.
    """
    contract, known = _contract(chain, address)
    findings, notes = list[Finding](), list[str]()
    if not known:
        findings.append(Finding(None, "code", "it is no contract of this product: what it says may change"))
    public = _Public(content, contract.contract_uri().removeprefix("ipfs://").partition("/")[0])
    manifest, leaves = _manifest(public)
    findings += _check_manifest(contract, public, manifest, leaves)
    signer = _signer(public, manifest, findings)
    owner = contract.owner()
    if signer and signer.lower() != owner.lower():
        notes.append(f"the manifest was signed by {signer}; {owner} owns the contract now")
    if signer is None:
        notes.append("the manifest is not signed: it is what the contract points at, by whoever deployed it")
    minted = _minted(contract, leaves)
    burned = contract.burned(list(minted)) if isinstance(contract, TokenContract) else []
    for number in burned:
        del minted[number]
    findings += _check_uris(contract, manifest, list(minted))
    chosen = set([*minted][:: max(1, len(minted) // sample)]) if sample and minted else set[int]()
    grades: dict[int, str] = {}
    for done, (number, leaf) in enumerate(minted.items(), start=1):
        again = rerender if number in chosen else None
        wrong, grades[number] = _check_token(public, str(manifest["metadata_cid"]), leaf, again)
        findings += [replace(finding, token_id=number) for finding in wrong]
        progress(done, len(minted))
    if isinstance(contract, EditionsContract):
        notes.append(_copies(contract, list(minted)))
    elif validator := contract.validator():
        notes.append(f"each transfer is asked of the validator {validator}, which may refuse it")
    notes += [burned_note(burned)] if burned else []
    notes += _royalties(contract, public, manifest)
    notes.append("the metadata is frozen" if contract.metadata_frozen() else "its owner may still move the metadata")
    of_set = any(finding.token_id is None for finding in findings)
    unsound = {finding.token_id for finding in findings}
    proven = {number: grade for number, grade in grades.items() if not of_set and number not in unsound}
    title = str(manifest.get("title", contract.name()))
    count = len(minted) + len(burned)
    return PublicReport(title, len(leaves), count, proven, signer, tuple(findings), tuple(notes), len(burned))


def _contract(chain: Chain, address: str) -> tuple[Published, bool]:
    """The contract at an address, of tokens or of copies, and whether its code is a version of this product's.

    Unknown code is read as what it says that it is (ERC-165). Raises ChainError where there is none.
    """
    code = code_of(chain, address)
    if not code:
        raise ChainError(f"there is no contract at {address} on {chain.network.name}")
    if token := recognised_token(code):
        return TokenContract(chain, address, token), True
    if editions := recognised(code, "Editions"):
        return EditionsContract(chain, address, editions), True
    unknown = EditionsContract(chain, address)
    if unknown.claims_copies():
        return unknown, False
    return TokenContract(chain, address), False


def _copies(contract: EditionsContract, minted: Sequence[int]) -> str:
    """How many copies there are, and whether there will be more."""
    total, most = sum(contract.supplies(minted).values()), contract.copies()
    state = "closed" if contract.closed() else f"at most {most} of each" if most else "open: any number may follow"
    exist = "exists" if total == 1 else "exist"
    return f"{amount(total, 'copy', 'copies')} of {amount(len(minted), 'image')} {exist}, {state}"


def _manifest(public: _Public) -> tuple[Mapping[str, Any], list[Leaf]]:
    try:
        manifest = parse_json(public.proof(MANIFEST).decode())
        if not isinstance(manifest, dict) or not isinstance(manifest.get("metadata_cid"), str):
            raise ValueError(f"{MANIFEST} names no metadata")
        lines = public.proof(LEAVES).decode().splitlines()
        leaves = [_leaf(line) for line in lines]
    except CollectionError as error:
        raise PublishError(f"the set at ipfs://{public.root} has no proof that can be read: {error.message}") from error
    except ValueError as error:
        raise PublishError(f"the proof of ipfs://{public.root} is damaged: {error}") from error
    return manifest, leaves


def _minted(contract: Published, leaves: Sequence[Leaf]) -> dict[int, Leaf]:
    """The line of each token that exists, by the token's id: of a set with a reveal that of the document it shows."""
    offset = (offset_of(contract) if isinstance(contract, TokenContract) else 0) or 0
    shown = {token_of(leaf.token_id, offset, len(leaves)): leaf for leaf in leaves}
    return {number: shown[number] for number in contract.existing(sorted(shown))}


def _leaf(line: str) -> Leaf:
    number, image, pixels, metadata, recipe = line.split(" ")
    return Leaf(int(number), image, pixels, metadata, None if recipe == "-" else recipe)


def _check_manifest(
    contract: Published, public: _Public, manifest: Mapping[str, Any], leaves: Sequence[Leaf]
) -> Iterator[Finding]:
    """The manifest must be that of the contract, and of the lines beside it."""
    if (found := merkle_root(leaves)) != manifest.get("merkle_root"):
        yield Finding(None, "root", f"the lines have the root {found}, the manifest says {manifest.get('merkle_root')}")
    if [leaf.token_id for leaf in leaves] != list(range(1, len(leaves) + 1)):
        yield Finding(None, "root", "the lines of the proof do not number the tokens from 1 on")
    provenance = provenance_hash(leaf.image_sha256 for leaf in leaves)
    if provenance != contract.provenance():
        yield Finding(None, "provenance", f"the contract says {contract.provenance()}, the pictures give {provenance}")
    if contract.max_supply() != len(leaves):
        yield Finding(
            None, "supply", f"the contract has {amount(contract.max_supply(), 'token')}, the proof {len(leaves)}"
        )
    base = f"ipfs://{manifest.get('metadata_cid')}/"
    if contract.base_uri() != base:
        yield Finding(None, "uri", f"the contract points at {contract.base_uri()}, the manifest at {base}")
    digest = sha256(public.proof(LEAVES)).hexdigest()
    if manifest.get("files", {}).get(LEAVES) != digest:
        yield Finding(None, "root", f"{LEAVES} is not the file that the manifest names")


def _signer(public: _Public, manifest: Mapping[str, Any], findings: list[Finding]) -> str | None:
    """Who signed the manifest, by the signature; None where nobody did, or it is not of this manifest."""
    from eth_account import Account

    if "signature.json" not in manifest.get("files", {}):
        return None
    try:
        told = parse_json(public.proof("signature.json").decode())
        data = typed_manifest(manifest)
        if {key: told[key] for key in data} != data:
            raise ValueError("it is of another manifest")
        found = str(Account.recover_message(_signable(data), signature=told["signature"]))
        if found.lower() != str(told["signer"]).lower():
            raise ValueError(f"it is not by {told['signer']}")
    except (CollectionError, ValueError, KeyError, TypeError) as error:
        findings.append(Finding(None, "signature", f"the signature of the manifest is none: {error}"))
        return None
    return found


def _signable(data: Mapping[str, Any]) -> Any:
    from eth_account.messages import encode_typed_data

    return encode_typed_data(full_message=dict(data))


def _check_uris(contract: Published, manifest: Mapping[str, Any], minted: Sequence[int]) -> list[Finding]:
    base = f"ipfs://{manifest.get('metadata_cid')}/"
    wanted = {each: f"{base}{each}.json" for each in minted}
    if isinstance(contract, TokenContract):
        wanted = expected_uris(contract, base, minted)
    found = contract.token_uris(list(wanted))
    return [
        Finding(number, "uri", f"tokenURI is {uri}, not {wanted[number]}")
        for number, uri in found.items()
        if uri != wanted[number]
    ]


def _check_token(
    public: _Public, metadata_cid: str, leaf: Leaf, rerender: Rerender | None
) -> tuple[list[Finding], str]:
    """The files of a token against its line, and its picture made anew; what is wrong, or the grade."""
    number = leaf.token_id
    try:
        metadata = public.read(f"ipfs://{metadata_cid}/{number}.json")
        if sha256(metadata).hexdigest() != leaf.metadata_sha256:
            return [Finding(number, "metadata", "its metadata is not what the proof says")], ""
        told = parse_json(metadata.decode())
        image = public.read(str(told["image"]))
        if sha256(image).hexdigest() != leaf.image_sha256:
            return [Finding(number, "image", "its image is not what the proof says")], ""
    except CollectionError as error:
        return [Finding(number, "metadata", error.message)], ""
    except (ValueError, KeyError, TypeError) as error:
        return [Finding(number, "metadata", f"its metadata cannot be read: {error!r}")], ""
    if rerender is None or leaf.recipe_sha256 is None:
        return [], ATTESTED
    try:
        pixels = rerender(told)
    except CollectionError:
        return [], ATTESTED  # what made it is not here
    properties = told.get("properties", {})
    frozen, found = str(properties.get("rendered_pixel_sha256", leaf.pixel_sha256)), pixel_sha256(pixels)
    differs = Finding(number, "rendering", f"made anew its pixels are {found}, not {frozen}")
    if frozen != leaf.pixel_sha256:
        wrong, grade = _watermarked(number, properties.get("disclosure", {}), image, pixels)
        if found == frozen:
            return wrong, grade
        return ([differs], "") if wrong or grade == ATTESTED else ([], WITHIN)
    if found == frozen:
        return [], IDENTICAL
    return ([], WITHIN) if within_rounding(image, pixels) else ([differs], "")


def _watermarked(
    number: int, disclosure: Mapping[str, Any], image: bytes, rendered: Pixels
) -> tuple[list[Finding], str]:
    """A published picture must be the rendered one with its watermark, as far as its key is everybody's."""
    if disclosure.get("watermark", {}).get("key") != "public":
        return [], ATTESTED
    wrong = [*MarkReader(LatticeWatermark(), PUBLIC).check(number, disclosure, image, rendered)]
    return [Finding(number, "marks", why) for why in wrong], WATERMARKED


def _royalties(contract: Published, public: _Public, manifest: Mapping[str, Any]) -> list[str]:
    """Who royalties go to, beside what the metadata says of its artists."""
    receiver, points = contract.royalty_info(1, 10_000)
    told = f"royalties of {points / 100:g} % go to {receiver}"
    try:
        first = parse_json(public.read(f"ipfs://{manifest['metadata_cid']}/1.json").decode())
        wanted = payees_of(Artist.model_validate(each) for each in first["properties"]["artists"])
    except (CollectionError, ValueError, KeyError, TypeError):
        return [told]
    if recognised(code_of(contract.chain, receiver), "Splitter"):
        found = SplitterContract(contract.chain, receiver).payees()
        same = sorted(found, key=str) == sorted(wanted, key=str)
        return [f"{told}, a splitter: {in_words(found)}" + ("" if same else f"; the metadata says {in_words(wanted)}")]
    return [f"{told} alone, and the metadata says {in_words(wanted)}"] if wanted else [told]
