"""Commands that freeze, publish and verify a set."""
