"""Commands that freeze, publish and prove a set."""
