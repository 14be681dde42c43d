"""Commands on the chain: nodes, keys, contracts, tokens and payments."""
