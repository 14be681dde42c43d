"""What cannot be published: checked of every token before any file is written, and told all at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from collection.config.publishing import TraitType
from collection.config.types import TURNING
from collection.errors import MetadataError
from collection.publish.model import ContractMetadata, TokenMetadata
from collection.publish.traits import Trait

NAME, DESCRIPTION, TRAIT_NAME, TRAIT_VALUE, TRAITS, URI = 200, 10_000, 100, 1_000, 100, 2_000
"""The most characters of each, and traits of a token: several times what any marketplace shows. Each export target has
limits of its own (`collection export-set`)."""
LINE = 500
"""The most characters that a line about the marks of a picture adds to a description."""

_CONTROL = "\x00-\x1f\x7f-\x9f\ud800-\udfff"
_WRONG = re.compile(f"[{_CONTROL}{TURNING}]")
_WRONG_IN_LINES = re.compile(f"(?![\\n\\t\\r])[{_CONTROL}{TURNING}]")


def check_metadata(
    contract: ContractMetadata, tokens: Iterable[tuple[str, TokenMetadata]], types: Mapping[str, TraitType]
) -> None:
    """Raise MetadataError, which names file, token and field of every mistake, unless all of it can be published.

    Each token comes with where it is from, in words: image 0007 (cat.png). `types` are those of `Config.trait_types`.
    """
    wanted = {name.casefold(): kind for name, kind in types.items()}
    found = [
        *_of_contract(contract),
        *(line for source, token in tokens for line in _of_token(source, token, wanted, contract)),
    ]
    if found:
        hint = "correct them in collection.toml or in the files beside the pictures, then run `collection freeze`"
        raise MetadataError.of(found, hint)


def _of_contract(contract: ContractMetadata) -> Iterator[str]:
    """What is wrong with what every token shares: it is told once."""
    yield from (f"collection.toml: title: {why}" for why in _of_text(contract.name, NAME))
    yield from (
        f"collection.toml: description: {why}" for why in _of_text(contract.description, DESCRIPTION, lines=True)
    )


def _of_token(
    source: str, token: TokenMetadata, wanted: Mapping[str, TraitType], contract: ContractMetadata
) -> Iterator[str]:
    where = f"token {token.token_id}, {source}"
    yield from (f"{where}: name: {why}" for why in _of_text(token.name, NAME))
    shared = contract.description if token.description.startswith(contract.description) else ""
    own, most = token.description.removeprefix(shared), max(LINE, DESCRIPTION - len(shared))
    yield from (f"{where}: description: {why}" for why in _of_text(own, most, lines=True))
    for name in ("animation_url", "external_url", "image"):
        yield from (f"{where}: {name}: {why}" for why in _of_text(getattr(token, name), URI))
    if len(token.traits) > TRAITS:
        yield f"{where}: traits: there are {len(token.traits)}, at most {TRAITS} can be published"
    names = {trait.name: trait.name.casefold() for trait in token.traits}
    if len(set(names.values())) < len(names):
        yield from (f"{where}: {why}" for why in _spelled_apart(names))
    for trait in token.traits:
        yield from (
            f"{where}: trait {trait.name!r}: {why}" for why in _of_trait(trait, wanted.get(trait.name.casefold()))
        )


def _spelled_apart(names: Mapping[str, str]) -> Iterator[str]:
    """The names that differ in their case alone; each comes with how it is compared."""
    spellings = defaultdict[str, list[str]](list)
    for name, compared in names.items():
        spellings[compared].append(name)
    for alike in spellings.values():
        if len(alike) > 1:
            yield f"traits {' and '.join(map(repr, alike))} have one name"


def _of_trait(trait: Trait, kind: TraitType | None) -> Iterator[str]:
    yield from (f"its name: {why}" for why in _of_text(trait.name, TRAIT_NAME))
    if isinstance(trait.value, str):
        yield from _of_text(trait.value, TRAIT_VALUE)
    elif isinstance(trait.max_value, int | float) and trait.value > trait.max_value:
        yield f"{trait.text} is above its max of {trait.max_value:g}"
    if kind and kind.type not in ("text", trait.type):
        noun = "date, such as 2026-11-27" if kind.type == "date" else "number"
        yield f"{str(trait.value)[:40]!r} is no {noun}, as collection.toml says"


def _of_text(text: str, most: int, *, lines: bool = False) -> Iterator[str]:
    if len(text) > most:
        yield f"it has {len(text):,} characters, at most {most:,} can be published"
    elif text.isascii() and text.isprintable():  # most are: nothing to look for
        return
    if wrong := (_WRONG_IN_LINES if lines else _WRONG).search(text):
        yield f"it holds the control character U+{ord(wrong[0]):04X}"
