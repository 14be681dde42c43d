"""The networks that a configuration can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any


def networks() -> Sequence[Mapping[str, Any]]:
    """Each network: name, chain_id, kind (embedded, local, test, main), currency, explorer ("" where none is known)."""
    from collection.chain.explorers import explorer_of
    from collection.chain.networks import NETWORKS

    return [{**asdict(each), "currency": each.currency, "explorer": explorer_of(each)} for each in NETWORKS.values()]
