"""Editions on the chain, compared with the records of their deployment and with the frozen set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from collection.chain.companions import is_genuine
from collection.chain.connection import Chain
from collection.chain.editions import EditionsContract
from collection.store.records import Companion, Token
from collection.values import Progress, silent
from collection.verify.content import Source, check_content
from collection.verify.findings import Finding


def check_editions(
    chain: Chain, companion: Companion, tokens: Sequence[Token], sources: Sequence[Source], progress: Progress = silent
) -> Iterator[Finding]:
    """What is wrong with the contract as a whole, then with each image: its URI, its copies, the files behind it."""
    if not is_genuine(chain, companion):
        yield Finding(None, "code", f"the code at {companion.address} is not the editions that were deployed there")
        return
    contract, wanted = EditionsContract(chain, companion.address), companion.settings
    for field, found in contract.told().items():
        if field != "owner" and found != wanted[field]:  # its owner can mint what is left, and change nothing
            yield Finding(None, field, f"the contract says {found}, but it was deployed with {wanted[field]}")
    base, most = str(wanted["base_uri"]), int(wanted["copies"])
    for done, token in enumerate(tokens, start=1):
        number = token.token_id
        if (uri := contract.uri(number)) != f"{base}{number}.json":
            yield Finding(number, "uri", f"uri is {uri}, not {base}{number}.json")
        if most and (there := contract.supply(number)) > most:
            yield Finding(number, "supply", f"{there} copies exist, and {most} may")
        for source in sources:
            yield from check_content(token, base, source, None)
        progress(done, len(tokens))
