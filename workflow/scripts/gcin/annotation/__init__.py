"""What a variant does to the genes it meets."""
