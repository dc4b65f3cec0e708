"""Genotypes of a cohort: judged one by one, united, and those that were given."""
