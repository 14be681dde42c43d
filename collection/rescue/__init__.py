"""Reads a collection that somebody else published, keeps what can still be had, and says what each token hangs by."""
