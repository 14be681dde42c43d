"""Content addressing as IPFS does it: files and directories become blocks, CIDs and CAR files. No network."""

from collection.unixfs.build import Entry, Graph, directory_cid, file_cid, graph_of, link_to, link_to_hashed
from collection.unixfs.car import Car, WrongRootError, car_part, write_car, write_entry_car
from collection.unixfs.chunks import UnreadableError
from collection.unixfs.cid import as_version_1, cid_bytes, cid_text
from collection.unixfs.dag import Link
from collection.unixfs.profiles import KUBO_CID_V1, PROFILES, UNIXFS_V0_2015, UNIXFS_V1_2025, Profile
from collection.unixfs.walk import Blocks, CheckedBlocks, Reader, content, files_below, listing, read, resolve

__all__ = [
    "KUBO_CID_V1",
    "PROFILES",
    "UNIXFS_V0_2015",
    "UNIXFS_V1_2025",
    "Blocks",
    "Car",
    "CheckedBlocks",
    "Entry",
    "Graph",
    "Link",
    "Profile",
    "Reader",
    "UnreadableError",
    "WrongRootError",
    "as_version_1",
    "car_part",
    "cid_bytes",
    "cid_text",
    "content",
    "directory_cid",
    "file_cid",
    "files_below",
    "graph_of",
    "link_to",
    "link_to_hashed",
    "listing",
    "read",
    "resolve",
    "write_car",
    "write_entry_car",
]
