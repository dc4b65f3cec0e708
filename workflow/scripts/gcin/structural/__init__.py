"""Structural variants: the joint genotypes of a cohort, and what they do to genes."""
