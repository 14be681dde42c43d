"""The published set, read back from the chain and its storages and compared with what was frozen."""
