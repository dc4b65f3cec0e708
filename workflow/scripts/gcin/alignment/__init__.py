"""Reads and given alignments, up to one sorted alignment for each unit."""
