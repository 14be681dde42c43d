"""Directories too large for one block: a hash array mapped trie of 256 slots a node.

The slot of a name at depth d is byte d of its 64-bit MurmurHash3 (x64 variant, first half, big-endian). A slot
with one name links straight to its entry and is called by the slot's two hex digits and the name; a slot with more
links to the next shard and is called by the two digits alone. Source: UnixFS specification, section HAMT sharding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from collection.errors import PinError
from collection.unixfs.dag import Kind, Link, Node

FANOUT = 256
DEPTH = 8
"""Shards above one another before a hash is used up."""
_PREFIX = 2


def name_hash(name: str) -> bytes:
    """The eight bytes that lead to a name, one for each depth."""
    import mmh3

    first: int = mmh3.hash64(name.encode(), seed=0, x64arch=True, signed=False)[0]
    return first.to_bytes(8, "big")


def shard(entries: Iterable[Link], keep: Callable[[Node], Link]) -> Link:
    """The link to a sharded directory of these named links; `keep` stores a node and links to it."""
    return _shard([(name_hash(link.name), link) for link in entries], 0, keep)


def _shard(entries: Sequence[tuple[bytes, Link]], depth: int, keep: Callable[[Node], Link]) -> Link:
    if depth == DEPTH:
        names = " and ".join(sorted(link.name for _, link in entries))
        raise PinError(f"{names} have the same 64-bit hash and cannot lie in one directory", "rename one of them")
    slots: defaultdict[int, list[tuple[bytes, Link]]] = defaultdict(list)
    for entry in entries:
        slots[entry[0][depth]].append(entry)
    links = []
    for slot in sorted(slots):
        inside = slots[slot]
        below = inside[0][1] if len(inside) == 1 else _shard(inside, depth + 1, keep)
        links.append(Link(below.cid, below.size, f"{slot:02X}{below.name}"))
    return keep(Node(Kind.SHARD, links, _bit_field(slots), fanout=FANOUT))


def _bit_field(slots: Iterable[int]) -> bytes:
    """One bit for each slot in use, slot 0 lowest; big-endian, without leading zero bytes."""
    bits = sum(1 << slot for slot in slots)
    return bits.to_bytes((bits.bit_length() + 7) // 8, "big")


def slot_of(name: str, depth: int) -> str:
    """The two hex digits under which a name is found at a depth."""
    return f"{name_hash(name)[depth]:02X}"


def is_subshard(link: Link) -> bool:
    """Whether a shard's link leads to a further shard rather than to an entry."""
    return len(link.name) == _PREFIX


def entry_name(link: Link) -> str:
    """The directory entry's name in a shard's link."""
    return link.name[_PREFIX:]
