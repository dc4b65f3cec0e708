"""A small hospital whose truth is known: everything it hands over, and what only scoring reads."""
