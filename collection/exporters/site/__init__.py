"""The gallery of a frozen set: pages that work from a disk, from IPFS under a path, and on any web space."""
