"""One source to one service: asked first, sent once, and looked at until the service has decided."""

from __future__ import annotations

import time
from dataclasses import dataclass

from collection.chain.source_services.service import SourceService, State, Subject, Verdict
from collection.store.publication_records import SourceRequest
from collection.store.store import Store

FIRST_PAUSE, LONGEST_PAUSE = 3.0, 30.0
"""Seconds before the first look and, as the time doubles, between any two."""


@dataclass(frozen=True, slots=True)
class Published:
    """What came of it."""

    verdict: Verdict
    sent: bool
    """Whether this run sent the source."""


def publish(
    store: Store, service: SourceService, subject: Subject, *, seconds: float = 300.0, pause: float = FIRST_PAUSE
) -> Published:
    """Have a service publish the source of a contract; it is given up to `seconds` to decide.

    The service is asked first what it has. A request that an earlier run made is looked at, not made again; only one
    that was refused, or that the service no longer knows, is. Raises ChainError where the service cannot be asked.
    """
    known = service.verified(subject)
    if known is not None:
        _note(store, service, subject, known, "")
        return Published(known, sent=False)
    noted = store.source_request(subject.chain_id, subject.address, service.name)
    ticket = noted.ticket if noted and noted.status == "pending" else ""
    deadline = time.monotonic() + seconds
    verdict = service.look(subject, ticket) if ticket else Verdict(State.UNKNOWN)
    sent = verdict.state is State.UNKNOWN
    if sent:
        ticket, verdict = _send(store, service, subject, "")
    while verdict.state not in (State.VERIFIED, State.REFUSED) and time.monotonic() + pause <= deadline:
        service.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
        if ticket:
            verdict = service.look(subject, ticket)  # a request that was just made may not be known yet
        else:
            ticket, verdict = _send(store, service, subject, verdict.told)
    _note(store, service, subject, verdict, ticket)
    return Published(verdict, sent)


def _send(store: Store, service: SourceService, subject: Subject, told: str) -> tuple[str, Verdict]:
    """Send the source, and note the request's ticket at once."""
    _write(store, service, subject, SourceRequest("", "intended", told))
    verdict = service.send(subject)
    _note(store, service, subject, verdict, verdict.ticket)
    return verdict.ticket, verdict


def _note(store: Store, service: SourceService, subject: Subject, verdict: Verdict, ticket: str) -> None:
    final = verdict.state in (State.VERIFIED, State.REFUSED)
    status = verdict.state.value if final else "pending" if ticket else "intended"
    _write(store, service, subject, SourceRequest(ticket, status, verdict.told))


def _write(store: Store, service: SourceService, subject: Subject, request: SourceRequest) -> None:
    store.note_source_request(subject.chain_id, subject.address, service.name, request)
