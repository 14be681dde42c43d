"""Metrics that need the whole set, or words: novelty, style consistency, CLIPScore, trait match, references."""
