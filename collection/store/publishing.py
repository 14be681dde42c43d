"""Queries of the publish, ipfs and chain rooms: tokens, pins, deployments, mints, verdicts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, delete, select, update

from collection.store.database import Database, now
from collection.store.publication_records import Deployment, Extras, Freeze, Mint, Pin, PublishedImage, Token
from collection.store.rows import among, as_asset
from collection.store.tables import (
    AssetRow,
    DeploymentRow,
    FreezeRow,
    MarkedImageRow,
    MintRow,
    PinRow,
    RecipeRow,
    StageRunRow,
    TokenRow,
    VerificationRow,
)
from collection.values import canonical_json

VERIFY = "verify"
"""The stage under which it is kept what the last look at the newest contract found."""
FREEZE_METADATA = "freeze-metadata"
"""The stage under which it is kept whether the metadata of the newest contract is frozen."""


class Publishing(Database):
    """Frozen sets, and the pins, deployments, mints and verdicts that belong to them."""

    # Frozen sets

    def add_freeze(
        self,
        freeze: Freeze,
        tokens: Sequence[tuple[int, int, str, str]],
        inputs: str,
        report: dict[str, Any],
        extras: Mapping[int, Extras] | None = None,
    ) -> Freeze:
        """Keep a frozen set and make it the current one; returns it with its id. Earlier ones stay as they are.

        `tokens` are (token id, asset number, sha256 of the image, sha256 of the metadata), `extras` their further files
        by token id. A set of the same root is the same set: it becomes the current one again, with its deployments.
        """
        with self._writing() as session:
            session.exec(update(FreezeRow).values(current=False))
            row = session.exec(select(FreezeRow).where(FreezeRow.root_cid == freeze.root_cid)).first()
            if row is None:
                row = _freeze_row(freeze)
                session.add(row)
                session.flush()
                kept = _freeze(row).id
                rows = [
                    {
                        "freeze_id": kept, "token_id": token_id, "asset_id": asset_id, "image_sha256": image,
                        "metadata_sha256": metadata, "files": _files_text((extras or {}).get(token_id, {})),
                    }
                    for token_id, asset_id, image, metadata in tokens
                ]  # fmt: skip
                self._insert(session, TokenRow, rows, replace=True)
            row.current = True
            session.add(row)
            self._write_stage(session, "freeze", inputs, report)
            session.flush()
            return _freeze(row)

    def make_current(self, freeze: Freeze, inputs: str, report: dict[str, Any]) -> None:
        """Make a version the current one; `inputs` is what freezing would look at now, so that nothing is pending."""
        with self._writing() as session:
            session.exec(update(FreezeRow).values(current=col(FreezeRow.id) == freeze.id))
            self._write_stage(session, "freeze", inputs, report)

    def unfreeze(self) -> None:
        """Make no version the current one; all are kept."""
        with self._writing() as session:
            session.exec(update(FreezeRow).values(current=False))
            session.exec(delete(StageRunRow).where(col(StageRunRow.stage) == "freeze"))

    def frozen(self) -> Freeze | None:
        """The current frozen set as a whole, or None."""
        rows = self.once_a_moment("frozen", lambda: self._freezes(col(FreezeRow.current).is_(True)))
        return next(map(_freeze, rows), None)

    def freezes(self) -> list[Freeze]:
        """Every version of the frozen set, oldest first."""
        return [_freeze(row) for row in self._freezes()]

    def frozen_as(self, root_cid: str) -> Freeze | None:
        """The frozen set of that root, current or not; None if there never was one, or none was kept."""
        return next((_freeze(row) for row in self._freezes(col(FreezeRow.root_cid) == root_cid)), None)

    def _freezes(self, *conditions: ColumnElement[bool]) -> list[FreezeRow]:
        with self._reading() as session:
            return list(session.exec(select(FreezeRow).where(*conditions).order_by(col(FreezeRow.id))))

    def tokens(self, freeze: Freeze | None = None) -> list[Token]:
        """The tokens of a frozen set, by id; of the current one if none is named."""
        query = (
            select(TokenRow, AssetRow, RecipeRow)
            .join(FreezeRow, col(FreezeRow.id) == col(TokenRow.freeze_id))
            .join(AssetRow, col(AssetRow.id) == col(TokenRow.asset_id))
            .join(RecipeRow, col(RecipeRow.id) == col(AssetRow.recipe_id), isouter=True)
            .where(col(FreezeRow.id) == freeze.id if freeze else col(FreezeRow.current))
            .order_by(col(TokenRow.token_id))
        )
        with self._reading() as session:
            return [
                Token(
                    token.token_id,
                    as_asset(asset, recipe.body if recipe else None),
                    token.image_sha256,
                    token.metadata_sha256,
                    {folder: (sha256, suffix) for folder, (sha256, suffix) in json.loads(token.files).items()},
                )
                for token, asset, recipe in session.exec(query)
            ]

    def token_ids(self) -> list[int]:
        """The ids of the tokens of the current frozen set, in order."""
        query = (
            select(TokenRow.token_id)
            .join(FreezeRow, col(FreezeRow.id) == col(TokenRow.freeze_id))
            .where(col(FreezeRow.current))
            .order_by(col(TokenRow.token_id))
        )
        with self._reading() as session:
            return list(session.exec(query))

    # Marked pictures

    def marked_images(self, column: str, values: Sequence[str]) -> dict[str, PublishedImage]:
        """The marked pictures whose `made_from` or `image_sha256` is among `values`, by that."""
        wanted, found = getattr(MarkedImageRow, column), dict[str, PublishedImage]()
        with self._reading() as session:
            for first in range(0, len(values), 500):  # SQLite takes 999 values
                query = select(MarkedImageRow).where(wanted.in_(values[first : first + 500]))
                for row in session.exec(query):
                    image = PublishedImage(row.image_sha256, row.pixel_sha256, json.loads(row.disclosure))
                    found[getattr(row, column)] = image
        return found

    def add_marked_images(self, images: Mapping[str, PublishedImage]) -> None:
        """Remember marked pictures by what they were made from; their files are written."""
        rows = [
            {
                "made_from": made_from, "image_sha256": image.image_sha256, "pixel_sha256": image.pixel_sha256,
                "disclosure": canonical_json(dict(image.disclosure)).decode(),
            }
            for made_from, image in images.items()
        ]  # fmt: skip
        with self._writing() as session:
            self._insert(session, MarkedImageRow, rows, replace=True)

    def published_images(self, tokens: Sequence[Token]) -> list[PublishedImage]:
        """The pictures of tokens as they are published."""
        marked = self.marked_images("image_sha256", [token.image_sha256 for token in tokens])
        return [
            marked.get(token.image_sha256) or PublishedImage(token.image_sha256, token.asset.pixel_sha256)
            for token in tokens
        ]

    # Pins

    def pins(self) -> list[Pin]:
        """Every pin, intended or done, oldest first."""
        with self._reading() as session:
            rows = session.exec(select(PinRow).order_by(col(PinRow.id)))
            return [
                Pin(row.root_cid, row.pinner, row.status, row.files, row.size, json.loads(row.notes)) for row in rows
            ]

    def record_pin(self, pin: Pin) -> None:
        """Write the intent before, and the receipt after, a pinner is asked."""
        with self._writing() as session:
            row = session.exec(
                select(PinRow).where(PinRow.root_cid == pin.root_cid, PinRow.pinner == pin.pinner)
            ).first()
            row = row or PinRow(root_cid=pin.root_cid, pinner=pin.pinner, status="", files=0, size=0, at="")
            row.status, row.files, row.size, row.at = pin.status, pin.files, pin.size, now()
            row.notes = canonical_json(dict(pin.notes)).decode()
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
        """Write the intent (its `id` is ignored); returns it with its id.

        The same address again is the same row, of a chain that began anew: what was minted there before is forgotten.
        So is what the chain said of an earlier contract.
        """
        with self._writing() as session:
            known = session.exec(
                select(DeploymentRow.id).where(
                    DeploymentRow.chain_id == deployment.chain_id, DeploymentRow.address == deployment.address
                )
            ).first()
            self._forget_tokens(session, known)
            session.exec(delete(StageRunRow).where(col(StageRunRow.stage).in_([VERIFY, FREEZE_METADATA])))
            said = None if deployment.settings is None else canonical_json(dict(deployment.settings)).decode()
            row = session.merge(DeploymentRow(**{**asdict(deployment), "id": known, "settings": said}, at=now()))
            session.flush()
            return _deployment(row)

    def update_deployment(
        self, deployment_id: int, *, tx_hash: str | None, status: str, block: int | None = None
    ) -> None:
        """Write what became of a deployment; `block`, where it is known now, is the one that the contract is in."""
        told: dict[str, Any] = {"tx_hash": tx_hash, "status": status, "at": now()}
        with self._writing() as session:
            session.exec(
                update(DeploymentRow)
                .where(col(DeploymentRow.id) == deployment_id)
                .values(**told, **({} if block is None else {"block": block}))
            )

    def drop_deployment(self, deployment_id: int) -> None:
        """Forget a deployment that the chain does not know (a dev chain that was started anew)."""
        with self._writing() as session:
            self._forget_tokens(session, deployment_id)
            session.exec(delete(DeploymentRow).where(col(DeploymentRow.id) == deployment_id))

    def _forget_tokens(self, session: Session, deployment_id: int | None) -> None:
        for table in (MintRow, VerificationRow):
            session.exec(delete(table).where(col(table.deployment_id) == deployment_id))

    # Metadata of a contract

    def record_metadata_frozen(self, deployment: Deployment, frozen: bool) -> None:
        """Remember whether the metadata of a contract can still be moved, as the chain says."""
        self.record_stage(FREEZE_METADATA, f"{deployment.chain_id} {deployment.address}", {"frozen": frozen})

    def metadata_frozen(self, deployment: Deployment) -> bool | None:
        """What the chain last said of that; None where it was another contract, or was never asked."""
        if self.stage_inputs(FREEZE_METADATA) != f"{deployment.chain_id} {deployment.address}":
            return None
        return bool(self.stage_report(FREEZE_METADATA)["frozen"])

    # Mints

    def mints(self, deployment_id: int) -> list[Mint]:
        """The tokens of a deployment that were intended or minted, by id."""
        query = (
            select(MintRow.token_id, MintRow.recipient, MintRow.tx_hash, MintRow.status)
            .where(MintRow.deployment_id == deployment_id)
            .order_by(col(MintRow.token_id))
        )
        with self._reading() as session:
            return [Mint(*row) for row in session.exec(query)]

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

    def follow_mints(self, deployment_id: int, token_ids: Sequence[int], tx_hash: str, status: str) -> None:
        """Write by which transaction recorded tokens are minted, and how far it is."""
        which = col(MintRow.deployment_id) == deployment_id, among(MintRow.token_id, token_ids)
        with self._writing() as session:
            session.exec(update(MintRow).where(*which).values(tx_hash=tx_hash, status=status, at=now()))

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
        root = frozen.root_cid if frozen else ""
        with self._reading() as session:
            tokens = session.exec(
                select(func.count()).select_from(TokenRow).where(TokenRow.freeze_id == (frozen.id if frozen else 0))
            ).one()
            pinned = session.exec(select(func.count()).where(PinRow.status == "pinned", PinRow.root_cid == root)).one()
            deployments = select(DeploymentRow.id).where(DeploymentRow.root_cid == root)
            newest = session.exec(deployments.order_by(col(DeploymentRow.id).desc())).first()
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


def _files_text(extras: Extras) -> str:
    if not extras:
        return "{}"
    return canonical_json({folder: list(file) for folder, file in extras.items()}).decode()


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
        settings=None if row.settings is None else json.loads(row.settings),
        block=row.block,
    )


def _freeze_row(freeze: Freeze) -> FreezeRow:
    return FreezeRow(
        provenance=freeze.provenance,
        images_cid=freeze.images_cid,
        metadata_cid=freeze.metadata_cid,
        root_cid=freeze.root_cid,
        contract_metadata_sha256=freeze.contract_metadata_sha256,
        settings=canonical_json(dict(freeze.settings)).decode(),
        proof_sha256=freeze.proof_sha256,
        frozen_at=now(),
    )


def _freeze(row: FreezeRow) -> Freeze:
    assert row.id is not None
    return Freeze(
        provenance=row.provenance,
        images_cid=row.images_cid,
        metadata_cid=row.metadata_cid,
        root_cid=row.root_cid,
        contract_metadata_sha256=row.contract_metadata_sha256,
        settings=json.loads(row.settings),
        proof_sha256=row.proof_sha256,
        id=row.id,
        frozen_at=row.frozen_at,
    )
