"""Tables of contracts beside a token, sources handed to services, owners that lists name, and where names led to."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


class CompanionRow(SQLModel, table=True):
    """A contract beside a token: a splitter or a sale."""

    __tablename__ = "companion"
    __table_args__ = (UniqueConstraint("chain_id", "address"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    """splitter, sale."""
    network: str
    chain_id: int
    address: str
    deployer: str
    nonce: int
    artifact_sha256: str
    settings: str
    """JSON: what the constructor was told."""
    tx_hash: str | None = None
    status: str
    """intended, confirmed."""
    at: str


class RecipientRow(SQLModel, table=True):
    """To whom a token is to be minted, where a list of the project says so."""

    __tablename__ = "recipient"
    freeze_id: int = Field(primary_key=True, foreign_key="freeze.id")
    token_id: int = Field(primary_key=True)
    address: str


class SourceRow(SQLModel, table=True):
    """How far a service is with the source of a contract."""

    __tablename__ = "source"
    chain_id: int = Field(primary_key=True)
    address: str = Field(primary_key=True)
    service: str = Field(primary_key=True)
    """sourcify, etherscan, blockscout; with an address where it is not the public one."""
    ticket: str
    """The request's name at the service; empty: it was not told, or the run ended before."""
    status: str
    """intended, pending, verified, refused."""
    told: str
    """The service's words."""
    at: str


class NameRow(SQLModel, table=True):
    """Where a name of ENS led to when it was asked; of several rows of a name, the last one counts."""

    __tablename__ = "resolved_name"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    chain_id: int
    """Of the chain on which the address is an account."""
    address: str
    network: str
    """Whose registry was asked."""
    block: int
    at: str
