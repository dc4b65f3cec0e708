"""The genome, its genes in order, intervals, pathways and lift-over."""
