"""Accounts as people write them: an address, or a name of ENS that leads to one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, WithJsonSchema

if TYPE_CHECKING:
    from collection.config.tables import Config

_ADDRESS = r"0x[0-9a-fA-F]{40}"
_ASCII_LABEL = re.compile(r"(?!.{2}--)_*[a-z0-9$-]*")
"""A label of a name that ENSIP-15 leaves as it is, of those without a letter beyond ASCII."""


def wrong_address(value: str) -> str | None:
    """Why a text is no address that anything may be sent to; None if it is one.

    In mixed case the checksum of EIP-55 must fit: otherwise a letter or two were mistyped. In one case there is none.
    """
    if not re.fullmatch(_ADDRESS, value):
        return "an address is 0x and 40 hexadecimal digits"
    digits = value[2:]
    if not int(digits, 16):
        return "the zero address is nobody's: what goes there can never be moved"
    if digits in (digits.lower(), digits.upper()):
        return None
    from eth_utils.address import is_checksum_address

    return (
        None
        if is_checksum_address(value)
        else "its checksum does not fit (EIP-55): copy the address again from where it comes from"
    )


_BURNED = {
    "000000000000000000000000000000000000dead", "dead000000000000000042069420694206942069", "dead" + "0" * 36,
    "dead" * 10, "f" * 40, "e" * 40,
}  # fmt: skip
"""Digits of addresses that are known for burning what is sent there."""
_OF_THE_CHAIN = 2**16
"""Addresses below are kept for contracts that are a part of the chain (precompiles, EIP-7587; those of L2s)."""


def _burning(address: str) -> str | None:
    """Why nobody can ever move what is sent to an address, although it is one; None where somebody may."""
    digits = address[2:].lower()
    if digits in _BURNED:
        return "that is a burn address: what goes there can never be moved"
    if int(digits, 16) < _OF_THE_CHAIN:
        return "that is a contract of the chain itself (a precompile): what goes there can never be moved"
    return None


def is_name(value: str) -> bool:
    """Whether a text is meant as a name of ENS: it has a dot, as no address has."""
    return "." in value


def wrong_account(value: str) -> str | None:
    """Why a text is neither an address of somebody nor a name of ENS in its normal form (ENSIP-15); None if it is."""
    if not is_name(value):
        wrong = wrong_address(value)
        if wrong is None:
            return _burning(value)
        return wrong if value.startswith("0x") else f"{wrong}, or a name of ENS such as alice.eth"
    if all(label and _ASCII_LABEL.fullmatch(label) for label in value.split(".")):
        return None
    from ens.exceptions import InvalidName
    from ens.utils import normalize_name

    try:
        normal = normalize_name(value)
    except InvalidName as error:
        return f"ENS has no such names (ENSIP-15): {error}"
    return None if normal == value else f'the name is not in its normal form (ENSIP-15), which is "{normal}"'


def _checked(value: str) -> str:
    if wrong := wrong_account(value):
        raise ValueError(wrong)
    return value


Account = Annotated[
    str, AfterValidator(_checked), WithJsonSchema({"type": "string", "pattern": rf"^({_ADDRESS}|[^\s.]+(\.[^\s.]+)+)$"})
]
"""An account: an address of 40 hexadecimal digits, in mixed case with the checksum of EIP-55, or in one case without;
or a name of ENS in its normal form."""


def published_names(config: Config) -> dict[str, str]:
    """The names of ENS that become addresses in the published documents, by the place where they stand."""
    return dict(_names(_published(config)))


def all_names(config: Config) -> dict[str, str]:
    """Every name of ENS in collection.toml, by the place where it stands."""
    others = {
        "royalties.receiver": config.royalties.receiver, "chain.recipient": config.chain.recipient,
        "chain.transfer_validator": config.chain.transfer_validator,
    }  # fmt: skip
    return dict(_names({**_published(config), **others}))


def _published(config: Config) -> dict[str, str | None]:
    artists = {f"artists[{number}].address": each.address for number, each in enumerate(config.artists)}
    editors = {f"publish.collaborators[{number}]": each for number, each in enumerate(config.publish.collaborators)}
    return {**artists, **editors}


def _names(accounts: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    for place, account in accounts.items():
        if account is not None and is_name(account):
            yield f"collection.toml, {place}", account


def with_addresses(config: Config, known: Mapping[str, str]) -> Config:
    """The configuration with the address of each name that is `known`; other names stay."""

    def at(account: str | None) -> str | None:
        return known.get(account, account) if account else account

    artists = tuple(each.model_copy(update={"address": at(each.address)}) for each in config.artists)
    collaborators = tuple(known.get(each, each) for each in config.publish.collaborators)
    return config.model_copy(
        update={
            "artists": artists,
            "publish": config.publish.model_copy(update={"collaborators": collaborators}),
            "royalties": config.royalties.model_copy(update={"receiver": at(config.royalties.receiver)}),
            "chain": config.chain.model_copy(
                update={
                    "recipient": at(config.chain.recipient),
                    "transfer_validator": at(config.chain.transfer_validator),
                }
            ),
        }
    )
