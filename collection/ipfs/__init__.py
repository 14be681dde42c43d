"""Where published content is kept: the project's own CAR files, IPFS nodes, and the stage that fills them."""
