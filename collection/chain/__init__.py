"""Contract and chain: networks, the embedded chain, keys, and the stages deploy, mint and verify."""
