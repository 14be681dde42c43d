"""Queries: all images as columns, the language of queries, and histograms."""
