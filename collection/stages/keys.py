"""A project's keys: the accounts that send, and the certificate that signs marked pictures."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from collection.atomic_file import write_durably
from collection.errors import CredentialsError, UsageError
from collection.marks import Credentials, new_certificate, read_credentials
from collection.project import Project
from collection.stages.report import Report
from collection.values import amount

if TYPE_CHECKING:
    from collection.chain.keystores import Keystore

PASSWORD_VARIABLE = "COLLECTION_CERTIFICATE_PASSWORD"
OWN = "keys/certificate.pem"
"""Where a project's own certificate lies, below its folder; its key beside it, as certificate.key."""


def certificate_of(project: Project) -> Path:
    """The PEM file of the certificate: the one that collection.toml names, or the project's own."""
    return project.folder / (project.config.publish.certificate or OWN)


def credentials_of(project: Project) -> Credentials:
    """What signs the project's pictures. Where collection.toml names no certificate and there is none, one is made.

    Raises CredentialsError, which names the file, where it cannot be read or cannot sign.
    """
    path = certificate_of(project)
    if not path.exists() and project.config.publish.certificate is None:
        _make(project, path, holder_of(project))
    return _read(path)


def holder_of(project: Project) -> str:
    """Who a new certificate is of: the first artist, or else the collection."""
    config = project.config
    return (config.artists[0].name if config.artists else config.title)[:64]


def new_account(project: Project, name: str) -> Report:
    """Make an account, whose key is encrypted in keys/NAME.json."""
    from collection.chain.keystores import new_keystore

    return _account("made", new_keystore(project.folder, name, project.ask_password))


def import_account(project: Project, name: str, source: str | None) -> Report:
    """Encrypt a key that somebody has into keys/NAME.json; `source` names an environment variable that holds it."""
    from collection.chain.keystores import import_keystore

    return _account("encrypted", import_keystore(project.folder, name, source, project.ask_password))


def _account(did: str, found: Keystore) -> Report:
    place = f"keystore:keys/{found.path.name}"
    line = f"{found.address} {did} in {found.path}"
    note = f"keep a copy of {found.path} and its password: whoever loses one has lost the account"
    hint = f'key = "{place}" under [chain] sends with it'
    return Report("keys", line, {"address": found.address, "file": str(found.path)}, hint=hint, notes=[note])


def listed_keys(project: Project) -> Report:
    """The accounts of the project, which of them sends, and the certificate; nobody is asked for a password."""
    from collection.chain.keystores import keystores

    configured, found = project.config.chain.key, keystores(project.folder)
    accounts = [
        {"address": one.address, "file": str(one.path), "sends": _is_file(project, configured, one)} for one in found
    ]
    shown = shown_keys(project)
    lines = [f"{one['address']} in {one['file']}{', which sends' if one['sends'] else ''}" for one in accounts]
    if configured and not any(one["sends"] for one in accounts):
        lines.append(f"chain.key is {configured.partition('@')[0]}")
    line = f"{amount(len(accounts), 'account')}; certificate: {shown.line}"
    return Report("keys", line, {"accounts": accounts, **shown.details}, notes=[*lines, *shown.notes])


def _is_file(project: Project, configured: str | None, keystore: Keystore) -> bool:
    kind, _, place = (configured or "").partition(":")
    return kind == "keystore" and (project.folder / place).resolve() == keystore.path.resolve()


def new_certificate_of(project: Project, holder: str | None = None, *, again: bool = False) -> Report:
    """Make the project's own certificate; raises UsageError where there is one already, unless `again` replaces it."""
    path = project.folder / OWN
    if path.exists() and not again:
        raise UsageError(f"{path} is there already", "`collection keys certificate --again` replaces it")
    _make(project, path, holder or holder_of(project))
    return shown_keys(project)


def shown_keys(project: Project) -> Report:
    """What signs the project's pictures; nothing is made."""
    path = certificate_of(project)
    if not path.exists():
        line = "none yet: `collection keys certificate` makes one, and so does the freeze of a picture that needs it"
        return Report("keys", line, {"certificate": None})
    found = _read(path)
    kind = "self-signed: readers call it untrusted" if found.self_signed else "signed by an authority"
    details = {
        "certificate": str(path), "holder": found.holder, "self_signed": found.self_signed,
        "sha256": found.fingerprint, "algorithm": found.algorithm,
    }  # fmt: skip
    notes = [f"keep {path.with_suffix('.key')} to yourself: whoever has it signs as {found.holder}"]
    return Report("keys", f"{found.holder}, {kind}, {path}", details, notes=notes)


def _make(project: Project, path: Path, holder: str) -> None:
    chain, key = new_certificate(holder, datetime.now(UTC))
    secret = path.with_suffix(".key")
    secret.parent.mkdir(exist_ok=True)
    secret.unlink(missing_ok=True)
    with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
    write_durably(path, chain)


def _read(path: Path) -> Credentials:
    password = os.environ.get(PASSWORD_VARIABLE)
    try:
        chain, key = path.read_bytes(), path.with_suffix(".key").read_bytes()
        return read_credentials(chain, key, password.encode() if password else None)
    except OSError as error:
        raise CredentialsError(
            f"{error.filename} cannot be read: {error.strerror}",
            "publish.certificate names a PEM file that has its key beside it, as .key",
        ) from error
    except CredentialsError as error:
        raise CredentialsError(f"{path}: {error.message}", error.hint or f"{PASSWORD_VARIABLE} opens it") from error
