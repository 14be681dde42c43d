"""Many JSON-RPC calls in few requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from web3 import HTTPProvider, Web3
    from web3.types import RPCEndpoint, RPCResponse

Request = tuple[str, Sequence[Any]]
"""A method and its parameters."""

BATCH = 100
"""Calls in one request: what the narrowest public nodes take."""


def ask_all(web3: Web3, requests: Sequence[Request]) -> list[Any]:
    """The result of each call, in order, as the node writes it; None where it knows nothing.

    A node that takes fewer calls at once, or one only, is asked so. Raises what web3 and requests raise, also for the
    first call that the node refuses.
    """
    found = ask_each(web3, requests)
    for result in found:
        if isinstance(result, Exception):
            raise result
    return found


def ask_each(web3: Web3, requests: Sequence[Request]) -> list[Any]:
    """The same, with an exception of web3 in the place of each call that the node refuses."""
    from web3 import HTTPProvider
    from web3.exceptions import Web3Exception

    calls = [(cast("RPCEndpoint", method), list(params)) for method, params in requests]
    found: list[Any] = []
    if not isinstance(web3.provider, HTTPProvider):
        for call in calls:
            try:
                found.append(web3.manager.request_blocking(*call))
            except Web3Exception as error:
                found.append(error)
        return found
    size = BATCH
    while len(found) < len(calls):
        answers = _send(web3.provider, calls[len(found) : len(found) + size])
        if answers is None:
            size //= 2
        else:
            found += map(_result, answers)
    return found


def _send(provider: HTTPProvider, calls: list[tuple[RPCEndpoint, Any]]) -> list[RPCResponse] | None:
    """The answers to some calls; None if the node does not take so many at once."""
    from requests import HTTPError

    if len(calls) == 1:
        return [provider.make_request(*calls[0])]
    try:
        answers = provider.make_batch_request(calls)
    except HTTPError:
        return None
    return answers if isinstance(answers, list) and len(answers) == len(calls) else None


def _result(answer: RPCResponse) -> Any:
    from web3.exceptions import Web3RPCError

    if "error" in answer:
        return Web3RPCError(str(answer["error"]), rpc_response=answer)
    return answer["result"]
