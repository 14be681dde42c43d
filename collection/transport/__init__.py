"""Requests over HTTP to machines that nobody here runs: patient, polite, bounded, and only where they may go."""

from collection.transport.addresses import any_address, public_addresses
from collection.transport.bucket import HostBuckets, TokenBucket
from collection.transport.client import Answer, Client, Patience, RequestError, StoppedError, Upload
from collection.transport.secret import Secret

__all__ = [
    "Answer",
    "Client",
    "HostBuckets",
    "Patience",
    "RequestError",
    "Secret",
    "StoppedError",
    "TokenBucket",
    "Upload",
    "any_address",
    "public_addresses",
]
