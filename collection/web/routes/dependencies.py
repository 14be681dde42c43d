"""What every route may depend on: the review app, and the curator whose token let the request in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Path, Request
from pydantic import AfterValidator

from collection.curate.search.catalogue import Snapshot
from collection.web.review_app import ReviewApp
from collection.web.tokens import ROLES, Tokens

LARGEST = 2**53 - 1
"""The largest integer that JSON holds everywhere."""


async def app_of(request: Request) -> ReviewApp:
    """The review app that this server serves."""
    app: ReviewApp = request.app.state.review
    return app


async def curator_of(request: Request) -> str:
    """The curator whose token let the request in."""
    curator: str = request.state.curator
    return curator


async def tokens_of(request: Request) -> Tokens:
    """The links of this server."""
    tokens: Tokens = request.app.state.tokens
    return tokens


async def role_of(request: Request) -> str:
    """The role of the curator whose token let the request in."""
    role: str = request.state.role
    return role


def only(*roles: str) -> Callable[[Request], Awaitable[None]]:
    """A dependency that refuses whoever has none of these roles."""

    async def check(request: Request) -> None:
        role = request.state.role
        if role not in roles:
            raise HTTPException(403, f"a {role} may not do that; {_either(roles)} may")

    return check


def _either(roles: tuple[str, ...]) -> str:
    named = [f"{'an' if role == 'owner' else 'a'} {role}" for role in ROLES if role in roles]
    return " or ".join(named).replace("an owner", "the owner")


OWNER = Depends(only("owner"))
DECIDES = Depends(only("owner", "curator"))
VOTES = Depends(only("owner", "curator", "voter"))
LOOKS = Depends(only("owner", "curator", "viewer"))
"""Not for a voter, who is to see nothing of what came of the votes."""


def encodable(text: str) -> str:
    """A text that UTF-8 can hold: no half of a surrogate pair. Raises ValueError for any other."""
    text.encode()
    return text


App = Annotated[ReviewApp, Depends(app_of)]
You = Annotated[str, Depends(curator_of)]
Links = Annotated[Tokens, Depends(tokens_of)]
Role = Annotated[str, Depends(role_of)]


def known_of(app: App, you: You, role: Role) -> Snapshot:
    """All images as far as this curator may know of them: without what came of others' votes, while they are blind."""
    return app.sights.known(you, role, app.now())


Known = Annotated[Snapshot, Depends(known_of)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
Text = Annotated[str, AfterValidator(encodable)]
