"""Configurations of other layer engines, read as data and never run: HashLips, nftchef, nft-generator-py."""
