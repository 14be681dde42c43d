"""Links: who may come in, with which role, by a token that follows from the project's secret.

Two files of the project's folder hold them, readable by their owner alone. `.review-secret` makes every token; to
delete it revokes all links. `.review-links.json` says of single names which role they have, and whether their link was
added for good or revoked. A running review notices a change of either at once, whoever made it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import tempfile
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock

from collection.curate.reviews.log import refuse_no_name
from collection.errors import ConflictError, UnavailableError, UsageError

SECRET_FILE = ".review-secret"
LINKS_FILE = ".review-links.json"
ROLES = ("owner", "curator", "voter", "viewer")
"""owner: all; curator: decides and locks, sees others' votes after their own; voter: votes, and never sees what others
say; viewer: looks only."""
SESSION = 30 * 24 * 3600
"""Seconds after which a browser that did not open the room must come in by its link again."""


@dataclass(frozen=True)
class Link:
    """What is known of the link of one name."""

    role: str = "curator"
    nonce: str = ""
    """Random hex digits that are part of the token, so that a new link after a revoked one is another."""
    added: bool = False
    """Whether it holds until it is revoked; else only while the review is started with this name."""
    revoked: bool = False


class Tokens:
    """The tokens of the curators, which follow from a secret of the project, so that links outlive the server.

    Threads may share it.
    """

    def __init__(self, folder: Path, secret: bytes, named: Sequence[str]) -> None:
        """`named` are the names that the review was started with, the owner first."""
        self.folder, self._secret, self._named = folder, secret, tuple(named)
        self._lock = Lock()
        self._read: tuple[object, Mapping[str, Link]] = (None, {})
        self.room = hmac.new(secret, b"\0room", hashlib.sha256).hexdigest()[:16]
        """What tells this project's room from others that the same address may serve at another time."""

    @property
    def owner(self) -> str:
        """The curator who opened the review."""
        return self._named[0]

    @property
    def curators(self) -> tuple[str, ...]:
        """The names that may come in."""
        known = self._links()
        names = dict.fromkeys([*self._named, *(name for name, link in known.items() if link.added)])
        return tuple(name for name in names if not known.get(name, Link()).revoked)

    def role(self, name: str) -> str:
        """One of ROLES."""
        return "owner" if name == self.owner else self._links().get(name, Link()).role

    def token(self, curator: str) -> str:
        """The token in a curator's link: HMAC-SHA256 of the name, 64 hex digits."""
        nonce = self._links().get(curator, Link()).nonce
        return self._sign(f"{curator}\0{nonce}" if nonce else curator)

    def curator(self, token: str) -> str | None:
        """The curator of a token, None if there is none. The time does not depend on the token."""
        given, found = token.encode(errors="replace"), None
        for curator in self.curators:
            if hmac.compare_digest(self.token(curator).encode(), given):
                found = curator
        return found

    def session(self, curator: str) -> str:
        """What a browser keeps instead of the token: it ends after SESSION, and with the link."""
        name = urlsafe_b64encode(curator.encode()).decode()
        ends = int(time.time()) + SESSION
        return f"{name}.{ends}.{self._sign_session(curator, ends)}"

    def curator_of(self, session: str) -> str | None:
        """The curator of a session that holds; None for any other text."""
        name, _, rest = session.partition(".")
        ends, _, signature = rest.partition(".")
        if not re.fullmatch(r"\d{1,12}", ends, re.ASCII) or int(ends) < time.time():
            return None
        try:
            curator = urlsafe_b64decode(name.encode()).decode()
        except ValueError:
            return None
        known = self._sign_session(curator, int(ends)).encode()
        holds = hmac.compare_digest(known, signature.encode(errors="replace"))
        return curator if holds and curator in self.curators else None

    def add(self, curator: str, role: str) -> None:
        """Let a name come in until its link is revoked, or give it another role.

        Raises UsageError for a name or role that cannot be, ConflictError for the owner's.
        """
        refuse_no_name(curator)
        if role not in ROLES[1:]:
            raise UsageError(f"there is no role {role!r} to give", f"one of {', '.join(ROLES[1:])}")
        self._refuse_owner(curator)
        with self._lock:
            known = dict(self._links())
            known[curator] = replace(known.get(curator, Link()), role=role, added=True, revoked=False)
            self._write(known)

    def revoke(self, curator: str) -> None:
        """Let a name in no longer: neither its link nor any browser that came in by it. Raises ConflictError for the
        owner's."""
        self._refuse_owner(curator)
        with self._lock:
            known = dict(self._links())
            old = known.get(curator, Link())
            known[curator] = replace(old, nonce=secrets.token_hex(8), added=False, revoked=True)
            self._write(known)

    def start(self, roles: Mapping[str, str]) -> None:
        """The names that a review is started with have access again; `roles` are those that were given with them."""
        with self._lock:
            known = dict(self._links())
            for name in self._named:
                old = known.get(name, Link())
                if old.revoked or roles.get(name, old.role) != old.role:
                    known[name] = replace(old, role=roles.get(name, old.role), revoked=False)
            if known != self._links():
                self._write(known)

    def _refuse_owner(self, curator: str) -> None:
        if curator == self.owner:
            raise ConflictError(f"{curator} opened the review", f"delete {SECRET_FILE} to revoke all links")

    def _sign(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def _sign_session(self, curator: str, ends: int) -> str:
        return self._sign(f"\0session\0{self.token(curator)}\0{ends}")

    def _links(self) -> Mapping[str, Link]:
        path = self.folder / LINKS_FILE
        try:
            found = path.stat()
        except FileNotFoundError:
            return {}
        at = found.st_mtime_ns, found.st_ino
        if self._read[0] != at:
            self._read = at, _parsed(path)
        return self._read[1]

    def _write(self, links: Mapping[str, Link]) -> None:
        text = json.dumps({name: asdict(link) for name, link in sorted(links.items())}, indent=2, ensure_ascii=False)
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix=".writing-", delete=False) as file:  # mode 0600
            file.write(text)
        Path(file.name).replace(self.folder / LINKS_FILE)


def _parsed(path: Path) -> Mapping[str, Link]:
    try:
        found = {str(name): Link(**given) for name, given in json.loads(path.read_text()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        hint = "delete it: names that were added lose access then"
        raise UnavailableError(f"{path} cannot be read: {error}", hint) from error
    wrong = next((name for name, link in found.items() if link.role not in ROLES), None)
    if wrong is not None:
        raise UnavailableError(f"{path}: {wrong} has the role {found[wrong].role!r}", f"one of {', '.join(ROLES)}")
    return found


def open_tokens(folder: Path, curators: Sequence[str]) -> Tokens:
    """The tokens of a project's curators; each is NAME or NAME:ROLE. The secret is made at the first call.

    Raises UsageError for a name that cannot be a curator's, or that is there twice.
    """
    named, roles = [], {}
    for given in curators:
        name, _, role = given.rpartition(":")
        if not name or role not in ROLES:
            name, role = given, ""
        refuse_no_name(name)
        if name in named:
            raise UsageError(f"the curator {name} is named twice", "--curator once for each name")
        named.append(name)
        if role:
            roles[name] = role
    _refuse_roles(named, roles)
    path = folder / SECRET_FILE
    if not path.exists():
        with (
            tempfile.NamedTemporaryFile(dir=folder, prefix=".writing-") as file,
            suppress(FileExistsError),
        ):  # mode 0600
            file.write(secrets.token_bytes(32))
            file.flush()
            path.hardlink_to(file.name)  # whole or not at all, and never over the secret of a server that was faster
    tokens = Tokens(folder, path.read_bytes(), named)
    tokens.start(roles)
    return tokens


def _refuse_roles(named: Sequence[str], roles: Mapping[str, str]) -> None:
    owners = [name for name, role in roles.items() if role == "owner"]
    if owners and owners != [named[0]]:
        raise UsageError(f"{owners[-1]} cannot be an owner", "the first --curator is the owner, and the only one")
    if named and roles.get(named[0], "owner") != "owner":
        raise UsageError(f"{named[0]} is the owner, being named first", "--curator OWNER first, then the others")
