"""Queries of the chain room: contracts beside the token, published sources, owners that lists name, names of ENS."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlmodel import col, delete, select, update

from collection.store.contract_tables import CompanionRow, NameRow, RecipientRow, SourceRow
from collection.store.database import Database, now
from collection.store.publication_records import Companion, Freeze, ResolvedName, SourceRequest
from collection.values import canonical_json


class Contracts(Database):
    """Splitters and sales, published sources, planned recipients, and names."""

    # Contracts beside the token

    def companions(self, chain_id: int, kind: str | None = None) -> list[Companion]:
        """The contracts beside tokens on a chain, intended or confirmed, oldest first; of one kind if it is named."""
        query = select(CompanionRow).where(CompanionRow.chain_id == chain_id).order_by(col(CompanionRow.id))
        with self._reading() as session:
            return [_companion(row) for row in session.exec(query) if kind in (None, row.kind)]

    def add_companion(self, companion: Companion) -> Companion:
        """Write the intent (its `id` is ignored); returns it with its id. The same address again is the same row."""
        with self._writing() as session:
            known = session.exec(
                select(CompanionRow.id).where(
                    CompanionRow.chain_id == companion.chain_id, CompanionRow.address == companion.address
                )
            ).first()
            said = canonical_json(dict(companion.settings)).decode()
            row = session.merge(CompanionRow(**{**asdict(companion), "id": known, "settings": said}, at=now()))
            session.flush()
            return _companion(row)

    def update_companion(self, companion_id: int, *, tx_hash: str | None, status: str) -> None:
        """Write what became of it."""
        changed = update(CompanionRow).where(col(CompanionRow.id) == companion_id)
        with self._writing() as session:
            session.exec(changed.values(tx_hash=tx_hash, status=status, at=now()))

    def drop_companion(self, companion_id: int) -> None:
        """Forget a contract that the chain does not have."""
        with self._writing() as session:
            session.exec(delete(CompanionRow).where(col(CompanionRow.id) == companion_id))

    # Published sources

    def source_request(self, chain_id: int, address: str, service: str) -> SourceRequest | None:
        """How far a service is with the source of a contract, as far as was noted; None: it was never asked."""
        with self._reading() as session:
            row = session.get(SourceRow, (chain_id, address, service))
            return SourceRequest(row.ticket, row.status, row.told) if row else None

    def note_source_request(self, chain_id: int, address: str, service: str, request: SourceRequest) -> None:
        """Write how far it is."""
        with self._writing() as session:
            session.merge(SourceRow(chain_id=chain_id, address=address, service=service, **asdict(request), at=now()))

    # Planned recipients

    def recipients(self, freeze: Freeze) -> dict[int, str]:
        """To whom tokens of a frozen set are to be minted, by id, where a list said so."""
        query = select(RecipientRow).where(RecipientRow.freeze_id == freeze.id).order_by(col(RecipientRow.token_id))
        with self._reading() as session:
            return {row.token_id: row.address for row in session.exec(query)}

    def plan_recipients(self, freeze: Freeze, recipients: Mapping[int, str]) -> None:
        """Keep to whom tokens are to be minted, before any of them is; other tokens stay as they were planned."""
        rows: list[dict[str, Any]] = [
            {"freeze_id": freeze.id, "token_id": token_id, "address": address}
            for token_id, address in recipients.items()
        ]
        with self._writing() as session:
            self._insert(session, RecipientRow, rows, replace=True)

    def forget_recipients(self, freeze: Freeze, token_ids: Iterable[int]) -> None:
        """Forget to whom lists wanted some tokens to be minted."""
        forgotten = delete(RecipientRow).where(
            col(RecipientRow.freeze_id) == freeze.id, col(RecipientRow.token_id).in_(list(token_ids))
        )
        with self._writing() as session:
            session.exec(forgotten)

    # Names

    def resolved_names(self, chain_id: int) -> dict[str, ResolvedName]:
        """Where names lead to on a chain, by name: what was last kept of each."""
        query = select(NameRow).where(NameRow.chain_id == chain_id).order_by(col(NameRow.id))
        with self._reading() as session:
            return {
                row.name: ResolvedName(row.name, row.chain_id, row.address, row.network, row.block)
                for row in session.exec(query)
            }

    def keep_names(self, names: Iterable[ResolvedName]) -> None:
        """Keep where names lead to; what was kept of them before stays beside it, and no longer counts."""
        with self._writing() as session:
            session.add_all([NameRow(**asdict(name), at=now()) for name in names])


def _companion(row: CompanionRow) -> Companion:
    assert row.id is not None
    return Companion(
        id=row.id,
        kind=row.kind,
        network=row.network,
        chain_id=row.chain_id,
        address=row.address,
        deployer=row.deployer,
        nonce=row.nonce,
        artifact_sha256=row.artifact_sha256,
        settings=json.loads(row.settings),
        tx_hash=row.tx_hash,
        status=row.status,
    )
