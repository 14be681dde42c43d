"""Recipients: a list of owners read, and each owner looked at before anything goes there."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from collection.chain.addresses import NOBODY, checksummed
from collection.config.accounts import is_name, wrong_account
from collection.errors import ChainError, UsageError
from collection.values import amount

if TYPE_CHECKING:
    from collection.chain.connection import Chain

Addresses = Callable[[Mapping[str, str]], Mapping[str, str]]
"""The address of each account, which is one or a name of ENS, by the place where it stands."""
COLUMNS = ("count", "token", "image")
FORM = (
    "a first line `address,count`, `address,token` or `address,image`, then a line for each owner; "
    "or addresses alone, one token each"
)

_DELEGATED = bytes.fromhex("ef0100")  # EIP-7702: what the code of an account begins with that delegates to a contract
_RECEIVED = "150b7a02"  # ERC-721: onERC721Received(address,address,uint256,bytes), and what it answers
_RECEIVED_COPY = "f23a6e61"  # ERC-1155: onERC1155Received(address,address,uint256,uint256,bytes), and its answer


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a list: an owner, and how many tokens they get or which."""

    number: int
    """Of the line in the file, from 1."""
    address: str
    """Or a name of ENS, until it is resolved."""
    count: int = 1
    token: int | None = None
    """None: the next ones."""
    image: int | None = None
    """One copy of this image, by the editions of the set; None: it is tokens that are given out."""


def read_list(text: str, name: str) -> list[Line]:
    """The lines of a CSV file of owners; `name` is what errors call it.

    Raises UsageError that names the line, what stands there and what should, for the first that is wrong.
    """
    rows = [(number, [cell.strip() for cell in row]) for number, row in enumerate(_rows(text), 1)]
    rows = [(number, row) for number, row in rows if any(row)]
    if not rows:
        raise UsageError(f"{name} names no owners", FORM)
    column = None
    head = [cell.lower() for cell in rows[0][1]]
    if head[0] == "address":
        column = head[1] if len(head) == 2 else None
        if len(head) > 2 or column not in (None, *COLUMNS):
            raise UsageError(f"{name}, line {rows[0][0]}: the columns are {', '.join(head)}", FORM)
        rows = rows[1:]
    return [_line(number, row, column, name) for number, row in rows]


def with_addresses(lines: Sequence[Line], name: str, addresses: Addresses) -> list[Line]:
    """The lines of the list `name` with an address in the place of each name of ENS."""
    found = addresses(places(lines, name))
    return [replace(line, address=address) for line, address in zip(lines, found.values(), strict=True)]


def refuse_names(accounts: Mapping[str, str]) -> Mapping[str, str]:
    """The accounts, which must be addresses; raises UsageError for a name, which only a project can look up."""
    for place, account in accounts.items():
        if is_name(account):
            raise UsageError(f'{place}: "{account}" is a name, and there is no project', "collection -C PROJECT ...")
    return accounts


def places(lines: Iterable[Line], name: str) -> dict[str, str]:
    """Whom each line of the list `name` says, address or name, by the place where it stands."""
    return {f"{name}, line {line.number}": line.address for line in lines}


def _rows(text: str) -> Iterable[list[str]]:
    return csv.reader(text.removeprefix("\ufeff").splitlines())


def _line(number: int, row: Sequence[str], column: str | None, name: str) -> Line:
    where, width = f"{name}, line {number}", 2 if column else 1
    if len(row) != width:
        raise UsageError(f"{where}: {len(row)} values, where {width} are expected: {','.join(row)}", FORM)
    if wrong := wrong_account(row[0]):
        raise UsageError(f'{where}: "{row[0]}" is no address that tokens can go to', wrong)
    address = row[0] if is_name(row[0]) else str(checksummed(row[0]))
    if column is None:
        return Line(number, address)
    if not (row[1].isascii() and row[1].isdigit() and 0 < int(row[1]) < 2**32):
        raise UsageError(f'{where}: {column} is "{row[1]}"', "a whole number from 1 on")
    return Line(number, address, **{column: int(row[1])})


def assigned(lines: Sequence[Line], free: Sequence[int], open_tokens: Iterable[int], name: str) -> dict[int, str]:
    """The owner of each token that a list gives out, by token id.

    Lines with a count get the next of `free`, in their order; lines with a token get it if it is one of `open_tokens`,
    which are not minted. Raises UsageError where there are too few, or a token is named twice or minted.
    """
    found: dict[int, str] = {}
    wanted = sum(line.count for line in lines if line.token is None)
    if wanted > len(free):
        raise UsageError(f"{name} gives out {amount(wanted, 'token')}, and {len(free)} are not given out yet")
    there, ids = set(open_tokens), iter(free)
    for line in lines:
        if line.token is None:
            found.update((next(ids), line.address) for _ in range(line.count))
            continue
        if line.token not in there:
            raise UsageError(
                f"{name}, line {line.number}: token {line.token} is minted already, or not in the frozen set"
            )
        if line.token in found:
            raise UsageError(f"{name}, line {line.number}: token {line.token} is named twice")
        found[line.token] = line.address
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Kinds:
    """Owners by what there is at their addresses."""

    accounts: Sequence[str] = ()
    """No code: somebody's key, or nobody's; the chain cannot tell."""
    delegated: Sequence[str] = ()
    """Accounts that run a contract's code (EIP-7702) and answer as receivers; their key moves the tokens."""
    delegated_silent: Sequence[str] = ()
    """The same, but they do not answer: a mint reaches them, safe transfers to them fail."""
    contracts: Sequence[str] = ()
    """Contracts that answer as receivers of ERC-721 tokens."""
    refusing: Sequence[str] = ()
    """Contracts that do not: a token there may never be moved again."""

    def as_json(self) -> Mapping[str, list[str]]:
        """Addresses by kind."""
        return {name: list(getattr(self, name)) for name in self.__slots__}


def classify(chain: Chain, addresses: Iterable[str], token: str, sender: str, *, copies: bool = False) -> Kinds:
    """What there is at each address: asks for its code, and those with code whether they take an ERC-721 token.

    `token` is the contract that the tokens are of, which is asked from; `sender` the account that mints. With `copies`
    they are asked whether they take a copy by ERC-1155.
    """
    from hexbytes import HexBytes

    unique = sorted(set(addresses))
    if token in unique:
        raise ChainError(f"{token} is the collection's own contract: what goes there can never be moved")
    answers = chain.ask_all([("eth_getCode", [address, "latest"]) for address in unique])
    codes = {address: bytes(HexBytes(answer)) for address, answer in zip(unique, answers, strict=True)}
    found: dict[str, list[str]] = {name: [] for name in Kinds.__slots__}
    for address, code in codes.items():
        if not code:
            found["accounts"].append(address)
            continue
        takes = _takes(chain, address, token, sender, copies)
        delegated = len(code) == 23 and code.startswith(_DELEGATED)
        if delegated:
            found["delegated" if takes else "delegated_silent"].append(address)
        else:
            found["contracts" if takes else "refusing"].append(address)
    return Kinds(**found)


def refuse_contracts(kinds: Kinds) -> None:
    """Raise ChainError where a token would go to a contract that does not say that it can receive one."""
    if kinds.refusing:
        raise ChainError(
            f"{amount(len(kinds.refusing), 'contract')} that cannot receive a token: {', '.join(kinds.refusing)}",
            "name other owners, or airdrop --anyway, if somebody can move tokens from there",
        )


def refuse_copies(kinds: Kinds) -> None:
    """Raise ChainError where a copy would go to code that takes none: ERC-1155 refuses the whole transaction then."""
    refusing = [*kinds.refusing, *kinds.delegated_silent]
    if refusing:
        raise ChainError(
            f"{amount(len(refusing), 'contract')} that cannot receive a copy (ERC-1155): {', '.join(refusing)}",
            "name other owners: a transaction with one of these would be refused as a whole",
        )


def _takes(chain: Chain, address: str, token: str, sender: str, copies: bool) -> bool:
    """Whether code answers onERC721Received, or onERC1155Received for `copies`, as the standard wants it, for a token
    that `sender` mints."""
    from eth_abi.abi import encode

    selector, numbers = (_RECEIVED_COPY, [1, 1]) if copies else (_RECEIVED, [1])
    types = ["address", "address", *("uint256" for _ in numbers), "bytes"]
    arguments = encode(types, [sender, NOBODY, *numbers, b""])
    call = {"to": address, "data": f"0x{selector}{arguments.hex()}"}
    for asking in ({"from": token}, {}):  # some test chains let only accounts ask
        try:
            [answer] = chain.ask_all([("eth_call", [{**call, **asking}, "latest"])])
        except ChainError:
            continue
        return str(answer)[:10].lower() == f"0x{selector}"
    return False
