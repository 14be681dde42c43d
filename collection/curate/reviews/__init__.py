"""What curators said: the append-only log, the state that follows from it, agreement, audit, comparisons."""
