"""Content addressing as IPFS does it: files and directories become blocks, CIDs and CAR files. No network."""

from collection.unixfs.build import Entry, Graph, directory_cid, file_cid, graph_of, link_to
from collection.unixfs.car import Car, WrongRootError, write_car, write_entry_car
from collection.unixfs.chunks import UnreadableError
from collection.unixfs.cid import cid_bytes, cid_text
from collection.unixfs.walk import Blocks, CheckedBlocks, Reader, content, listing, read, resolve

__all__ = [
    "Blocks",
    "Car",
    "CheckedBlocks",
    "Entry",
    "Graph",
    "Reader",
    "UnreadableError",
    "WrongRootError",
    "cid_bytes",
    "cid_text",
    "content",
    "directory_cid",
    "file_cid",
    "graph_of",
    "link_to",
    "listing",
    "read",
    "resolve",
    "write_car",
    "write_entry_car",
]
