"""Routes to the links: the owner gives one, changes its role, takes it away. A name stands in the query of an address,
as that of a view does."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from collection.errors import NotFoundError
from collection.web.routes.dependencies import OWNER, Links, Text

router = APIRouter(prefix="/api/links", dependencies=[OWNER])

Name = Annotated[Text, Field(max_length=100)]


class UnknownNameError(NotFoundError):
    """Nobody of that name may come in."""


class LinkRequest(BaseModel):
    """A name, and what its link lets it do."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    role: Annotated[Text, Field(max_length=20)] = "curator"


@router.post("")
def add(tokens: Links, link: LinkRequest) -> dict[str, Any]:
    """Give a name a link that holds until it is revoked, or another role."""
    tokens.add(link.name, link.role)
    return {"name": link.name, "role": link.role}


@router.delete("")
def revoke(tokens: Links, name: Annotated[Text, Query(max_length=100)]) -> dict[str, Any]:
    """Take a link away: it and every browser that came in by it are refused from now on."""
    if name not in tokens.curators:
        raise UnknownNameError(f"{name} has no link", f"those who have: {', '.join(tokens.curators)}")
    tokens.revoke(name)
    return {"name": name}
