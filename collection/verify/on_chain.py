"""The contract and its tokens on the chain, compared with the records of their deployment and minting."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from collection.chain.addresses import NOBODY, created_address
from collection.chain.companions import is_genuine
from collection.chain.compiled import artifact_of
from collection.chain.contract import TokenContract
from collection.chain.mint_logs import find_sales
from collection.chain.reveal import RevealContract, expected_uris
from collection.chain.sale import SaleContract, sale_settings
from collection.chain.splitter import Payee, SplitterContract, in_words
from collection.store.publication_records import Companion, Mint
from collection.verify.expected import ExpectedState
from collection.verify.findings import Finding

_ROYALTY_PRICE = 1_000_000  # a price at which every basis point is a whole number
_FIELDS = {
    "name": "name", "symbol": "symbol", "max_supply": "supply", "provenance": "provenance", "contract_uri": "uri",
    "base_uri": "uri",
}  # fmt: skip
"""The settings that can be read one by one, and what a difference is called."""


def check_contract(contract: TokenContract, expected: ExpectedState) -> Iterator[Finding]:
    """Compare the contract as a whole; settings that were not recorded are left out."""
    deployment, settings = expected.deployment, expected.settings
    if created_address(deployment.deployer, deployment.nonce) != contract.address:
        why = f"{contract.address} is not what transaction {deployment.nonce} of {deployment.deployer} creates"
        yield Finding(None, "address", why)
    yield from _check_creation(contract, expected)
    if artifact_of(deployment.artifact_sha256) is None:
        why = f"this version of Collection does not know the contract that was deployed ({deployment.artifact_sha256})"
        yield Finding(None, "code", f"{why}; a newer one may")
        return
    if not contract.is_genuine():
        yield Finding(None, "code", f"the code at {contract.address} is not the contract that was deployed there")
        return
    for field, what in _FIELDS.items():
        if field in settings and (found := getattr(contract, field)()) != settings[field]:
            yield Finding(None, what, f"the contract says {found}, but it was deployed with {settings[field]}")
    if "placeholder_uri" in settings:
        yield from _check_hiding(contract, settings)
    if "transfer_validator" in settings and (found := contract.validator()) != settings["transfer_validator"]:
        why = f"transfers are asked of {found or 'nobody'}; the contract was deployed with"
        yield Finding(None, "validator", f"{why} {settings['transfer_validator']}, and its owner changed that since")
    if "royalty_receiver" in settings:
        yield from _check_royalties(contract, settings)
    if expected.splitter is not None:
        yield from _check_splitter(contract, expected.splitter, expected.payees)
    if expected.sale is not None:
        yield from _check_sale(contract, expected.sale, settings)
    yield from _check_owner(contract, str(settings["owner"]), expected.sale.address if expected.sale else None)
    if expected.metadata_frozen and not contract.metadata_frozen():
        yield Finding(None, "frozen", "the chain once said that the metadata is frozen, and now it is not")


def _check_creation(contract: TokenContract, expected: ExpectedState) -> Iterator[Finding]:
    """The transaction on record must have created the contract, sent by the deployer."""
    deployment = expected.deployment
    if not deployment.tx_hash:
        return
    found = contract.created_by(deployment.tx_hash)
    if found is None:
        yield Finding(None, "receipt", f"the transaction on record, {deployment.tx_hash}, created no contract")
    elif found != (deployment.deployer, contract.address):
        why = f"{found[1]}, sent by {found[0]}, and not {contract.address}, sent by {deployment.deployer}"
        yield Finding(None, "receipt", f"the transaction on record, {deployment.tx_hash}, created {why}")


def _check_royalties(contract: TokenContract, settings: Any) -> Iterator[Finding]:
    receiver, amount = contract.royalty_info(1, _ROYALTY_PRICE)
    found = f"{amount * 10_000 // _ROYALTY_PRICE} basis points to {receiver.lower()}"
    wanted = f"{settings['royalty_basis_points']} basis points to {settings['royalty_receiver'].lower()}"
    if found != wanted:
        yield Finding(None, "royalties", f"the contract says {found}, but it was deployed with {wanted}")


def _check_hiding(contract: TokenContract, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """Placeholder and deadline of a delayed reveal; nobody can change them, so a difference is another deployment."""
    found = RevealContract(contract.chain, contract.address).hiding()
    for name in ("placeholder_uri", "deadline"):
        if getattr(found, name) != settings[name]:
            why = f"the {name} of the contract is {getattr(found, name)}, but it was deployed with {settings[name]}"
            yield Finding(None, "reveal", why)


def _check_splitter(contract: TokenContract, splitter: Companion, payees: Sequence[Payee]) -> Iterator[Finding]:
    """The splitter must be the one that was deployed, and owe the artists of the metadata their shares."""
    if not is_genuine(contract.chain, splitter):
        yield Finding(None, "splitter", f"the code at {splitter.address} is not the splitter that was deployed there")
        return
    found = SplitterContract(contract.chain, splitter.address).payees()
    if sorted(found, key=_by_address) != sorted(payees, key=_by_address):
        why = f"the splitter {splitter.address} pays {in_words(found)}; the metadata says {in_words(payees)}"
        yield Finding(None, "splitter", why)


def _by_address(payee: Payee) -> str:
    return payee.address


def _check_sale(contract: TokenContract, sale: Companion, settings: Mapping[str, Any]) -> Iterator[Finding]:
    """The sale must be the one that was deployed, and sell this contract's tokens for whom royalties are for."""
    if not is_genuine(contract.chain, sale):
        yield Finding(None, "sale", f"the code at {sale.address} is not the sale that was deployed there")
        return
    wanted = sale_settings(contract.address, settings["owner"], settings["royalty_receiver"])
    found = SaleContract(contract.chain, sale.address).told()
    for name, value in wanted.items():
        if found[name] != value:
            yield Finding(None, "sale", f"the {name} of the sale {sale.address} is {found[name]}, not {value}")


def _check_owner(contract: TokenContract, wanted: str, sale: str | None) -> Iterator[Finding]:
    """Another owner is a finding as long as an owner can still move the metadata; one that was given up is none.

    The sale of the set owns it while it sells.
    """
    owner = contract.owner()
    if owner.lower() not in (wanted.lower(), NOBODY, (sale or wanted).lower()) and not contract.metadata_frozen():
        yield Finding(None, "owner", f"{owner} may move the metadata; the contract was deployed for {wanted}")


def check_tokens(
    contract: TokenContract, expected: ExpectedState, next_id: int, burned: Collection[int]
) -> list[Finding]:
    """Compare each token's first owner and URI; of a set that is sold, tokens that nobody bought yet are left out.

    Tokens that were burned have no URI.
    """
    there = [token.token_id for token in expected.tokens if token.token_id < next_id]
    missing = [token.token_id for token in expected.tokens if token.token_id >= next_id]
    findings = [Finding(number, "owner", "it was never minted") for number in missing if not expected.sale]
    wanted = expected_uris(contract, expected.base_uri, there, expected.settings.get("placeholder_uri"))
    for number, uri in contract.token_uris([each for each in there if each not in burned]).items():
        if uri != wanted[number]:
            findings.append(Finding(number, "uri", f"tokenURI is {uri}, not {wanted[number]}"))
    return findings + list(_check_recipients(contract, expected, there, burned))


def _check_recipients(
    contract: TokenContract, expected: ExpectedState, there: Sequence[int], burned: Collection[int]
) -> Iterator[Finding]:
    """Each token must have been minted to the recipient on record; it may have been given away, sold or burned since.

    Of tokens that this project did not mint itself, the recipient is who bought them, by the events of its sale.
    The receipts of the recorded transactions name the first owners. Where a transaction is not on record, or did not
    mint the token, the chain is asked for its present owner, and if that is another, for the logs of its minting.
    """
    mints = {number: expected.mints.get(number) for number in there}
    if expected.sale is not None:
        beyond = [number for number, mint in mints.items() if mint is None]
        sold_to = find_sales(contract.chain, expected.sale.address, beyond, expected.deployment.block or 0)
        mints |= {number: Mint(number, buyer, None, "confirmed") for number, buyer in sold_to.items()}
    receipts = contract.minted_in(sorted({mint.tx_hash for mint in mints.values() if mint and mint.tx_hash}))
    minted_to, unclear = dict[int, str](), list[int]()
    for number, mint in mints.items():
        if mint and mint.tx_hash and number in receipts[mint.tx_hash]:
            minted_to[number] = receipts[mint.tx_hash][number]
            continue
        unclear.append(number)
        if mint and mint.tx_hash:
            yield Finding(number, "receipt", f"the transaction on record, {mint.tx_hash}, did not mint it")
    owners = contract.owners_of([number for number in unclear if number not in burned])
    sold = [number for number in unclear if number in burned or not _same(owners[number], mints[number])]
    minted_to |= owners | contract.minted_to(sold, expected.deployment.block or 0)
    wrong = [number for number in there if not _same(minted_to.get(number, NOBODY), mints[number])]
    owners |= contract.owners_of([number for number in wrong if number not in owners and number not in burned])
    for number in wrong:
        mint = mints[number]
        wanted = mint.recipient if mint else "nobody that this project knows"
        now = f"it belongs to {owners[number]}" if number in owners else "it was burned"
        first = minted_to.get(number, "nobody that the logs name")
        yield Finding(number, "owner", f"{now} and was minted to {first}, not to {wanted}")


def _same(address: str, mint: Mint | None) -> bool:
    return mint is not None and address.lower() == mint.recipient.lower()
