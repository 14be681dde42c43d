"""Queries of the publish, ipfs and chain rooms: tokens, pins, deployments, mints, verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, delete, select, update

from collection.store.database import Database, now
from collection.store.records import Deployment, Freeze, Mint, Pin, Token
from collection.store.rows import as_asset
from collection.store.tables import (
    AssetRow,
    DeploymentRow,
    FreezeRow,
    MintRow,
    PinRow,
    RecipeRow,
    TokenRow,
    VerificationRow,
)


class Publishing(Database):
    """What was published, where, and what the world said when it was asked."""

    # The frozen set

    def replace_freeze(
        self, freeze: Freeze, tokens: Sequence[tuple[int, int, str]], inputs: str, report: dict[str, Any]
    ) -> None:
        """Freeze: `tokens` are (token id, asset number, metadata sha256)."""
        with self._writing() as session:
            session.exec(delete(TokenRow))
            session.merge(
                FreezeRow(
                    id=1,
                    provenance=freeze.provenance,
                    images_cid=freeze.images_cid,
                    metadata_cid=freeze.metadata_cid,
                    root_cid=freeze.root_cid,
                    contract_metadata_sha256=freeze.contract_metadata_sha256,
                    frozen_at=now(),
                )
            )
            session.add_all(
                TokenRow(token_id=token_id, asset_id=asset_id, metadata_sha256=metadata)
                for token_id, asset_id, metadata in tokens
            )
            self._write_stage(session, "freeze", inputs, report)

    def frozen(self) -> Freeze | None:
        """The frozen set as a whole, or None."""
        with self._reading() as session:
            row = session.get(FreezeRow, 1)
        if row is None:
            return None
        return Freeze(row.provenance, row.images_cid, row.metadata_cid, row.root_cid, row.contract_metadata_sha256)

    def tokens(self) -> list[Token]:
        """The frozen tokens, by id."""
        query = (
            select(TokenRow, AssetRow, RecipeRow)
            .join(AssetRow, col(AssetRow.id) == col(TokenRow.asset_id))
            .join(RecipeRow, col(RecipeRow.id) == col(AssetRow.recipe_id), isouter=True)
            .order_by(col(TokenRow.token_id))
        )
        with self._reading() as session:
            return [
                Token(token.token_id, as_asset(asset, recipe.body if recipe else None), token.metadata_sha256)
                for token, asset, recipe in session.exec(query)
            ]

    # Pins

    def pins(self) -> list[Pin]:
        """Every pin, intended or done, oldest first."""
        with self._reading() as session:
            rows = session.exec(select(PinRow).order_by(col(PinRow.id)))
            return [Pin(row.root_cid, row.pinner, row.status, row.files, row.size) for row in rows]

    def record_pin(self, pin: Pin) -> None:
        """Write the intent before, and the receipt after, a pinner is asked."""
        with self._writing() as session:
            row = session.exec(
                select(PinRow).where(PinRow.root_cid == pin.root_cid, PinRow.pinner == pin.pinner)
            ).first()
            row = row or PinRow(root_cid=pin.root_cid, pinner=pin.pinner, status="", files=0, size=0, at="")
            row.status, row.files, row.size, row.at = pin.status, pin.files, pin.size, now()
            session.add(row)

    # Deployments

    def deployments(self) -> list[Deployment]:
        """Every contract that was intended or deployed, oldest first."""
        with self._reading() as session:
            return [_deployment(row) for row in session.exec(select(DeploymentRow).order_by(col(DeploymentRow.id)))]

    def deployment(self, chain_id: int, root_cid: str) -> Deployment | None:
        """The newest contract for that frozen set on that chain, intended or confirmed."""
        query = (
            select(DeploymentRow)
            .where(DeploymentRow.chain_id == chain_id, DeploymentRow.root_cid == root_cid)
            .order_by(col(DeploymentRow.id).desc())
        )
        with self._reading() as session:
            row = session.exec(query).first()
            return _deployment(row) if row else None

    def add_deployment(self, deployment: Deployment) -> Deployment:
        """Write the intent (its `id` is ignored); returns it with its id. The same address again is the same row."""
        with self._writing() as session:
            known = session.exec(
                select(DeploymentRow.id).where(
                    DeploymentRow.chain_id == deployment.chain_id, DeploymentRow.address == deployment.address
                )
            ).first()
            row = session.merge(DeploymentRow(**{**asdict(deployment), "id": known}, at=now()))
            session.flush()
            return _deployment(row)

    def update_deployment(self, deployment_id: int, *, tx_hash: str | None, status: str) -> None:
        """Write what became of a deployment."""
        with self._writing() as session:
            session.exec(
                update(DeploymentRow)
                .where(col(DeploymentRow.id) == deployment_id)
                .values(tx_hash=tx_hash, status=status, at=now())
            )

    def drop_deployment(self, deployment_id: int) -> None:
        """Forget a deployment that the chain does not know (a dev chain that was started anew)."""
        with self._writing() as session:
            for table in (MintRow, VerificationRow):
                session.exec(delete(table).where(col(table.deployment_id) == deployment_id))
            session.exec(delete(DeploymentRow).where(col(DeploymentRow.id) == deployment_id))

    # Mints

    def mints(self, deployment_id: int) -> list[Mint]:
        """The tokens of a deployment that were intended or minted, by id."""
        query = select(MintRow).where(MintRow.deployment_id == deployment_id).order_by(col(MintRow.token_id))
        with self._reading() as session:
            return [Mint(row.token_id, row.recipient, row.tx_hash, row.status) for row in session.exec(query)]

    def record_mints(self, deployment_id: int, mints: Sequence[Mint]) -> None:
        """Write a batch of intents before, or of receipts after, the chain is asked."""
        rows = [
            {
                "deployment_id": deployment_id, "token_id": mint.token_id, "recipient": mint.recipient,
                "tx_hash": mint.tx_hash, "status": mint.status, "at": now(),
            }
            for mint in mints
        ]  # fmt: skip
        with self._writing() as session:
            self._insert(session, MintRow, rows, replace=True)

    def record_verdicts(self, deployment_id: int, verdicts: Iterable[tuple[int, bool]]) -> None:
        """Write what verify found: (token id, proven)."""
        rows = [
            {"deployment_id": deployment_id, "token_id": token_id, "proven": proven, "at": now()}
            for token_id, proven in verdicts
        ]
        with self._writing() as session:
            self._insert(session, VerificationRow, rows, replace=True)

    def _publishing_counts(self) -> dict[str, int]:
        frozen = self.frozen()
        with self._reading() as session:
            tokens = session.exec(select(func.count()).select_from(TokenRow)).one()
            pinned = session.exec(
                select(func.count()).where(PinRow.status == "pinned", PinRow.root_cid == (frozen and frozen.root_cid))
            ).one()
            newest = session.exec(select(DeploymentRow.id).order_by(col(DeploymentRow.id).desc())).first()
            return {
                "frozen": tokens,
                "pinned": tokens if pinned else 0,
                "minted": self._count(session, MintRow, newest, col(MintRow.status) == "confirmed"),
                "verified": self._count(session, VerificationRow, newest, col(VerificationRow.proven)),
            }

    def _count(self, session: Session, table: Any, deployment_id: int | None, condition: Any) -> int:
        return session.exec(
            select(func.count()).select_from(table).where(table.deployment_id == deployment_id, condition)
        ).one()


def _deployment(row: DeploymentRow) -> Deployment:
    assert row.id is not None
    return Deployment(
        id=row.id,
        network=row.network,
        chain_id=row.chain_id,
        address=row.address,
        deployer=row.deployer,
        nonce=row.nonce,
        artifact_sha256=row.artifact_sha256,
        root_cid=row.root_cid,
        tx_hash=row.tx_hash,
        status=row.status,
    )
