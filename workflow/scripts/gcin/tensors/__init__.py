"""The genotype tensor store: building it, and opening it."""
