"""Addresses: a mistyped one is refused wherever one is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from collection.chain.addresses import NOBODY, checksummed, created_address
from collection.chain.recipients import read_list
from collection.config.accounts import wrong_account
from collection.errors import ChainError, ConfigError, UsageError
from collection.project import open_project

ADDRESSES = st.binary(min_size=20, max_size=20).filter(any).map(lambda data: to_checksum_address("0x" + data.hex()))
TEXT = 'title = "T"\nsupply = 1\nseed = 1\n[[series]]\nname = "day"\nprompt = "noon"\n'
PLACES = ['[chain]\nrecipient = "{}"\n', '[royalties]\nreceiver = "{}"\n', '[[artists]]\nname = "A"\naddress = "{}"\n']
PLACES += ['[publish]\ncollaborators = ["{}"]\n', '[chain]\nkey = "signer:{}@http://127.0.0.1:8550"\n']
TYPO = "0x70997970C51812dc3A010C7d01b50e0d17dc97C8"  # two neighbours swapped


@given(ADDRESSES)
def test_an_address_is_taken_with_its_checksum_or_in_one_case(address: str) -> None:
    upper = f"0x{address[2:].upper()}"
    assert checksummed(address) == checksummed(address.lower()) == checksummed(upper) == address


@given(ADDRESSES, st.data())
def test_one_letter_in_the_other_case_is_refused(address: str, data: st.DataObject) -> None:
    letters = [place for place, letter in enumerate(address) if place > 1 and letter.isalpha()]
    if not letters:
        return
    place = data.draw(st.sampled_from(letters))
    typed = address[:place] + address[place].swapcase() + address[place + 1 :]
    if typed[2:] in (typed[2:].lower(), typed[2:].upper()):
        return
    with pytest.raises(ChainError) as caught:
        checksummed(typed)
    assert "EIP-55" in str(caught.value.hint)


@pytest.mark.parametrize(
    "text", ["", "0x", "0x1234", "vitalik.eth", "70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x" + "g" * 40]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ChainError, match="is no address"):
        checksummed(text)


def test_the_zero_address_is_known_and_nothing_is_sent_to_it() -> None:
    assert checksummed(NOBODY) == NOBODY, "the chain says it of tokens that nobody had before"
    assert created_address(checksummed("0x" + "11" * 20), 0) == checksummed(
        created_address("0x" + "11" * 20, 0).lower()
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("address", "words"),
    [(TYPO, "its checksum does not fit"), (NOBODY, "the zero address is nobody's"), ("0x12", "40 hexadecimal digits")],
)
def test_it_is_refused_when_the_file_is_read(tmp_path: Path, place: str, address: str, words: str) -> None:
    (tmp_path / "collection.toml").write_text(TEXT + place.format(address))
    with pytest.raises(ConfigError, match=words) as caught:
        open_project(tmp_path)
    assert "signer" in place or address in caught.value.message, "what stands under key may be secret"
    line = len((TEXT + place).splitlines())
    assert f"collection.toml:{line}: " in caught.value.message
    (tmp_path / "collection.toml").write_text(TEXT + place.format("0x70997970c51812dc3a010c7d01b50e0d17dc79c8"))
    open_project(tmp_path).close()


@pytest.mark.parametrize("place", [each for each in PLACES if "signer" not in each])
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("0x000000000000000000000000000000000000dEaD", "a burn address"),
        ("0xdead000000000000000042069420694206942069", "a burn address"),
        ("0xffffffffffffffffffffffffffffffffffffffff", "a burn address"),
        ("0x0000000000000000000000000000000000000001", "a precompile"),
        ("0x0000000000000000000000000000000000000100", "a precompile"),
    ],
)
def test_where_nobody_can_move_anything_is_refused_when_the_file_is_read(
    tmp_path: Path, place: str, address: str, words: str
) -> None:
    (tmp_path / "collection.toml").write_text(TEXT + place.format(address))
    with pytest.raises(ConfigError, match=words):
        open_project(tmp_path)
    assert checksummed(address).lower() == address.lower(), "a chain may say it of what somebody sent there"


def test_a_list_and_a_wish_name_nobody_who_cannot_move_it() -> None:
    burned = "0x000000000000000000000000000000000000dEaD"
    with pytest.raises(UsageError, match=r"list.csv, line 2: .* no address that tokens can go to") as caught:
        read_list(f"address,count\n{burned},1\n", "list.csv")
    assert "burn address" in str(caught.value.hint)
    assert wrong_account("0x0000000000000000000000000000000000010000") is None, "it may be somebody's"
