"""The last stage: read the chain and the content back, and say of every token whether it is what was made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from collection.chain.compiled import artifact_of
from collection.chain.connection import Chain
from collection.chain.contract import TokenContract
from collection.chain.deploy import has_contract
from collection.chain.reveal import offset_of, token_of
from collection.errors import ChainError
from collection.store.publication_records import Token
from collection.store.store import Store
from collection.values import Progress, silent
from collection.verify.content import Rerender, Source, check_content
from collection.verify.expected import ExpectedState
from collection.verify.findings import Finding, VerifyReport
from collection.verify.marks import MarkReader
from collection.verify.on_chain import check_contract, check_tokens
from collection.verify.proof import check_proof, signer


def verify(
    store: Store,
    chain: Chain,
    expected: ExpectedState,
    sources: Sequence[Source],
    rerender: Rerender,
    *,
    sample: Collection[int] = (),
    marks: MarkReader | None = None,
    unreadable: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> VerifyReport:
    """Follow every token from the chain to its picture and compare each step with the expected state.

    Recipient, tokenURI, the metadata behind it and the image behind that, in each of `sources`; for the tokens of
    `sample` the recipe in the metadata, rendered anew; `marks` reads those of the pictures. `unreadable` names storages
    that could not be opened, and why. The verdicts are recorded, and a token that the chain does not have is open again
    for `mint`, unless the project can only be read. No key is needed.
    Raises ChainError where there is no contract or the chain cannot be asked; all else is a finding.
    """
    deployment, tokens = expected.deployment, expected.tokens
    if not has_contract(store, chain, deployment):
        raise ChainError(f"there is no contract at {deployment.address} on {chain.network.name}", "collection deploy")
    contract = TokenContract(chain, deployment.address, artifact_of(deployment.artifact_sha256))
    of_contract = list(check_contract(contract, expected))
    findings = [Finding(None, "storage", f"{name}: {why}") for name, why in (unreadable or {}).items()]
    next_id, offset, burned = 1, 0, list[int]()
    genuine = all(finding.what != "code" for finding in of_contract)
    if genuine:
        next_id, offset = contract.next_token_id(), offset_of(contract) or 0
        burned = contract.burned([token.token_id for token in tokens if token.token_id < next_id])
        findings += check_tokens(contract, expected, next_id, set(burned))
        if not store.read_only:
            _open_again(store, expected, next_id)
    of_set, of_tokens = _of_proof(expected, sources)
    of_contract, of_content = of_contract + of_set, of_tokens
    for done, token in enumerate(tokens, start=1):
        for place, source in enumerate(sources):
            again = rerender if place == 0 and token.token_id in sample else None
            of_content += check_content(token, expected.base_uri, source, again, marks if place == 0 else None)
        progress(done, len(tokens))
    # Content is found by the numbers of documents, and told of the tokens that show them.
    moved = {token.token_id: token_of(token.token_id, offset, len(tokens)) for token in tokens}
    findings += [replace(each, token_id=moved.get(each.token_id or 0, each.token_id)) for each in of_content]
    unsold = {token.token_id for token in tokens if token.token_id >= next_id} if expected.sale else set[int]()
    unsound = {finding.token_id for finding in findings}
    numbers = {token.token_id for token in tokens}
    proven = numbers - unsound - unsold - {*burned} if sources and not of_contract else set()
    if not store.read_only:
        store.record_verdicts(deployment.id, [(token.token_id, token.token_id in proven) for token in tokens])
    alike = len({moved[number] for number in numbers & set(sample)} - unsound) if sources else 0
    names = tuple(source.name for source in sources)
    once_only = sum(token.asset.recipe is not None and not token.asset.reproducible for token in tokens)
    frozen = genuine and contract.metadata_frozen()
    read = {name: (marks.read[name], count) for name, count in marks.told.items()} if marks else {}
    signed = signer(expected, sources[0]) if sources and expected.proof_sha256 else None
    told = (*of_contract, *sorted(findings, key=lambda finding: finding.token_id or 0))
    return VerifyReport(
        len(tokens), len(proven), alike, once_only, names, told, frozen, read, signed, len(unsold), tuple(burned)
    )


def _of_proof(expected: ExpectedState, sources: Sequence[Source]) -> tuple[list[Finding], list[Finding]]:
    """What is wrong with the proof: of the set as a whole, where no storage has it right; and all else."""
    by_source = [[*check_proof(expected, source)] for source in sources]
    found = [finding for of_source in by_source for finding in of_source]
    if by_source and all(any(finding.token_id is None for finding in of_source) for of_source in by_source):
        return found, []
    return [], found


def _open_again(store: Store, expected: ExpectedState, next_id: int) -> None:
    """Tokens that were confirmed once and do not exist: `mint` is to make them again."""
    lost = [mint for mint in expected.mints.values() if mint.token_id >= next_id and mint.status == "confirmed"]
    store.record_mints(expected.deployment.id, [replace(mint, tx_hash=None, status="intended") for mint in lost])


def spread(tokens: Sequence[Token], count: int) -> set[int]:
    """The ids of `count` tokens, evenly spread over those whose recipes can be rendered again; of all if there are no
    more."""
    made = [token.token_id for token in tokens if token.asset.reproducible]
    count = min(count, len(made))
    return {made[place * len(made) // count] for place in range(count)}
